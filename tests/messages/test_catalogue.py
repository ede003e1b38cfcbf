from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from encamino.domain.errors import Misconfigured
from encamino.domain.fact import FactType
from encamino.domain.message import Channel, Per
from encamino.domain.order import Order
from encamino.domain.policy import scopes_of
from encamino.domain.shipment import Reason, ShipmentStatus
from encamino.messages.catalogue import catalogue
from encamino.messages.render import Renderer
from tests.builders import a_shipment, a_shop, an_order
from tests.messages import published
from tests.messages.compiled import SOURCE
from tests.messages.samples import SAMPLES

WHOLE = {
    "on": '["shipment.delivered"]', "about": '"order"', "per": '"shipment"', "kind": '"service"',
    "channels": '[{ name = "email" }]',
}  # fmt: skip


def _written(folder: Path, **changed: str) -> Path:
    file = folder / "messages" / "thanks" / "message.toml"
    file.parent.mkdir(parents=True)
    file.write_text("\n".join(f"{key} = {value}" for key, value in (WHOLE | changed).items()))
    return folder


def test_the_folders_name_is_the_messages_name(renderer: Renderer) -> None:
    assert {"order_confirmed", "shipped", "out_for_delivery", "delivered"} <= renderer.catalogue.keys()
    assert all(definition.name == name for name, definition in renderer.catalogue.items())


def test_every_channel_of_a_message_has_its_words(renderer: Renderer) -> None:
    needed = {Channel.EMAIL: ("subject.txt.j2", "email.mjml.j2", "email.txt.j2"), Channel.SMS: ("sms.txt.j2",)}
    for definition in renderer.catalogue.values():
        for use in definition.channels:
            for name in needed[use.name]:
                assert (SOURCE / "messages" / definition.name / name).is_file()


def test_shipped_waits_for_a_number_and_the_rest_reads_as_written(renderer: Renderer) -> None:
    shipped, out = renderer.catalogue["shipped"], renderer.catalogue["out_for_delivery"]

    assert shipped.on == {FactType.SHIPMENT_REGISTERED}
    assert shipped.ready is not None
    assert shipped.ready.up_to == timedelta(hours=2)
    assert (out.per, out.urgent, out.useful_for) == (Per.ATTEMPT, True, timedelta(hours=12))
    assert renderer.catalogue["delivered"].supersedes == {"shipped", "part_shipped", "out_for_delivery"}


def test_shipped_is_said_only_of_what_is_on_its_way(renderer: Renderer) -> None:
    still = renderer.catalogue["shipped"].still
    assert still is not None

    def holds(status: ShipmentStatus, reason: Reason | None = None) -> bool:
        shipment = a_shipment(status, reason=reason)
        return still.holds(scopes_of(an_order(shipment), shipment, a_shop()))

    assert holds(ShipmentStatus.IN_TRANSIT)
    assert holds(ShipmentStatus.EXCEPTION, Reason.CUSTOMS)
    assert not holds(ShipmentStatus.EXCEPTION, Reason.CANCELLED)
    assert not holds(ShipmentStatus.DELIVERED)
    assert not holds(ShipmentStatus.AVAILABLE_FOR_PICKUP)


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"colour": '"red"'}, "thanks/message.toml: colour"),
        ({"on": '["shipment.lost"]'}, "thanks/message.toml: on"),
        ({"on": "[]"}, "thanks/message.toml: on"),
        ({"per": '"parcel"'}, "thanks/message.toml: per"),
        ({"channels": '[{ name = "pigeon" }]'}, "thanks/message.toml: channels.0.name"),
        ({"after": '"2 days"'}, "thanks/message.toml: after"),
        ({"after": "2"}, "thanks/message.toml: after"),
        ({"still": "\"shipment.colour == 'red'\""}, "thanks/message.toml: still"),
        ({"still": '"import os"'}, "thanks/message.toml: still"),
        ({"ready": '{ condition = "x.y", up_to = "2h" }'}, "thanks/message.toml: ready.condition"),
        ({"ready": '{ condition = "shipment.number != none" }'}, "thanks/message.toml: ready.up_to"),
        ({"supersedes": '["nobody"]'}, "thanks/message.toml: supersedes"),
        ({"corrects": '["nobody"]'}, "thanks/message.toml: corrects"),
        ({"repeat": '["5d", "3d"]'}, "thanks/message.toml: repeat"),
        ({"repeat": '["3d", "3d"]'}, "thanks/message.toml: repeat"),
        ({"repeat": '["0"]'}, "thanks/message.toml: repeat"),
        ({"presets": '["loud"]'}, "thanks/message.toml: presets"),
        ({"kind": '"service'}, "thanks/message.toml"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path: Path, changed: dict[str, str], where: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        catalogue(_written(tmp_path, **changed))

    assert where in caught.value.where


def test_durations_and_conditions_over_several_lines_are_read(tmp_path: Path) -> None:
    still = '"""\nshipment.status == \'delivered\'\nand not order.cancelled_at\n"""'
    found = catalogue(_written(tmp_path, after='"0"', settle='"2m"', still=still))

    assert found["thanks"].settle == timedelta(minutes=2)
    assert found["thanks"].still is not None


def test_what_the_build_checks_templates_against_is_the_context() -> None:
    assert published.FILE.read_text() == published.text(), "python -m tests.messages.published"


def test_a_message_whose_template_asks_for_more_is_a_set_up_error(renderer: Renderer) -> None:
    with pytest.raises(Misconfigured) as caught:
        renderer.email("shipped", SAMPLES[0].context("es"))

    assert caught.value.where == "messages/shipped/subject.txt.j2"


def test_reminders_are_counted_from_the_message_itself(tmp_path: Path) -> None:
    found = catalogue(_written(tmp_path, repeat='["3d", "5d"]'))

    assert found["thanks"].repeat == (timedelta(days=3), timedelta(days=5))


def test_the_calm_preset_says_what_nobody_would_miss_and_corrects_it(renderer: Renderer) -> None:
    calm = {definition.name for definition in renderer.catalogue.values() if "calm" in definition.presets}

    assert calm == {
        "cancelled", "delivered", "in_preparation", "number_replaced", "part_shipped", "ready_to_collect", "shipped",
    }  # fmt: skip


@pytest.mark.parametrize("said", ["Cash on Delivery (COD)", "cod", "Contra reembolso", "Contrassegno", "Nachnahme"])
def test_nobody_who_pays_at_the_door_is_reminded_to_pay(renderer: Renderer, said: str) -> None:
    still = renderer.catalogue["payment_reminder"].still
    assert still is not None

    def holds(method: str | None) -> bool:
        return still.holds(scopes_of(unpaid(payment_method=method), None, a_shop()))

    assert not holds(said)
    assert holds("Transferencia bancaria")
    assert holds(None)


def unpaid(**details: Any) -> Order:
    order = an_order(**details)
    return replace(order, milestones=tuple(m for m in order.milestones if m.type is not FactType.ORDER_PAID))
