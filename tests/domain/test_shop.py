"""The shop file: what is right passes, what is not is refused and named."""

from datetime import UTC, time
from typing import Any

import pytest
from pydantic import ValidationError

from encamino.domain.fact import FactType
from encamino.domain.message import Channel, ChannelUse, Definition, Kind, Per
from encamino.domain.order import OrderStatus
from encamino.domain.shop import TELLS, Shop

WRITTEN: dict[str, Any] = {
    "shop": "casa-lluna",
    "name": "Casa Lluna",
    "url": "https://casalluna.example/",
    "country": "ES",
    "locale": "es",
    "sender": {"email": "hola@casalluna.example", "name": "Casa Lluna"},
}
SHIPPED = Definition(
    "shipped",
    frozenset({FactType.SHIPMENT_REGISTERED}),
    "order",
    Per.SHIPMENT,
    Kind.SERVICE,
    (ChannelUse(Channel.EMAIL), ChannelUse(Channel.SMS)),
    presets=frozenset({"calm", "standard"}),
)


def shop(**changed: Any) -> Shop:
    return Shop.model_validate(WRITTEN | changed)


def refusal(**changed: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        shop(**changed)
    return str(refused.value)


def test_six_lines_make_a_shop() -> None:
    made = shop()

    assert (made.shop, made.preset, made.time_zone, made.retention.orders_months) == (
        "casa-lluna",
        "standard",
        "UTC",
        24,
    )


def test_a_time_zone_that_does_not_exist_is_refused_with_an_example() -> None:
    assert "'Europe/Madird' is no time zone; use a name such as Europe/Madrid" in refusal(time_zone="Europe/Madird")


def test_a_time_zone_that_exists_is_the_shops_own() -> None:
    assert shop(time_zone="Atlantic/Canary").zone.key == "Atlantic/Canary"


@pytest.mark.parametrize("field", ["logo", "logo_dark"])
def test_an_image_from_a_host_that_is_not_listed_is_refused(field: str) -> None:
    said = refusal(brand={field: "https://images.example/logo.png"}, image_hosts=["cdn.casalluna.example"])

    assert "images.example is not in image_hosts" in said


def test_an_image_from_a_listed_host_is_taken() -> None:
    made = shop(brand={"logo": "https://cdn.casalluna.example/logo.png"}, image_hosts=["cdn.casalluna.example"])

    assert made.brand.logo is not None


def test_a_neighbour_of_a_listed_host_is_not_listed() -> None:
    logo = {"logo": "https://cdn.casalluna.example.evil.example/logo.png"}

    assert "is not in image_hosts" in refusal(brand=logo, image_hosts=["cdn.casalluna.example"])


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"colour": "#ffffff"}, "colour"),
        ({"sender": {**WRITTEN["sender"], "replyto": "hola@casalluna.example"}}, "sender.replyto"),
        ({"brand": {"light": {"page": "#ffffff"}, "font": "Arial"}}, "brand.font"),
        ({"quiet_hours": {"from": "21:00"}}, "quiet_hours.from"),
    ],
    ids=["on top", "of the sender", "of the brand", "of the quiet hours"],
)
def test_a_key_that_nobody_knows_is_refused_where_it_stands(changed: dict[str, Any], where: str) -> None:
    said = refusal(**changed)

    assert f"{where}\n  Extra inputs are not permitted" in said


@pytest.mark.parametrize(
    "slug", ["c", "Casa", "casa_lluna", "-casa", "casa lluna", "a" * 41, "casa#lluna", "", "casa\n", "cása"]
)
def test_a_slug_is_small_letters_digits_and_dashes(slug: str) -> None:
    assert "shop\n" in refusal(shop=slug)


@pytest.mark.parametrize(
    "wrong",
    [
        {"locale": "spanish"},
        {"country": "es"},
        {"preset": "loud"},
        {"url": "casalluna.example"},
        {"sender": {"email": "hola", "name": "Casa Lluna"}},
        {"sender": {"email": "hola@casalluna.example", "name": ""}},
        {"sms": {"senders": {"ES": "Casa Lluna Ceramica"}}},
        {"brand": {"radius": 400}},
        {"brand": {"font_stack": "Arial; } body { display: none"}},
        {"statuses": {"picking": "picked"}},
        {"messages": {"shipped": {"pigeon": True}}},
        {"retention": {"orders_months": 0}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_value_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    assert refusal(**wrong)


@pytest.mark.parametrize("written", [time(21), "21:00", "21:00:00"])
def test_quiet_hours_are_times_of_the_shops_own_day(written: object) -> None:
    assert shop(quiet_hours={"start": written}).quiet_hours.start == time(21)


@pytest.mark.parametrize(
    "written",
    [1260, 21.0, True, None, "1260", "21:00Z", "21:00+01:00", "24:00", "21:60", "21", "21:00\n", time(21, tzinfo=UTC)],
)
def test_quiet_hours_that_are_no_time_of_day_are_refused(written: object) -> None:
    said = refusal(quiet_hours={"start": written})

    assert "quiet_hours.start" in said
    assert "this is no time of day; write it in the shop's own zone, such as 21:00" in said


def test_a_shop_that_was_kept_is_read_again() -> None:
    made = shop(quiet_hours={"start": "22:30", "end": "7:15"})

    assert Shop.model_validate(made.model_dump(mode="json")) == made
    assert Shop.model_validate_json(made.model_dump_json()) == made


def test_a_shop_once_read_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        shop().name = "Casa Sol"


@pytest.mark.parametrize(("preset", "wanted"), [("calm", True), ("standard", True), ("everything", False)])
def test_a_shop_wants_what_its_preset_has(preset: str, wanted: bool) -> None:
    assert shop(preset=preset).wants(SHIPPED, Channel.EMAIL) is wanted


def test_the_shops_own_word_about_a_message_and_channel_wins() -> None:
    made = shop(messages={"shipped": {"sms": False}})

    assert not made.wants(SHIPPED, Channel.SMS)
    assert made.wants(SHIPPED, Channel.EMAIL)


def test_a_platforms_own_state_can_tell_whatever_a_shop_can_state() -> None:
    carriers_say = {OrderStatus.DELIVERED, OrderStatus.AVAILABLE_FOR_PICKUP, OrderStatus.RETURNED}

    assert set(OrderStatus) - set(TELLS) == carriers_say | {OrderStatus.PART_SHIPPED}
