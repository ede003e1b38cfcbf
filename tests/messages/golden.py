"""Golden renders: what customers read, kept beside the tests so that a change of words shows in the diff.

`python -m tests.preview --rewrite` writes them anew.
"""

from pathlib import Path

from encamino.domain.message import Channel
from encamino.messages.render import Renderer
from tests.messages.samples import SAMPLES, Sample

FOLDER = Path(__file__).parent / "rendered"


def files(renderer: Renderer) -> dict[Path, str]:
    """Every golden file and what it should hold: all that is sent for each message's first sample, else the text."""
    return {
        FOLDER / locale / f"{sample.name}.{kind}": text
        for sample in SAMPLES
        for locale in renderer.locales
        for kind, text in renders(renderer, sample, locale).items()
        if not sample.variant or kind != "html"
    }


def renders(renderer: Renderer, sample: Sample, locale: str) -> dict[str, str]:
    """One sample in one language: html, txt, and sms where the message has one."""
    context = sample.context(locale)
    mail = renderer.email(sample.message, context)
    head = "".join(f"{name}: {value}\n" for name, value in {"Subject": mail.subject, **mail.headers}.items())
    found = {"html": mail.html or "", "txt": f"{head}\n{mail.text}"}
    if any(use.name is Channel.SMS for use in renderer.catalogue[sample.message].channels):
        found["sms"] = renderer.sms(sample.message, context).text + "\n"
    return found


def rewrite(renderer: Renderer) -> None:
    """Make the golden renders what is rendered today."""
    wanted = files(renderer)
    for stale in set(FOLDER.glob("*/*")) - wanted.keys():
        stale.unlink()
    for file, text in wanted.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
