"""How one language writes dates, money and countries: what Babel knows of it, cut down to what messages and pages say.

Babel and its locale data take longer to load than a mail takes to write, so they stay here, at build.
"""

import re
from collections.abc import Mapping

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_precision, parse_pattern

#: The year and what joins it, in a full date: nobody needs the year of a delivery.
_YEAR = re.compile(r"(,?\s*'[^']*')?,?\s*y+")
#: What encamino.words.formats can write.
_FIELDS = frozenset({"EEEE", "E", "MMMM", "MMM", "LLL", "MM", "M", "dd", "d", "HH", "H", "hh", "h", "mm", "a"})
_FIELD = re.compile(r"'[^']*'|([A-Za-z])\1*")
_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_ODD_CURRENCIES = sorted(set(get_global("currency_fractions")) - {"DEFAULT"})
#: Relative times count no further.
_COUNTED = 100


#: Where a language's plain data is one country's: whose dates and hours are read most easily everywhere. "24 November,
#: 21:30" is clear to an American; "11/24, 9:30 PM" is not what a shop in York writes. Money stays the language's.
_DATES_OF = {"en": "en_GB"}


class Unwritten(Exception):
    """A language writes something in a way that encamino.words.formats does not know yet."""


def formats(folder: str) -> dict[str, object]:
    """All of it, as JSON can hold it."""
    locale = Locale.parse(folder)
    dates = Locale.parse(_DATES_OF.get(folder, folder))
    return {
        "patterns": {name: _checked(folder, pattern) for name, pattern in _patterns(dates).items()},
        "days": {width: _days(dates.days["format"][width]) for width in ("wide", "abbreviated")},
        "months": {
            "wide": _months(dates.months["format"]["wide"]),
            "abbreviated": _months(dates.months["format"]["abbreviated"]),
            "alone": _months(dates.months["stand-alone"]["abbreviated"]),
        },
        "halves": [str(dates.day_periods["format"]["abbreviated"][half]) for half in ("am", "pm")],
        "money": _money(folder, locale),
        "territories": {code: name for code, name in locale.territories.items() if len(code) == 2},  # noqa: PLR2004
        "relative": _relative(locale),
        "plurals": [locale.plural_form(n) for n in range(_COUNTED)],
    }


def _patterns(locale: Locale) -> dict[str, str]:
    clock = locale.time_formats["short"].pattern
    weekday = str(locale.datetime_skeletons["MMMEd"]).replace("E,", "E").replace("E", "EEEE")
    return {
        "date_long": _YEAR.sub("", locale.date_formats["full"].pattern),
        "date_short": str(locale.datetime_skeletons["MMMd"]),
        "date_month": "LLL",
        "date_day": "d",
        "time": clock,
        "instant": f"{weekday}, {clock}",
    }


def _checked(folder: str, pattern: str) -> str:
    if unknown := {match[0] for match in _FIELD.finditer(pattern) if match[1]} - _FIELDS:
        raise Unwritten(f"{folder}: {sorted(unknown)} in {pattern!r}: teach encamino.words.formats")
    return pattern


def _money(folder: str, locale: Locale) -> dict[str, object]:
    pattern = parse_pattern(locale.currency_formats["standard"].pattern)
    symbols = locale.number_symbols["latn"]
    if pattern.grouping not in {(3, 3), (1000, 1000)}:
        raise Unwritten(f"{folder}: digits in groups of {pattern.grouping}: teach encamino.words.formats")
    return {
        "prefix": pattern.prefix[0], "suffix": pattern.suffix[0],
        "minus_prefix": pattern.prefix[1].replace("-", symbols["minusSign"]), "minus_suffix": pattern.suffix[1],
        "decimal": symbols["decimal"], "group": symbols["group"],
        "symbols": dict(locale.currency_symbols),
        # Two decimals are the rule.
        "decimals": {code: get_currency_precision(code) for code in _ODD_CURRENCIES},
    }  # fmt: skip


def _relative(locale: Locale) -> dict[str, dict[str, dict[str, str]]]:
    # CLDR calls them past and future; Babel 2.18 keeps them under the unit.
    fields = locale._data["date_fields"]  # noqa: SLF001  (as babel.dates itself reads them)
    return {unit: {tense: dict(fields[unit][tense]) for tense in ("past", "future")} for unit in _UNITS}


def _days(names: Mapping[int, str]) -> list[str]:
    return [str(names[day]) for day in range(7)]


def _months(names: Mapping[int, str]) -> list[str]:
    return [str(names[month]) for month in range(1, 13)]
