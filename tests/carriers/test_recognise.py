"""Numbers collide; nothing is decided between equals."""

import pytest

from encamino.carriers.base import Carrier, carrier, carriers
from encamino.carriers.reading import digits_hold, s10_holds
from encamino.carriers.recognise import named, recognise
from encamino.domain.errors import Missing


@pytest.mark.parametrize(
    ("number", "check", "least"),
    [
        ("00340434712034567892", True, 0.9),
        ("0034 0434 7120 3456 7892", True, 0.9),
        ("7712043651", True, 0.4),
        ("JJD000390007882940157", None, 0.6),
        ("JVGL06260003000012345", None, 0.8),
        ("GM295327417000012345", None, 0.7),
        ("RR123456785DE", True, 0.7),
        ("rr123456785de", True, 0.7),
    ],
)
def test_dhl_numbers_are_recognised(number: str, check: bool | None, least: float) -> None:
    [found] = [r for r in recognise(number) if r.carrier == "dhl"]

    assert found.check is check
    assert found.confidence >= least


@pytest.mark.parametrize("number", ["00340434712034567893", "7712043652", "RR123456784DE"])
def test_a_wrong_check_digit_is_said_and_believed_by_nobody(number: str) -> None:
    [found] = [r for r in recognise(number) if r.carrier == "dhl"]

    assert found.check is False
    assert found.confidence <= 0.1
    assert named(None, None, number, {}) is None


@pytest.mark.parametrize(
    "number", ["", "hello", "3SABCD1234567", "1Z999AA10123456784", "٣٣٤٥", "12345", "RR123456785ES", "'; --"]
)
def test_what_is_nobodys_here_is_recognised_as_nobodys(number: str) -> None:
    assert [r for r in recognise(number) if r.carrier == "dhl"] == []


def test_a_typo_in_an_sscc_is_always_seen() -> None:
    good = "00340434712034567892"
    for at in range(8, 20):
        for digit in "0123456789".replace(good[at], ""):
            assert not digits_hold(good[:at] + digit + good[at + 1 :], (3, 1))


def test_s10_is_checked_as_the_upu_says() -> None:
    # 473124829 is the worked example of UPU S10-12.
    assert s10_holds("RR473124829DE")
    assert not s10_holds("RR473124820DE")


def test_answers_are_ranked_and_named_after_carriers_of_the_folder() -> None:
    for number in ("00340434712034567892", "7712043651", "12345678901234"):
        found = recognise(number)
        assert [r.confidence for r in found] == sorted((r.confidence for r in found), reverse=True)
        assert {r.carrier for r in found} <= set(carriers())


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("DHL", "dhl"),
        ("dhl", "dhl"),
        ("DHL Paket", "dhl"),
        ("Envío 24h con DHL-Express", "dhl"),
        ("DHL Express Worldwide", "dhl"),
        ("SEUR", None),
        ("Correos Express", None),
        ("Quick delivery", None),
        ("sandhly", None),
        ("", None),
        (None, None),
    ],
)
def test_the_shops_words_name_a_carrier(words: str | None, slug: str | None) -> None:
    assert named(words, None, None, {}) == slug


def test_words_that_name_someone_else_are_not_overruled_by_a_number() -> None:
    assert named("SEUR", None, "00340434712034567892", {}) is None
    assert named("SEUR", "https://www.dhl.de/x", "00340434712034567892", {}) is None


@pytest.mark.parametrize(
    ("link", "slug"),
    [
        ("https://www.dhl.de/de/privatkunden.html?piececode=1", "dhl"),
        ("https://DHL.com./es", "dhl"),
        ("https://dhl.com.evil.example/", None),
        ("https://notdhl.com/", None),
        ("https://evil.example/?u=dhl.com", None),
        ("https://[broken", None),
        ("dhl", None),
    ],
)
def test_the_host_of_the_shops_link_names_a_carrier(link: str, slug: str | None) -> None:
    assert named("Standard", link, None, {}) == slug


def test_a_number_names_its_carrier_only_where_the_shape_is_its_own() -> None:
    assert named("Standard", None, "00340434712034567892", {}) == "dhl"
    # One in seven numbers of ten digits passes by chance.
    assert named("Standard", None, "7712043651", {}) is None


def test_the_shops_own_mapping_comes_first() -> None:
    overrides = {"Envío rápido": "dhl", "DHL de mentira": "seur"}

    assert named("envío  RÁPIDO", None, None, overrides) == "dhl"
    assert named("DHL de mentira", None, "00340434712034567892", overrides) is None


@pytest.mark.parametrize("slug", ["base", "reading", "recognise", "__init__", "../x", "nobody", ""])
def test_what_is_no_carrier_is_missing(slug: str) -> None:
    with pytest.raises(Missing):
        carrier(slug)


def test_a_carrier_file_has_every_name_of_the_protocol() -> None:
    wanted = {name for name in vars(Carrier) if not name.startswith("_")} | set(Carrier.__annotations__)
    for slug in carriers():
        assert wanted <= set(vars(carrier(slug)))
