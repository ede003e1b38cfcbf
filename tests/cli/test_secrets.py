"""`shop secret`: what an adapter declares is what may be said, whole, and is never shown again."""

import json
from types import SimpleNamespace

import pytest

from encamino.cli import shop
from tests.cli.desk import Command, FakeStack


@pytest.mark.parametrize("account", [{"api_key": "k"}, {"api_key": "k", "service": "parcel-de"}])
def test_an_account_has_the_fields_that_the_carrier_declares(
    encamino: Command, fake: FakeStack, account: dict[str, str]
) -> None:
    ran = encamino("shop", "secret", "casa-lluna", "carrier/dhl", "--value", json.dumps(account), "--json")

    assert ran.said == {"shop": "casa-lluna", "name": "carrier/dhl", "secret": None}
    assert json.loads(fake.secret("casa-lluna", "carrier/dhl")) == account


@pytest.mark.parametrize(
    "value",
    [
        "hush-hush",
        '["hush-hush"]',
        "{}",
        '{"service": "hush-hush"}',
        '{"api_key": ""}',
        '{"api_key": "  "}',
        '{"api_key": 4711}',
        '{"api_key": {"hush-hush": 1}}',
        '{"api_key": "hush-hush", "service": ""}',
        '{"api_key": "hush-hush", "apikey": "hush-hush"}',
    ],
)
def test_an_account_that_is_not_whole_is_refused_and_not_repeated(
    encamino: Command, fake: FakeStack, value: str
) -> None:
    ran = encamino("shop", "secret", "casa-lluna", "carrier/dhl", "--value", value, "--json")

    assert (ran.code, ran.error["error"]) == (4, "refused")
    assert "api_key" in ran.error["message"] + ran.error["cure"]
    assert "hush-hush" not in ran.err
    assert fake.parameters == {}


def test_every_field_that_is_not_optional_is_asked_for(
    encamino: Command, fake: FakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = SimpleNamespace(FIELDS=("user", "password"), OPTIONAL_FIELDS=("depot",))
    monkeypatch.setattr(shop, "carrier", lambda _slug: two)

    half = encamino("shop", "secret", "casa-lluna", "carrier/x", "--value", '{"user": "u"}', "--json")
    whole = encamino("shop", "secret", "casa-lluna", "carrier/x", "--value", '{"user": "u", "password": "p"}', "--json")

    assert (half.code, whole.code) == (4, 0)
    assert "password" in half.error["message"]
    assert json.loads(fake.secret("casa-lluna", "carrier/x")) == {"user": "u", "password": "p"}


def test_a_dash_reads_the_account_from_stdin(encamino: Command, fake: FakeStack) -> None:
    ran = encamino("shop", "secret", "casa-lluna", "carrier/dhl", "--value", "-", "--json", stdin='{"api_key": "k"}\n')

    assert ran.code == 0
    assert fake.secret("casa-lluna", "carrier/dhl") == '{"api_key": "k"}'


def test_a_dash_reads_a_platforms_secret_from_stdin(encamino: Command, fake: FakeStack) -> None:
    ran = encamino("shop", "secret", "casa-lluna", "shopify", "--value", "-", "--json", stdin="hush-hush\n")

    assert ran.code == 0
    assert fake.secret("casa-lluna", "shopify") == "hush-hush"


@pytest.mark.parametrize("words", [("--value", ""), ("--value", "-"), ()], ids=["empty", "empty stdin", "none"])
def test_no_secret_is_set_where_only_the_platform_can_make_one(
    encamino: Command, fake: FakeStack, words: tuple[str, ...]
) -> None:
    ran = encamino("shop", "secret", "casa-lluna", "shopify", *words, "--json")

    assert (ran.code, ran.error["error"], fake.parameters) == (4, "refused", {})


def test_the_operators_account_belongs_to_no_shop(encamino: Command, fake: FakeStack) -> None:
    ran = encamino("shop", "secret", "operator", "carrier/dhl", "--value", '{"api_key": "k"}', "--json")

    assert ran.code == 0
    assert fake.secret("operator", "carrier/dhl") == '{"api_key": "k"}'
