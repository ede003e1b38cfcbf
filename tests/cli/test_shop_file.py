"""The shop file: what a merchant writes is what is meant, and each mistake is named with its line."""

from datetime import time
from pathlib import Path

import pytest

from encamino.cli.shop_file import message_names, read_shop
from encamino.domain.errors import Unreadable
from encamino.domain.shop import Shop

ROOT = Path(__file__).parents[2]
WRITTEN = """\
shop: casa-lluna
name: Casa Lluna
url: https://casalluna.example/
country: ES
locale: es
sender:
  email: hola@casalluna.example
  name: Casa Lluna
"""
LINES = WRITTEN.count("\n")


def read(more: str = "", written: str = WRITTEN) -> Shop:
    return read_shop((written + more).encode(), "shop.yaml")


def refusal(more: str = "", written: str = WRITTEN) -> Unreadable:
    with pytest.raises(Unreadable) as refused:
        read(more, written)
    return refused.value


def test_every_example_is_read() -> None:
    for file in sorted(ROOT.glob("infra/local/shops/*.yaml")):
        assert read_shop(file.read_bytes(), file.name).shop


@pytest.mark.parametrize("written", ["21:00", "'21:00'", '"21:00"', "21:00:00"])
def test_a_time_of_day_is_one_with_quotes_and_without(written: str) -> None:
    hours = read(f"quiet_hours:\n  start: {written}\n  end: 9:30\n").quiet_hours

    assert (hours.start, hours.end) == (time(21), time(9, 30))


@pytest.mark.parametrize("written", ["1260", "!!int '21:00'", "21:00Z", "2100", "24:00", "21.5"])
def test_what_is_no_time_of_day_is_refused_where_it_stands(written: str) -> None:
    error = refusal(f"quiet_hours:\n  start: {written}\n")

    assert error.message == "this is no time of day; write it in the shop's own zone, such as 21:00"
    assert error.where == f"shop.yaml:{LINES + 2} (quiet_hours.start)"


def test_norway_is_a_country_and_off_is_off() -> None:
    made = read("messages:\n  shipped: {sms: off, email: on}\n", WRITTEN.replace("ES", "NO").replace("es\n", "no\n"))

    assert (made.country, made.locale) == ("NO", "no")
    assert {channel.value: said for channel, said in made.messages["shipped"].items()} == {"sms": False, "email": True}


def test_a_key_written_twice_is_refused_at_its_second_line() -> None:
    error = refusal("help:\n  hours: 9–18\n  hours: 9–20\n")

    assert (error.message, error.where) == ("`hours` is written twice", f"shop.yaml:{LINES + 3}")


def test_what_is_no_yaml_is_refused_at_its_line() -> None:
    error = refusal("help: [\n")

    assert error.message.startswith("no YAML")
    assert error.where.startswith("shop.yaml:")


@pytest.mark.parametrize("written", ["", "- one\n", "\xff\x00"])
def test_a_file_that_is_no_shop_file_is_refused(written: str) -> None:
    assert refusal(written=written).where.startswith("shop.yaml")


def test_the_reserved_slug_is_no_shop() -> None:
    error = refusal(written=WRITTEN.replace("casa-lluna", "operator"))

    assert error.where == "shop.yaml:1 (shop)"
    assert "operator" in error.message


def test_a_message_that_does_not_exist_is_refused_with_its_neighbour() -> None:
    error = refusal("messages:\n  delivered: {sms: false}\n  shiped: {sms: false}\n")

    assert error.message == "there is no message `shiped`"
    assert error.where == f"shop.yaml:{LINES + 3} (messages.shiped)"
    assert error.cure == "did you mean `shipped`?"


def test_without_templates_at_hand_names_of_messages_are_not_judged(tmp_path: Path) -> None:
    assert message_names(tmp_path) is None


def test_a_carrier_that_does_not_exist_is_refused_where_it_stands() -> None:
    error = refusal("carriers:\n  Mensajería: dhl\n  Paloma: pigeon\n")

    assert error.message == "there is no carrier `pigeon`"
    assert error.where == f"shop.yaml:{LINES + 3} (carriers.Paloma)"
    assert "dhl" in error.cure


def test_an_error_inside_a_list_has_its_own_line() -> None:
    error = refusal(
        "social:\n  - name: Instagram\n    url: https://instagram.example/a\n  - name: X\n    url: nowhere\n"
    )

    assert error.where == f"shop.yaml:{LINES + 5} (social.1.url)"


def test_a_key_nobody_knows_has_its_line_and_a_neighbour() -> None:
    error = refusal("retruns: {days: 30}\n")

    assert error.where == f"shop.yaml:{LINES + 1} (retruns)"
    assert error.cure == "did you mean `returns`?"


def test_a_missing_key_is_named() -> None:
    assert refusal(written=WRITTEN.replace("country: ES\n", "")).cure == "add `country:`"


def test_whoever_is_asked_in_carriers_stead_is_one_that_asks_others() -> None:
    assert read("aggregator: seventeentrack\n").aggregator == "seventeentrack"
    assert read().aggregator is None
    for written in ("seventeentrak", "dhl"):
        error = refusal(f"aggregator: {written}\n")

        assert (error.message, error.where) == (
            f"`{written}` asks no other carriers for us", f"shop.yaml:{LINES + 1} (aggregator)",
        )  # fmt: skip
        assert "seventeentrack" in error.cure
