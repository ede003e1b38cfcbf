from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from encamino.channels.clients import ses_client, sns_client
from encamino.channels.email import Email
from encamino.channels.sms import Sms
from encamino.domain.fact import FactType
from encamino.domain.message import Channel, Kind, Message, MessageKey, MessageStatus, Render
from encamino.domain.order import Address, Details, Order, OrderKey, Person
from encamino.domain.shop import Shop
from tests.channels.stub import Stub

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient

# A busy machine is no fault of the code.
settings.register_profile("channels", deadline=None)
settings.load_profile("channels")

AT = datetime(2026, 11, 25, 10, tzinfo=UTC)
KEY = OrderKey("tienda", "shopify", "450789469")


@dataclass(frozen=True)
class Case:
    """What every send needs, and ways to vary it."""

    shop: Shop
    order: Order
    message: Message
    render: Render

    def ordered(self, email: str | None = None, phone: str | None = None, country: str = "ES") -> Order:
        person = Person(email=email, phone=phone)
        return Order(KEY, Details(AT, "#1042", AT, person=person, address=Address(country=country)))

    def sent_by(self, name: str, email: str = "hola@tienda.example") -> Shop:
        return self.shop.model_copy(
            update={"sender": self.shop.sender.model_copy(update={"name": name, "email": email})}
        )

    def marketing(self) -> Message:
        return replace(self.message, kind=Kind.MARKETING)


@pytest.fixture
def case() -> Case:
    shop = Shop.model_validate(
        {
            "shop": "tienda",
            "name": "Tienda",
            "url": "https://tienda.example",
            "country": "ES",
            "locale": "es",
            "sender": {"email": "hola@tienda.example", "name": "Tienda", "reply_to": "ayuda@tienda.example"},
            "sms": {
                "senders": {"ES": "Tienda", "FR": "TiendaFR", "IT": "TiendaIT", "DE": "TiendaDE", "PT": "TiendaPT"}
            },
        }
    )
    order = Order(KEY, Details(AT, "#1042", AT, person=Person(email="lucia@example.com", phone="612345678")))
    message = Message(
        key=MessageKey(KEY, "shipped", "gid-1", Channel.EMAIL),
        fact=FactType.SHIPMENT_REGISTERED,
        fact_at=AT,
        kind=Kind.SERVICE,
        status=MessageStatus.SENDING,
        planned_at=AT,
        due=AT,
    )
    render = Render(
        "¡Tu pedido está en camino!", "Tu pedido #1042 está en camino", "<p>¡En camino!</p>", {"X-Kind": "service"}
    )
    return Case(shop, order, message, render)


@pytest.fixture(scope="session")
def aws() -> Iterator[None]:
    """Keys that open nothing, and no setting of whoever runs this."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "none")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "none")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        # Whoever sets this must not get five mails for it.
        patch.setenv("AWS_MAX_ATTEMPTS", "5")
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SESV2", "AWS_ENDPOINT_URL_SNS", "AWS_PROFILE"):
            patch.delenv(name, raising=False)
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield


@pytest.fixture(scope="session")
def vendor(aws: None) -> Iterator[Stub]:
    stub = Stub()
    yield stub
    stub.close()


@pytest.fixture(scope="session")
def ses(vendor: Stub) -> SESV2Client:
    """One for all tests: making a client takes longer than asking it."""
    return ses_client(vendor.url, read_timeout=20)


@pytest.fixture(scope="session")
def sns(vendor: Stub) -> SNSClient:
    return sns_client(vendor.url, read_timeout=20)


@pytest.fixture
def stub(vendor: Stub) -> Stub:
    vendor.begin()
    return vendor


@pytest.fixture
def email(stub: Stub, ses: SESV2Client) -> Email:
    return Email(ses, lambda shop: f"encamino-{shop}")


@pytest.fixture
def sms(stub: Stub, sns: SNSClient) -> Sms:
    return Sms(sns)
