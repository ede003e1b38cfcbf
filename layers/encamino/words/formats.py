"""Dates, times and money as people of one language write them.

What each language does is found by the build (templates/cldr.py) and read here: Babel, which knows it, would take
longer to load than a mail takes to write.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from encamino.domain.order import Money

type Day = date | datetime
type Names = Mapping[str, Any]

#: A letter of CLDR's date patterns, repeated, or quoted text.
_FIELD = re.compile(r"'([^']*)'|([A-Za-z])\2*")
_FIELDS: Mapping[str, Callable[[Any, Names], str]] = {
    "EEEE": lambda t, names: str(names["days"]["wide"][t.weekday()]),
    "E": lambda t, names: str(names["days"]["abbreviated"][t.weekday()]),
    "MMMM": lambda t, names: str(names["months"]["wide"][t.month - 1]),
    "MMM": lambda t, names: str(names["months"]["abbreviated"][t.month - 1]),
    "LLL": lambda t, names: str(names["months"]["alone"][t.month - 1]).rstrip("."),
    "MM": lambda t, _: f"{t.month:02}",
    "M": lambda t, _: str(t.month),
    "dd": lambda t, _: f"{t.day:02}",
    "d": lambda t, _: str(t.day),
    "HH": lambda t, _: f"{t.hour:02}",
    "H": lambda t, _: str(t.hour),
    "hh": lambda t, _: f"{t.hour % 12 or 12:02}",
    "h": lambda t, _: str(t.hour % 12 or 12),
    "mm": lambda t, _: f"{t.minute:02}",
    "a": lambda t, names: str(names["halves"][t.hour // 12]),
}
#: Largest first: unit, its seconds. One that is nearly full counts as full.
_UNITS = (
    ("year", 31_536_000), ("month", 2_592_000), ("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60),
    ("second", 1),
)  # fmt: skip
_NEARLY = 0.85
#: The same few dates come again and again.
_REMEMBERED = 1024
_TWO_DECIMALS = 2


@cache
def names_of(templates: Path, folder: str) -> Names:
    """What the build found of a language. A tone, as in `es@formal`, changes no date."""
    file = templates / "languages" / f"{folder.split('@', 1)[0]}.json"
    found: Names = json.loads(file.read_bytes())
    return found


class Formats:
    """How one language, time zone and currency write things."""

    def __init__(self, names: Names, zone: ZoneInfo, currency: str) -> None:
        self.names = names
        self.zone = zone
        self.currency = currency
        self.symbols = str.maketrans({",": names["money"]["group"], ".": names["money"]["decimal"]})
        self.dates = {name: self._writer(pattern) for name, pattern in names["patterns"].items()}

    @property
    def filters(self) -> dict[str, Callable[..., str]]:
        """What templates call these by: date_long, date_short, date_month, date_day, time, instant and the below."""
        return {**self.dates, "money": self.money, "relative": self.relative, "territory": self.territory}

    def money(self, amount: Money | Decimal) -> str:
        """As 36,00 €; an amount without a currency is in the currency of these formats."""
        value, currency = (amount.amount, amount.currency) if isinstance(amount, Money) else (amount, self.currency)
        how = self.names["money"]
        decimals = how["decimals"].get(currency, _TWO_DECIMALS)
        rounded = round(value, decimals)
        prefix, suffix = (how["minus_prefix"], how["minus_suffix"]) if rounded < 0 else (how["prefix"], how["suffix"])
        figures = f"{abs(rounded):,.{decimals}f}".translate(self.symbols)
        return f"{prefix}{figures}{suffix}".replace("¤", how["symbols"].get(currency, currency))

    def relative(self, moment: datetime, now: datetime) -> str:
        """In words, from `now`: hace 2 horas."""
        seconds = int((moment - now).total_seconds())
        unit, size = next(((u, s) for u, s in _UNITS if abs(seconds) / s >= _NEARLY), _UNITS[-1])
        count = round(abs(seconds) / size)
        forms, plurals = self.names["relative"][unit]["past" if seconds < 0 else "future"], self.names["plurals"]
        form = plurals[count] if count < len(plurals) else "other"
        return str(forms.get(form, forms["other"])).replace("{0}", str(count))

    def territory(self, country: str) -> str:
        """The name of a country, España of ES; the text itself when it is no country's code."""
        return str(self.names["territories"].get(country, country))

    def _writer(self, pattern: str) -> Callable[[Day], str]:
        """One way of writing a day or an instant; instants are shown as the clock stands in the zone."""
        fields: list[Callable[[Any, Names], str]] = []

        def take(match: re.Match[str]) -> str:
            if match[2] is None:
                return match[1].replace("%", "%%")
            fields.append(_FIELDS[match[0]])
            return "%s"

        shape = _FIELD.sub(take, pattern.replace("%", "%%"))

        @lru_cache(_REMEMBERED)
        def write(day: Day) -> str:
            local = day.astimezone(self.zone) if isinstance(day, datetime) else day
            return shape % tuple(field(local, self.names) for field in fields)

        return write
