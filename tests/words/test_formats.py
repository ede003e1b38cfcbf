"""Babel, which the build asks, is the judge of what we write without it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency
from hypothesis import assume, given
from hypothesis import strategies as st

from encamino.domain.order import Money
from encamino.words.formats import Formats, names_of
from templates import cldr

LANGUAGES = ("ca", "de", "en", "es", "fr", "it", "pt_PT")
MADRID = ZoneInfo("Europe/Madrid")
FORMATS = {language: Formats(cldr.formats(language), MADRID, "EUR") for language in LANGUAGES}
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  (hypothesis adds the zone)
languages = pytest.mark.parametrize("language", LANGUAGES)


@languages
@given(moment=INSTANTS)
def test_days_and_times_read_as_babel_writes_them(language: str, moment: datetime) -> None:
    dates, local = FORMATS[language].dates, moment.astimezone(MADRID)
    # English days and hours are Britain's: an American reads them, and a shop in Europe does not write "11/24, 9 PM".
    habits = {"en": "en_GB"}.get(language, language)

    assert dates["date_short"](moment) == format_skeleton("MMMd", local, locale=habits)
    assert dates["time"](moment) == format_time(local, "short", tzinfo=MADRID, locale=habits)
    assert dates["date_month"](moment) == format_date(local, "LLL", locale=habits).rstrip(".")
    assert dates["date_day"](moment) == str(local.day)
    assert format_date(local, "full", locale=habits).startswith(dates["date_long"](moment))


@languages
@given(st.decimals(-10_000_000, 10_000_000, places=4), st.sampled_from(["EUR", "USD", "JPY", "CHF", "KWD", "XAF"]))
def test_money_reads_as_babel_writes_it(language: str, amount: Decimal, currency: str) -> None:
    assume(amount >= 0 or amount <= -1)  # Babel writes a minus before nothing

    assert FORMATS[language].money(Money(amount, currency)) == format_currency(amount, currency, locale=language)


@languages
@given(seconds=st.integers(-40_000_000, 40_000_000))
def test_how_long_ago_reads_as_babel_writes_it(language: str, seconds: int) -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    delta = timedelta(seconds=seconds)

    assert FORMATS[language].relative(now + delta, now) == format_timedelta(delta, add_direction=True, locale=language)


def test_spanish_reads_as_spaniards_write() -> None:
    spanish = FORMATS["es"].filters
    moment = datetime(2026, 11, 25, 5, 12, tzinfo=UTC)

    assert spanish["instant"](moment) == "miércoles 25 nov, 6:12"
    assert spanish["date_long"](moment) == "miércoles, 25 de noviembre"
    assert spanish["date_short"](date(2026, 11, 26)) == "26 nov"
    assert spanish["money"](Decimal(36)) == "36,00\xa0€"
    assert spanish["territory"]("ES") == "España"
    assert spanish["territory"]("Nowhere") == "Nowhere"


def test_a_language_that_writes_otherwise_stops_the_build() -> None:
    with pytest.raises(cldr.Unwritten, match="hi"):
        cldr.formats("hi")


def test_every_compiled_language_is_one_babel_knows(templates: Path) -> None:
    for file in (templates / "languages").glob("*.json"):
        assert names_of(templates, file.stem)["days"]["wide"][0] == Locale.parse(file.stem).days["format"]["wide"][0]
