"""Reading a mail the way a client does: elements, attributes, addresses, and the text a person sees."""

from html.parser import HTMLParser

_UNSEEN = frozenset({"style", "title", "script", "head"})
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta"})


class Read(HTMLParser):
    """What is in a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        #: Tag and the names of its attributes, in order.
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.open: list[str] = []
        #: Tags that closed what was not open.
        self.crossed: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.seen: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        if not _UNSEEN.intersection(self.open):
            self.seen.append(data)

    @property
    def text(self) -> str:
        """What a person reads."""
        return " ".join(" ".join(self.seen).split())

    @property
    def links(self) -> list[str]:
        """Where it leads."""
        return [value for tag, name, value in self.attributes if (tag, name) == ("a", "href")]

    @property
    def images(self) -> list[str]:
        """What it loads."""
        return [value for tag, name, value in self.attributes if (tag, name) == ("img", "src")]
