"""Every mail in a real browser: accessible in light and dark, never wider than a phone, calling nobody but the shop."""

import re
from pathlib import Path

from encamino.messages.render import Renderer
from tests.browser.test_pages import run
from tests.messages import golden
from tests.messages.samples import SAMPLES

_STYLES = re.compile(r"<style.*?</style>", re.DOTALL)


def test_no_mail_shuts_anybody_out_or_scrolls_sideways(templates: Path, tmp_path: Path) -> None:
    renderer = Renderer(templates)
    files = []
    locales = sorted(renderer.locales)
    for number, sample in enumerate(SAMPLES):
        # What a message may also have to say is looked at in one language each, by turns.
        for locale in [locales[number % len(locales)]] if sample.variant else locales:
            html = golden.renders(renderer, sample, locale)["html"]
            # Some mailboxes drop every style sheet.
            looks = {"whole": html} if sample.variant else {"whole": html, "no_styles": _STYLES.sub("", html)}
            for look, text in looks.items():
                files.append(tmp_path / f"{sample.name}.{locale}.{look}.html")
                files[-1].write_text(text, encoding="utf-8")

    seen = run("look.mjs", "--mails", *files)

    assert seen.returncode == 0, seen.stderr + seen.stdout
