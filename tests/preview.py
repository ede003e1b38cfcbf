"""Every message in every language, to look at: `python -m tests.preview build/preview`, then open its index.html.

With --rewrite the golden renders of tests/messages/rendered are written anew too.
"""

import argparse
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from encamino.messages.render import Renderer
from tests.messages import golden
from tests.messages.compiled import compile_templates
from tests.messages.samples import SAMPLES

PICTURES = Path(__file__).parent / "messages" / "pictures"
_IMAGE = re.compile(r"https://casalluna\.example/([\w-]+\.png)")
_STYLES = re.compile(r"<style.*?</style>", re.DOTALL)
_INDEX = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Messages</title>
<meta name="viewport" content="width=device-width"><style>
body{{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#1c1917}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #ddd}}
</style></head><body><main><h1>Messages</h1>
<table><thead><tr><th>Message</th><th>Language</th><th>Subject</th><th>Look at</th></tr></thead><tbody>
{rows}</tbody></table></main></body></html>
"""


def write(renderer: Renderer, out: Path) -> Path:
    """Write all of it; the page that leads to it."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(PICTURES, out / "pictures")
    index = out / "index.html"
    index.write_text(_INDEX.format(rows="".join(_rows(renderer, out))), encoding="utf-8")
    return index


def _rows(renderer: Renderer, out: Path) -> Iterator[str]:
    for sample in SAMPLES:
        for locale in sorted(renderer.locales):
            found = golden.renders(renderer, sample, locale)
            subject = renderer.email(sample.message, sample.context(locale)).subject
            links = _written(out / locale, sample.name, _looks(found))
            looks = " · ".join(f'<a href="{locale}/{file}">{look}</a>' for look, file in links)
            cells = "</td><td>".join((sample.name, locale, escape(subject), looks))
            yield f"<tr><td>{cells}</td></tr>\n"


def _looks(found: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Name, ending and content: as clients show it, and as clients show it that leave something out."""
    html = _IMAGE.sub(r"../pictures/\1", found["html"])
    # The schemes as they are in themselves, whatever the browser prefers.
    yield "light", "html", html.replace("(prefers-color-scheme: dark)", "not all").replace("light dark", "light")
    yield "dark", "html", html.replace("(prefers-color-scheme: dark)", "all").replace("light dark", "dark")
    yield "no images", "html", html.replace("../pictures/", "../none/")
    yield "no styles", "html", _STYLES.sub("", html)
    yield "text", "txt", found["txt"]
    if "sms" in found:
        yield "sms", "sms.txt", found["sms"]


def _written(folder: Path, name: str, looks: Iterator[tuple[str, str, str]]) -> list[tuple[str, str]]:
    folder.mkdir(exist_ok=True)
    links = []
    for look, ending, content in looks:
        file = folder / f"{name}.{look.replace(' ', '_')}.{ending}" if ending == "html" else folder / f"{name}.{ending}"
        file.write_text(content, encoding="utf-8")
        links.append((look, file.name))
    return links


def main() -> None:
    """As the prompt asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, default=Path("build/preview"))
    parser.add_argument("--rewrite", action="store_true", help="the golden renders too")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        renderer = Renderer(compile_templates(Path(folder)))
        if said.rewrite:
            golden.rewrite(renderer)
        print(write(renderer, said.out))  # noqa: T201  (where to look)


if __name__ == "__main__":
    main()
