"""The mailbox in the browser: a list of mail and SMS, one of them open. The script only refreshes the list."""

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from infra.local.clock import instant
from infra.local.mailbox.kept import Mail
from infra.local.mailbox.reading import preview
from infra.local.mailbox.sms import Sms

NOTHING_OPEN = '<div class="empty"><h2>Choose a message</h2><p>Everything the shop sends appears in the list.</p></div>'
HERE = Path(__file__).parent
STYLE = (HERE / "look.css").read_text(encoding="utf-8")
SCRIPT = (HERE / "refresh.js").read_text(encoding="utf-8")
SHOWN = 200  # newest; the search reaches the rest
_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
CSP = (
    f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_HASH}'; connect-src 'self'; "
    "frame-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' "
    "rx='9' fill='%231f6f54'/%3E%3Cpath d='M7 11h18v11H7z M7 11l9 7 9-7' fill='none' stroke='white' stroke-width='2' "
    "stroke-linejoin='round'/%3E%3C/svg%3E"
)


@dataclass(frozen=True)
class View:
    """What the address bar says about how to look."""

    q: str = ""
    kind: str = "all"  # all | mail | sms
    tab: str = "html"  # html | text | headers
    width: str = "600"  # 600 | 375
    scheme: str = "device"  # device | light | dark

    @classmethod
    def of(cls, query: dict[str, str]) -> "View":
        return cls(**{name: query[name][:100] for name in cls.__dataclass_fields__ if name in query})

    def query(self, **changes: str) -> str:
        """The same view but for `changes`, leaving out what is as usual."""
        values = {n: changes.get(n, getattr(self, n)) for n in self.__dataclass_fields__}
        return "?" + urlencode({n: v for n, v in values.items() if v != self.__dataclass_fields__[n].default})


def when(text: str, *, long: bool = False) -> str:
    moment = instant(text)
    shown = f"{moment:%A} {moment.day} {moment:%B %Y, %H:%M} UTC" if long else f"{moment.day} {moment:%b, %H:%M}"
    return f'<time datetime="{escape(text)}">{shown}</time>'


def matches(entry: Mail | Sms, q: str) -> bool:
    if isinstance(entry, Mail):
        return q.lower() in " ".join([entry.subject, *entry.recipients, *entry.tags.values()]).lower()
    return q.lower() in f"{entry.to} {entry.text}".lower()


def page(entries: list[Mail | Sms], chosen: Mail | Sms | None, pane: str | None, view: View) -> str:
    """The whole page; `entries` oldest first, `pane` what is open. With nothing open the list is the main thing."""
    list_tag, pane_tag = ("nav", "main") if pane else ("main", "aside")
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(_title(chosen))}</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="{ICON}"><style>{STYLE}</style></head><body class="{"open" if pane else "closed"}">
<a class="skip" href="#{"open" if pane else "list"}">Skip to the message{"" if pane else "s"}</a>
<header><a class="logo" href="/"><img src="{ICON}" alt="" width="30" height="30">Mailbox</a>{_search(view)}</header>
<div class="panes"><{list_tag} class="side" id="list" aria-label="Messages">{_list(entries, chosen, view)}</{list_tag}>
<{pane_tag} class="pane" id="open" tabindex="-1">{pane or NOTHING_OPEN}</{pane_tag}></div>
<script>{SCRIPT}</script></body></html>"""


def _title(chosen: Mail | Sms | None) -> str:
    if chosen is None:
        return "Mailbox"
    return f"{chosen.subject if isinstance(chosen, Mail) else f'SMS to {chosen.to}'} · Mailbox"


def _search(view: View) -> str:
    kept = f'<input type="hidden" name="kind" value="{escape(view.kind)}">' if view.kind != "all" else ""
    field = f'name="q" value="{escape(view.q)}" aria-label="Search messages" placeholder="Address, subject, tag"'
    return f'<form role="search" action="/">{kept}<input type="search" {field}><button>Search</button></form>'


def _list(entries: list[Mail | Sms], chosen: Mail | Sms | None, view: View) -> str:
    kinds: dict[str, list[Mail | Sms]] = {
        "all": entries,
        "mail": [entry for entry in entries if isinstance(entry, Mail)],
        "sms": [entry for entry in entries if isinstance(entry, Sms)],
    }
    names = {"all": "All", "mail": "Mail", "sms": "SMS"}
    filters = choice("Show", [(kind, f"{names[kind]} {len(those)}") for kind, those in kinds.items()], view, "kind")
    found = [entry for entry in reversed(kinds.get(view.kind, entries)) if matches(entry, view.q)]
    title = "" if chosen else '<h1 class="unseen">Messages</h1>'
    if not found:
        why = f"Nothing for “{escape(view.q)}”." if view.q else "Nothing yet. Mail shows up here as it is sent."
        return f'{title}{filters}<p class="note">{why}</p>'
    rows = "".join(_row(entry, view, current=entry is chosen) for entry in found[:SHOWN])
    more = f"The newest {SHOWN} of {len(found)}: search to reach the rest." if len(found) > SHOWN else ""
    return f'{title}{filters}<ol class="list">{rows}</ol><p class="note">{more}</p>'


def choice(label: str, options: list[tuple[str, str]], view: View, name: str) -> str:
    """A row of links of which one is current."""
    current = {getattr(view, name): ' aria-current="true"'}
    links = "".join(
        f'<a href="{escape(view.query(**{name: value}))}"{current.get(value, "")}>{escape(text)}</a>'
        for value, text in options
    )
    return f'<div class="choice" role="group" aria-label="{label}">{links}</div>'


def tags(values: dict[str, str]) -> str:
    return "".join(f'<span class="tag">{escape(name)} <b>{escape(value)}</b></span>' for name, value in values.items())


def order_tag(values: dict[str, str]) -> dict[str, str]:
    """What a row has room for: the order first, else the first tag there is."""
    ranked = sorted(values.items(), key=lambda tag: ("order" not in tag[0].lower(), "message" not in tag[0].lower()))
    return dict(ranked[:1])


def _row(entry: Mail | Sms, view: View, *, current: bool) -> str:
    if isinstance(entry, Mail):
        href, who, tag = f"/messages/{entry.n}", ", ".join(entry.to or entry.recipients), tags(order_tag(entry.tags))
        head, line = entry.subject, preview(entry.html, entry.text)
    else:
        href, who, tag = f"/sms/{entry.n}", entry.to, '<span class="tag"><b>SMS</b></span>'
        head, line = entry.sender or "SMS", entry.text
    here = ' aria-current="page"' if current else ""
    return (
        f'<li><a href="{href}{escape(view.query())}"{here}><span class="top"><span class="who">{escape(who)}</span>'
        f"{when(entry.clock_at)}</span><span class='subject'>{escape(head)}</span>"
        f'<span class="preview">{escape(line)}</span>{tag}</a></li>'
    )
