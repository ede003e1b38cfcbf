"""What the documents say of the folders, made from the folders: `python -m tests.house.tables` writes it.

README.md has a table between `<!-- carriers -->` and `<!-- /carriers -->`, and so on. The JSON Schema of the shop file
is docs/merchant/shop-file.schema.json, that of what the generic door takes docs/merchant/generic.schema.json.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel import Locale
from babel.messages.pofile import read_po

from encamino.carriers.base import Limits, carrier, carriers
from encamino.domain.shop import Shop
from encamino.shops.base import platform, platforms
from encamino.shops.generic import document

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
LANGUAGES = ROOT / "templates/languages"
SCHEMA = ROOT / "docs/merchant/shop-file.schema.json"
GENERIC_SCHEMA = ROOT / "docs/merchant/generic.schema.json"
#: How a recording that no live system answered says so, in its `about`.
WRITTEN = "Written by us"


def carriers_table() -> str:
    """One row per file in layers/encamino/carriers."""
    head = ("slug", "carrier", "credentials", "limits", "recordings (taken live)")
    return _table(head, [_carrier_row(slug) for slug in carriers()])


def platforms_table() -> str:
    """One row per file or folder in layers/encamino/shops."""
    rows = []
    for slug in platforms():
        adapter = platform(slug)
        rows.append((f"`{slug}`", adapter.NAME, ", ".join(adapter.STATES), _recordings("shops", slug)))
    return _table(("slug", "platform", "order statuses it can state", "recordings (taken live)"), rows)


def messages_table() -> str:
    """One row per folder in templates/messages."""
    rows = []
    for file in sorted(ROOT.glob("templates/messages/*/message.toml")):
        said = tomllib.loads(file.read_text(encoding="utf-8"))
        facts = ", ".join(f"`{fact}`" for fact in said["on"])
        channels = ", ".join(channel["name"] for channel in said["channels"])
        rows.append((f"`{file.parent.name}`", facts, channels, ", ".join(said["presets"])))
    return _table(("message", "set off by", "channels", "presets"), rows)


def languages_table() -> str:
    """One row per folder in templates/languages; `es@formal` is a tone, and no language of its own."""
    said = {folder: _said(folder) for folder in sorted(LANGUAGES.glob("*/")) if "@" not in folder.name}
    every = set().union(*said.values())
    rows = [(f"`{f.name}`", _own_name(f.name), f"{len(known)} of {len(every)}") for f, known in said.items()]
    return _table(("code", "language", "sentences of mails, texts and pages translated"), rows)


TABLES = {
    "carriers": carriers_table,
    "shops": platforms_table,
    "messages": messages_table,
    "languages": languages_table,
}


def filled(text: str) -> str:
    """The text with every marked table made anew. Raises ValueError when a pair of marks is missing."""
    for name, made in TABLES.items():
        marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        table = made()
        text, count = marks.subn(lambda found, table=table: found[1] + table + found[2], text)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"{count} pairs of <!-- {name} --> marks, expected one")
    return text


def schema() -> str:
    """The shop file's JSON Schema, as it is published."""
    said = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Shop.model_json_schema()}
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def generic_schema() -> str:
    """The JSON Schema of what the generic door takes, as it is published."""
    return json.dumps(document.schema(), indent=2, ensure_ascii=False) + "\n"


def _carrier_row(slug: str) -> tuple[str, ...]:
    adapter = carrier(slug)
    fields = [f"`{field}`" for field in adapter.FIELDS] + [f"`{field}` (optional)" for field in adapter.OPTIONAL_FIELDS]
    limits = ", ".join(_limits(adapter.LIMITS))
    return f"`{slug}`", adapter.NAME, ", ".join(fields) or "none", limits, _recordings("carriers", slug)


def _limits(limits: Limits) -> Iterator[str]:
    yield f"{limits.batch} number{'s' if limits.batch > 1 else ''} a call"
    yield f"{limits.per_second:g} call{'s' if limits.per_second != 1 else ''} a second"
    if limits.per_day is not None:
        yield f"{limits.per_day} a day"


def _recordings(room: str, slug: str) -> str:
    files = sorted((ROOT / "tests" / room / slug).glob("*.json"))
    said = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    live = [one for one in said if isinstance(one, dict) and not str(one.get("about", "")).startswith(WRITTEN)]
    return f"{len(files)} ({len(live)})"


def _own_name(code: str) -> str:
    return str(Locale.parse(code).get_display_name(code)).capitalize()


def _said(language: Path) -> set[str]:
    """The sentences that a language says, by their English originals."""
    said = set()
    for file in sorted(language.glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=language.name):
                original = message.id if isinstance(message.id, str) else message.id[0]
                if original and message.string and not message.fuzzy:
                    said.add(original)
    return said


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(schema(), encoding="utf-8")
    GENERIC_SCHEMA.write_text(generic_schema(), encoding="utf-8")
    written = (README, SCHEMA, GENERIC_SCHEMA)
    sys.stdout.write(f"wrote {', '.join(str(file.relative_to(ROOT)) for file in written)}\n")
