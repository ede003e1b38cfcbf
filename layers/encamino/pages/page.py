"""A page as it goes out: status, headers, and a body that is always compressed the same way."""

import gzip
from dataclasses import dataclass, replace
from typing import Self

HTML = "text/html; charset=utf-8"
#: The best there is; a page takes well under a millisecond.
_LEVEL = 9


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to a browser. Header names are lower case; `body` is what `content-encoding` says."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """What it is."""
        return self.headers["content-type"]

    @property
    def text(self) -> str:
        """What the customer's browser reads."""
        return (gzip.decompress(self.body) if "content-encoding" in self.headers else self.body).decode()

    def accepted_by(self, accept_encoding: str | None) -> Self:
        """The page for this client: plain where it cannot unpack."""
        if "content-encoding" not in self.headers or "gzip" in (accept_encoding or "").lower():
            return self
        plain = {name: value for name, value in self.headers.items() if name != "content-encoding"}
        return replace(self, headers=plain, body=gzip.decompress(self.body))


def page(status: int, content_type: str, headers: dict[str, str], text: str) -> Page:
    """A compressed page. No time is written into the archive: equal texts are equal bytes."""
    packed = {"content-type": content_type, "content-encoding": "gzip", "vary": "accept-encoding"}
    return Page(status, packed | headers, gzip.compress(text.encode(), _LEVEL, mtime=0))
