"""Against a stub in SES's shapes: moto knows neither event destinations nor tenants (5.2.5)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from encamino.channels.identity import prepare
from encamino.domain.errors import Refused, Unavailable
from tests.channels.conftest import Case
from tests.channels.stub import Asked, Says, Stub, error

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

TOPIC = "arn:aws:sns:eu-west-1:123456789012:encamino-Feedback-1"
EXISTS = error("AlreadyExistsException", "exists")
UNKNOWN = Says(404, b'{"message":"Unknown operation"}')


class Ses:
    """As much of SES as `prepare` asks."""

    def __init__(self, *, tenants: bool = True, zone: str | None = None) -> None:
        self.there: dict[str, Any] = {}
        self.updated: list[Any] = []
        self.tenants, self.zone = tenants, zone

    def __call__(self, asked: Asked) -> Says:
        path = unquote(asked.path).removeprefix("/v2/email")
        if path.startswith("/tenants") and not self.tenants:
            return UNKNOWN
        if asked.method == "GET" and path.startswith("/identities/"):
            dkim = {"Tokens": ["aaa", "bbb", "ccc"], "Status": "PENDING"}
            return said({"DkimAttributes": dkim | ({"SigningHostedZone": self.zone} if self.zone else {})})
        if asked.method == "PUT":
            self.updated.append((path, asked.json))
            return said({})
        name = path + "".join(str(asked.json.get(key, "")) for key in NAMED)
        if name in self.there:
            return EXISTS
        self.there[name] = asked.json
        return said({})


NAMED = ("ConfigurationSetName", "EventDestinationName", "EmailIdentity", "TenantName", "ResourceArn")


def said(body: dict[str, Any]) -> Says:
    return Says(body=json.dumps(body).encode())


def test_a_new_shop_gets_its_set_its_domain_and_its_tenant(stub: Stub, ses: SESV2Client, case: Case) -> None:
    stub.answer = known = Ses()

    prepared = prepare(ses, case.shop, "encamino-tienda", TOPIC)

    assert prepared.domain == "tienda.example"
    assert prepared.tenant == "encamino-tienda"
    assert prepared.dns == [
        {"type": "CNAME", "name": f"{t}._domainkey.tienda.example", "value": f"{t}.dkim.amazonses.com"}
        for t in ("aaa", "bbb", "ccc")
    ] + [{"type": "TXT", "name": "_dmarc.tienda.example", "value": "v=DMARC1; p=none"}]
    destination = known.there["/configuration-sets/encamino-tienda/event-destinationsfeedback"]["EventDestination"]
    assert destination["SnsDestination"] == {"TopicArn": TOPIC}
    # Asking for opens and clicks would put a pixel into every mail and rewrite every link.
    assert not {"OPEN", "CLICK"} & set(destination["MatchingEventTypes"])
    assert [body["ResourceArn"] for body in known.there.values() if "ResourceArn" in body] == [
        "arn:aws:ses:eu-west-1:123456789012:identity/tienda.example",
        "arn:aws:ses:eu-west-1:123456789012:configuration-set/encamino-tienda",
    ]


def test_asking_twice_changes_nothing_but_where_reports_go(stub: Stub, ses: SESV2Client, case: Case) -> None:
    stub.answer = known = Ses()

    first = prepare(ses, case.shop, "encamino-tienda", TOPIC)
    there = dict(known.there)
    second = prepare(ses, case.shop, "encamino-tienda", TOPIC + "2")

    assert second == first
    assert known.there == there
    [(path, body)] = known.updated
    assert path == "/configuration-sets/encamino-tienda/event-destinations/feedback"
    assert body["EventDestination"]["SnsDestination"] == {"TopicArn": TOPIC + "2"}


def test_a_shop_that_wants_opens_and_clicks_gets_them(stub: Stub, ses: SESV2Client, case: Case) -> None:
    stub.answer = known = Ses()

    prepare(ses, case.shop, "encamino-tienda", TOPIC, engagement=True)

    destination = known.there["/configuration-sets/encamino-tienda/event-destinationsfeedback"]["EventDestination"]
    assert {"OPEN", "CLICK"} <= set(destination["MatchingEventTypes"])


def test_an_emulator_without_tenants_will_do(stub: Stub, ses: SESV2Client, case: Case) -> None:
    stub.answer = Ses(tenants=False)

    assert prepare(ses, case.shop, "encamino-tienda", TOPIC).tenant is None


def test_a_region_with_a_zone_of_its_own_says_so(stub: Stub, ses: SESV2Client, case: Case) -> None:
    stub.answer = Ses(zone="dkim.af-south-1.amazonses.com")

    prepared = prepare(ses, case.shop, "encamino-tienda", TOPIC)

    assert prepared.dns[0]["value"] == "aaa.dkim.af-south-1.amazonses.com"


def test_a_domain_for_bounces_is_two_records_more(stub: Stub, ses: SESV2Client, case: Case) -> None:
    stub.answer = known = Ses()

    prepared = prepare(ses, case.shop, "encamino-tienda", TOPIC, mail_from=True)

    assert prepared.dns[3:5] == [
        {"type": "MX", "name": "bounce.tienda.example", "value": "10 feedback-smtp.eu-west-1.amazonses.com"},
        {"type": "TXT", "name": "bounce.tienda.example", "value": "v=spf1 include:amazonses.com ~all"},
    ]
    assert known.updated == [
        (
            "/identities/tienda.example/mail-from",
            {"MailFromDomain": "bounce.tienda.example", "BehaviorOnMxFailure": "USE_DEFAULT_VALUE"},
        )
    ]


def test_a_domain_in_another_alphabet_is_made_in_ascii(stub: Stub, ses: SESV2Client, case: Case) -> None:
    stub.answer = Ses()

    prepared = prepare(ses, case.sent_by("Bücher", "hallo@bücher.example"), "x", TOPIC)

    assert prepared.domain == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (error("AccessDeniedException", "not authorized", 403), Refused),
        (error("BadRequestException", "no"), Refused),
        (error("TooManyRequestsException", "slow down", 429), Unavailable),
        (error("InternalServiceErrorException", "", 500), Unavailable),
    ],
    ids=str,
)
def test_what_goes_wrong_is_told_in_our_words(
    answer: Says, raised: type[Exception], stub: Stub, ses: SESV2Client, case: Case
) -> None:
    stub.answer = lambda _: answer

    with pytest.raises(raised):
        prepare(ses, case.shop, "encamino-tienda", TOPIC)


def test_an_address_ses_cannot_send_from_is_refused_unasked(stub: Stub, ses: SESV2Client, case: Case) -> None:
    with pytest.raises(Refused):
        prepare(ses, case.sent_by("Grüße", "grüße@buecher.example"), "x", TOPIC)

    assert stub.asked == []
