"""A customer follows the link at the foot of a mail, or presses the mail program's own button: what may be sent.

GET shows and changes nothing, whoever presses it; POST acts. A mail program's POST is RFC 8058's: it takes back the
offers by mail, and nothing else.
"""

import re
from datetime import datetime
from urllib.parse import parse_qs

from encamino.domain.contact import Act, Choice, ContactLink, Preferences, Source
from encamino.domain.link import token_hash
from encamino.domain.shop import Shop
from encamino.flows.show import PageDesk
from encamino.pages import missing
from encamino.pages.page import Page
from encamino.pages.preferences import FORM, offered, render, unsubscribed, wording
from encamino.store.base import Store

#: A form of ours has four fields; nobody's has this many.
_FIELDS, _LONGEST = 20, 4096
#: RFC 8058, 3.2 (rfc-editor.org/rfc/rfc8058, read 2026-11): as a form, or as a part of one with boundaries.
_ONE_CLICK = ("List-Unsubscribe", "One-Click")
_IN_PARTS = re.compile(rb'name="?List-Unsubscribe"?[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\nOne-Click[\r\n]', re.IGNORECASE)
#: Which words: the ones that the RFC has mail programs send.
_WORDS_OF_ONE_CLICK = "RFC 8058"


def preferences(desk: PageDesk, token: str, posted: bytes | None, language: str, now: datetime) -> Page:
    """The page of this link; before that, what was `posted` is done. A link that opens nothing gets everyone's answer.

    `now` is the wall clock: a proof says when it really was.
    """
    link = desk.store.contact_of_token(token_hash(token))
    shop = desk.store.shop(link.contact.shop) if link else None
    if link is None or shop is None:
        return missing.render(desk.templates, language)
    fields = _fields(posted or b"")
    if fields.get(_ONE_CLICK[0]) == _ONE_CLICK[1]:
        said = {Choice.MARKETING_EMAIL: False}
        _keep(desk.store, link, Act(now, Source.ONE_CLICK, said, _WORDS_OF_ONE_CLICK, link.locale))
        return unsubscribed(shop, desk.templates, link.locale)
    saves = fields.get(FORM[0]) == FORM[1]
    if saves:
        words = wording(shop, desk.templates, link.locale)
        _keep(desk.store, link, Act(now, Source.PAGE, _chosen(shop, fields), words, link.locale))
    holds = desk.store.preferences(link.contact)
    return render(shop, desk.templates, link.locale, link.hint, holds, saved=saves)


def _keep(store: Store, link: ContactLink, act: Act) -> None:
    """What holds already needs no second proof, however often a button is pressed."""
    known = store.preferences(link.contact)
    if any(known.get(choice) is not yes for choice, yes in act.said.items()):
        store.keep_preferences(link.contact, act)


def _chosen(shop: Shop, fields: dict[str, str]) -> Preferences:
    """All that the page asked about: a browser says nothing of an empty box."""
    return {choice: choice.value in fields for choice in offered(shop)}


def _fields(posted: bytes) -> dict[str, str]:
    """What a form says; nothing when it is none."""
    if len(posted) > _LONGEST:
        return {}
    if _IN_PARTS.search(posted):
        return dict([_ONE_CLICK])
    try:
        found = parse_qs(posted.decode().strip(), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}
