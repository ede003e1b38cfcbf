"""Moving a recorded answer in time and giving it another number, leaving the carrier's own formats as they are.

Wall clocks move, offsets and formats stay. A date alone moves by whole days, the nearest; a date whose time stands in a
neighbouring field moves together with it.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

ISO = re.compile(
    r"(?<!\d)(?P<day>20\d\d-\d\d-\d\d)(?:(?P<join>[T ]|%20)(?P<time>\d\d:\d\d(?::\d\d)?)(?P<part>[.,]\d+)?)?(?![\d-])"
)
EUROPEAN = re.compile(
    r"(?<!\d)(?P<d>\d\d)(?P<s>[/.-])(?P<m>\d\d)(?P=s)(?P<y>20\d\d)"
    r"(?:(?P<join>[T ]+)(?P<time>\d\d:\d\d(?::\d\d)?))?(?!\d)"
)
# How a date alone and a time alone may be written when they stand in two fields.
DAYS = {
    r"20\d{6}": "%Y%m%d",
    r"20\d\d-\d\d-\d\d": "%Y-%m-%d",
    r"\d\d/\d\d/20\d\d": "%d/%m/%Y",
    r"\d\d\.\d\d\.20\d\d": "%d.%m.%Y",
}
MONTHS = 12
TIMES = {r"\d{6}": "%H%M%S", r"\d{4}": "%H%M", r"\d\d:\d\d:\d\d": "%H:%M:%S", r"\d\d:\d\d": "%H:%M"}
DATE_WORDS = {
    "date": "time", "Date": "Time", "fecha": "hora", "Fecha": "Hora", "fec": "hor", "data": "ora", "datum": "zeit",
}  # fmt: skip


def shift_text(text: str, delta: timedelta) -> str:
    """Every instant and date written in `text`, moved."""

    def iso(found: re.Match[str]) -> str:
        if not found["time"]:
            return _moved(found["day"], "%Y-%m-%d", delta, alone=True)
        moved = _moved(f"{found['day']} {found['time']}", f"%Y-%m-%d {_form(found['time'], TIMES)}", delta)
        return moved.replace(" ", found["join"], 1) + (found["part"] or "")

    def european(found: re.Match[str]) -> str:
        # Day first, unless that cannot be.
        first, second = ("%m", "%d") if int(found["m"]) > MONTHS else ("%d", "%m")
        form = f"{first}{found['s']}{second}{found['s']}%Y"
        day = f"{found['d']}{found['s']}{found['m']}{found['s']}{found['y']}"
        if not found["time"]:
            return _moved(day, form, delta, alone=True)
        clock = f"{found['join']}{_form(found['time'], TIMES)}"
        return _moved(f"{day}{found['join']}{found['time']}", f"{form}{clock}", delta)

    return EUROPEAN.sub(_or_same(european), ISO.sub(_or_same(iso), text))


def shift(value: Any, delta: timedelta) -> Any:
    """The same for a JSON value, pairs of date and time fields included."""
    if isinstance(value, str):
        return shift_text(value, delta)
    if isinstance(value, list):
        return [shift(item, delta) for item in value]
    if isinstance(value, dict):
        pairs = _pairs(value, delta)
        return {key: pairs[key] if key in pairs else shift(item, delta) for key, item in value.items()}
    return value


def renumber(value: Any, old: str, new: str) -> Any:
    """`old` wherever it stands alone becomes `new`; a number sent as a JSON number stays one if it can."""
    if isinstance(value, str):
        return re.sub(rf"(?<![A-Za-z0-9]){re.escape(old)}(?![A-Za-z0-9])", lambda _: new, value)
    if isinstance(value, list):
        return [renumber(item, old, new) for item in value]
    if isinstance(value, dict):
        return {renumber(key, old, new): renumber(item, old, new) for key, item in value.items()}
    if isinstance(value, int) and not isinstance(value, bool) and str(value) == old:
        return int(new) if new.isdigit() and not new.startswith("0") else new
    return value


def _pairs(fields: dict[str, Any], delta: timedelta) -> dict[str, str]:
    """`{"date": "20260302", "time": "143000"}` and its relatives move as one instant; a compact date alone, by days."""
    moved: dict[str, str] = {}
    for key, day in fields.items():
        word = next((word for word in DATE_WORDS if word in key), None)
        form = _form(day, DAYS)
        if word is None or form is None:
            continue
        partner = key.replace(word, DATE_WORDS[word])
        clock = _form(fields.get(partner), TIMES)
        if clock:
            both = _moved(f"{day} {fields[partner]}", f"{form} {clock}", delta)
            moved[key], moved[partner] = both.split(" ")
        else:
            moved[key] = _moved(day, form, delta, alone=True)
    return moved


def _form(value: Any, forms: dict[str, str]) -> str | None:
    if not isinstance(value, str):
        return None
    return next((form for pattern, form in forms.items() if re.fullmatch(pattern, value)), None)


def _moved(text: str, form: str, delta: timedelta, *, alone: bool = False) -> str:
    noon = timedelta(hours=12) if alone else timedelta()
    wall = datetime.strptime(text, form)  # noqa: DTZ007  the offset, if any, stays where it is
    return (wall + noon + delta).strftime(form)


def _or_same(move: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
    """What only looks like a date (a reference, say) stays."""

    def tried(found: re.Match[str]) -> str:
        try:
            return move(found)
        except ValueError:
            return found[0]

    return tried
