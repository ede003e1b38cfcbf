"""What documents tell people to do can be done."""

import json
import re

import pytest
import yaml

from encamino.carriers.base import carrier
from encamino.cli.output import NOT_FOUND, OTHER, REFUSED, USAGE
from encamino.domain.shop import Shop
from tests.house.commands import ROOT, commands, documents, fault
from tests.house.tables import GENERIC_SCHEMA, SCHEMA, generic_schema, schema
from tests.house.template import read

PAGES = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in documents()}
TOLD = sorted({(page, command) for page, text in PAGES.items() for command in commands(text)})
#: Pages that people other than developers read are there in Spanish too.
IN_SPANISH = [page for page in PAGES if re.match(r"docs/(merchant|operator)/[^/]+$", page)]


@pytest.mark.parametrize(("page", "command"), TOLD)
def test_every_command_in_the_docs_is_one_that_is_understood(page: str, command: str) -> None:
    assert fault(command) is None, page


@pytest.mark.parametrize(
    "command", ["make nothing", "encamino order show casa-lluna", "encamino parcel list", "encamino doctor --loud"]
)
def test_a_command_that_is_not_there_would_be_found(command: str) -> None:
    assert fault(command) is not None


def test_what_the_program_itself_advises_is_understood() -> None:
    modules = ((module, module.read_text(encoding="utf-8")) for module in sorted(ROOT.glob("layers/encamino/**/*.py")))
    advice = ((module.name, said) for module, text in modules for said in re.findall(r"`(encamino [^`]+)`", text))

    assert [(module, said) for module, said in advice if fault(re.sub(r"\{[^}]*\}", "x", said))] == []


@pytest.mark.parametrize("page", IN_SPANISH)
def test_a_page_for_merchants_or_operators_is_there_in_spanish_with_the_same_commands(page: str) -> None:
    folder, name = page.rsplit("/", 1)

    assert list(commands(PAGES[f"{folder}/es/{name}"])) == list(commands(PAGES[page]))


@pytest.mark.parametrize("page", PAGES)
def test_links_to_files_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", PAGES[page])

    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_published_schema_of_the_shop_file_is_fresh() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema(), "run: .venv/bin/python -m tests.house.tables"


def test_the_published_schema_of_the_generic_door_is_fresh() -> None:
    assert GENERIC_SCHEMA.read_text(encoding="utf-8") == generic_schema(), "run: .venv/bin/python -m tests.house.tables"


@pytest.mark.parametrize("page", [page for page in PAGES if page.endswith("first-day.md")])
def test_the_parameters_named_to_operators_are_those_of_the_template(page: str) -> None:
    named = re.findall(r"^\| `([A-Z]\w+)` \|", PAGES[page], re.MULTILINE)

    assert named == list(read("template.yaml")["Parameters"])


@pytest.mark.parametrize("page", [page for page in PAGES if page.endswith("first-day.md")])
def test_the_exit_codes_told_to_operators_are_those_of_the_program(page: str) -> None:
    told = {int(code) for code in re.findall(r"^\| ([0-9]) \|", PAGES[page], re.MULTILINE)}

    assert told == {0, USAGE, NOT_FOUND, REFUSED, OTHER}


@pytest.mark.parametrize("page", [page for page in PAGES if page.endswith("shopify.md")])
def test_the_shop_file_shown_to_merchants_is_one(page: str) -> None:
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", PAGES[page], re.DOTALL | re.MULTILINE)

    assert Shop.model_validate(yaml.safe_load(shown)).shop == "casa-lluna"


@pytest.mark.parametrize("page", [page for page in PAGES if page.endswith("first-day.md")])
def test_the_account_that_operators_are_told_to_set_has_the_fields_of_its_carrier(page: str) -> None:
    (slug,) = re.findall(r" carrier/(\w+) --value -$", PAGES[page], re.MULTILINE)
    (account,) = re.findall(r"`(\{\".*\})`", PAGES[page])

    assert tuple(json.loads(account)) == carrier(slug).FIELDS
