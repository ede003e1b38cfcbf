"""The open message: a mail in its frame, its text, its headers; or the SMS of one phone as bubbles."""

import re
from html import escape
from itertools import groupby

from infra.local.clock import instant
from infra.local.mailbox.kept import Mail
from infra.local.mailbox.pages import View, choice, tags, when
from infra.local.mailbox.sms import Sms

# Scripts never run, forms never post; links may open a normal tab of their own.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"


def missing(view: View) -> str:
    return f'{back(view)}<div class="empty"><h1>There is no such message</h1></div>'


def back(view: View) -> str:
    return f'<p class="back"><a href="/{escape(view.query())}">← All messages</a></p>'


def mail(entry: Mail, view: View) -> str:
    to = escape(", ".join(entry.to or entry.recipients))
    facts = f"<dt>From</dt><dd>{escape(entry.sender)}</dd><dt>To</dt><dd>{to}</dd>"
    facts += f"<dt>Sent</dt><dd>{when(entry.clock_at, long=True)}</dd>"
    if reply_to := entry.headers.get("Reply-To"):
        facts += f"<dt>Reply to</dt><dd>{escape(reply_to)}</dd>"
    tabs = choice("Part", [("html", "HTML"), ("text", "Text"), ("headers", "Headers")], view, "tab")
    looks = ""
    if view.tab == "html":
        looks = choice("Width", [("600", "Desktop"), ("375", "Phone")], view, "width")
        looks += choice("Colours", [("device", "Auto"), ("light", "Light"), ("dark", "Dark")], view, "scheme")
    return (
        f'{back(view)}<article class="mail"><h1>{escape(entry.subject)}</h1><dl class="facts">{facts}</dl>'
        f'<p class="tags">{tags(entry.tags)}</p><div class="bar">{tabs}{looks}</div>{_part(entry, view)}</article>'
    )


def _part(entry: Mail, view: View) -> str:
    if view.tab == "headers":
        return _headers(entry)
    if view.tab == "text":
        text = escape(entry.text) if entry.text else "This mail has no text part."
        return f'<pre class="sheet scroll" tabindex="0" role="region" aria-label="Text part">{text}</pre>'
    if not entry.html:
        return '<p class="sheet">This mail has no HTML part.</p>'
    scheme = f"?scheme={view.scheme}" if view.scheme in ("light", "dark") else ""
    width, device = ("375", "a phone") if view.width == "375" else ("600", "a desktop")
    frame = f'src="/messages/{entry.n}/html{scheme}" sandbox="{SANDBOX}" title="The mail as {device} shows it"'
    return f'<div class="stage w{width} {escape(view.scheme)}"><iframe {frame}></iframe></div>'


def _headers(entry: Mail) -> str:
    rows = "".join(f"<tr><th scope=row>{escape(n)}</th><td>{escape(v)}</td></tr>" for n, v in entry.headers.items())
    html, text = (len((part or "").encode()) / 1000 for part in (entry.html, entry.text))
    caption = f"<caption>As the mail carries them. HTML {html:.1f} kB, text {text:.1f} kB.</caption>"
    where = 'class="sheet scroll" tabindex="0" role="region" aria-label="Headers"'
    return f"<div {where}><table>{caption}{rows}</table></div>"


def tappable(text: str) -> str:
    """Web addresses as links, as a phone makes them."""
    link = r'<a href="\1" target="_blank" rel="noreferrer">\1</a>'
    return re.sub(r"(https?://[^\s<>&]+(?:&amp;[^\s<>&]+)*)", link, escape(text))


def conversation(chosen: Sms, everything: list[Sms], view: View) -> str:
    """All that this phone received, in order, as its owner sees it."""
    theirs = [sms for sms in everything if sms.to == chosen.to]
    days = ""
    for day, group in groupby(theirs, key=lambda sms: instant(sms.clock_at).date()):
        bubbles = "".join(
            f'<li{" class=chosen" if sms.n == chosen.n else ""}><span class="bubble">{tappable(sms.text)}</span>'
            f"<span class='under'>{escape(sms.sender or 'no sender name')} · {instant(sms.clock_at):%H:%M}</span></li>"
            for sms in group
        )
        days += f"<h2>{day:%A} {day.day} {day:%B}</h2><ol>{bubbles}</ol>"
    extra = {n: v for n, v in chosen.attributes.items() if n != "AWS.SNS.SMS.SenderID"}
    return (
        f'{back(view)}<article class="phone"><h1>{escape(chosen.to)}</h1>{days}</article>'
        f'<p class="tags centred">{tags({n.rpartition(".")[2]: v for n, v in extra.items()})}</p>'
    )
