"""Reading a page as a browser does, for assertions about elements instead of about text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_EMPTY = frozenset({"meta", "link", "img", "source", "br", "input"})


@dataclass
class Read(HTMLParser):
    """Elements in order, their attributes, the text of each, and all that can be seen."""

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    by_tag: dict[str, list[str]] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Blocks are apart on a screen.
        for inside in self._open:
            self.by_tag[inside][-1] += " "
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _EMPTY:
            self._open.append(tag)
            self.by_tag.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            self.by_tag["style"][-1] += data
            return
        self.seen.append(data)
        for tag in self._open:
            self.by_tag[tag][-1] += data

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.seen).split())

    @property
    def h1(self) -> str:
        return " ".join(self.by_tag["h1"][0].split())

    @property
    def links(self) -> list[str]:
        return [
            attrs[name] for _, attrs in self.elements for name in ("href", "src", "srcset", "action") if name in attrs
        ]

    @property
    def shape(self) -> list[tuple[str, tuple[str, ...]]]:
        """What is left when all words are taken out."""
        return [(tag, tuple(sorted(attrs))) for tag, attrs in self.elements]


def read(html: str) -> Read:
    """The page, read."""
    reader = Read()
    reader.feed(html)
    reader.close()
    return reader
