"""The build stops, naming the fault, before a template can fail on its way to a customer."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.messages.compiled import SOURCE, compile_templates


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the templates, to break."""
    kept = shutil.ignore_patterns(".tools", "__pycache__", "pages", "pages.po")
    return Path(shutil.copytree(SOURCE, tmp_path / "templates", ignore=kept))


def _complaint(source: Path) -> str:
    step = [sys.executable, str(SOURCE / "compile.py"), str(source), str(source.parent / "out")]
    done = subprocess.run(step, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def _changed(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        ("{{ shipment.colour }}", "ShownShipment.colour"),
        ("{{ customer.name }}", "customer"),
        ("{% for line in items %}{{ line.colour }}{% endfor %}", "ShownItem.colour"),
        ("{% set it = shipment.pickup %}{{ it.colour }}", "ShownPickup.colour"),
        ("{% if brand.dark.colour %}{% endif %}", "Palette.colour"),
    ],
)
def test_a_name_that_nobody_fills(source: Path, broken: str, named: str) -> None:
    _changed(source / "messages/shipped/email.txt.j2", '{{ _("Order") }}', broken)

    assert f"messages/shipped/email.txt.j2: {named} is not known" in _complaint(source)


def test_a_sentence_that_nobody_translated(source: Path) -> None:
    _changed(source / "messages/shipped/email.txt.j2", '{{ _("Order") }}', '{{ _("Never said before") }}')

    assert "en: not translated: 'Never said before'" in _complaint(source)
    assert "es: not translated: 'Never said before'" in _complaint(source)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('msgstr "Pedido"', 'msgstr ""', "es: not translated: 'Order'"),
        ('msgid "Order"\nmsgstr', '#, fuzzy\nmsgid "Order"\nmsgstr', "es: fuzzy: 'Order'"),
        ("recibido por %(name)s", "recibido por %(nombre)s", "placeholders ['nombre'] where ['name'] are due"),
        ("recibido por %(name)s", "recibido", "placeholders [] where ['name'] are due"),
        ("recibido por %(name)s", "<b>%(name)s</b>", "a lone %, or markup"),
        ('msgstr "Pedido"', 'msgstr "100 % pedido"', "a lone %, or markup"),
        ('msgstr[1] "y %(num)s productos más"', 'msgstr[1] ""', "es: not translated: 'and %(num)s more product'"),
    ],
)
def test_a_translation_that_is_not_whole(source: Path, old: str, new: str, complaint: str) -> None:
    _changed(source / "languages/es/messages.po", old, new)

    assert complaint in _complaint(source)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("<mj-txt>x</mj-txt>", "not MJML"),
        ("<mj-text>{% if shipment %}x</mj-text>", "end"),
        ("<mj-text>[[ nothing ]]</mj-text>", "nothing"),
        ('<mj-include path="x.mjml"/>', "mj-include"),
        ("<mj-text>x", "shipped"),
        ("<mj-text>{{ shipment.status | shout }}</mj-text>", "shout"),
    ],
)
def test_mjml_that_would_come_out_wrong(source: Path, broken: str, complaint: str) -> None:
    file = source / "messages/shipped/email.mjml.j2"
    section = f"<mj-section><mj-column>{broken}</mj-column></mj-section>"
    file.write_text(f"{file.read_text()}[% block sections %]{section}[% endblock %]")

    assert complaint in _complaint(source)


def test_nothing_is_compiled_from_broken_templates(source: Path) -> None:
    _changed(source / "languages/es/messages.po", 'msgstr "Pedido"', 'msgstr ""')
    _complaint(source)

    assert not (source.parent / "out" / "compiled").exists()


def test_the_same_templates_compile_to_the_same_bytes(source: Path, tmp_path: Path) -> None:
    one, other = (compile_templates(tmp_path / name, source) for name in ("one", "other"))
    first = {p.relative_to(one): p.read_bytes() for p in one.rglob("*") if p.is_file()}

    assert first == {p.relative_to(other): p.read_bytes() for p in other.rglob("*") if p.is_file()}
    assert not any(bytes(tmp_path) in content for content in first.values())
