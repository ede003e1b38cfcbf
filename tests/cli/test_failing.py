"""A command that fails says so once: where, why and the cure, as JSON if asked, and nothing on stdout."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from encamino.cli import sms
from encamino.domain.shop import Shop
from tests.cli.desk import Command, FakeStack, no_stack

KEYS = {"error", "message", "where", "cure"}
USAGE = [
    ("nonsense",),
    ("sms", "nonsense"),
    ("sms", "count"),
    ("sms", "count", "hi", "--nonsense"),
    ("messages", "list", "--shop", "casa-lluna", "--status", "nonsense"),
    ("messages", "list", "--shop", "casa-lluna", "--limit", "0"),
    ("order", "show", "casa-lluna"),
    ("replay", "casa-lluna"),
    ("replay", "casa-lluna", "--since", "soon"),
]
#: In DESIGN, and in no release yet.
LATER = [
    ("brand", "lint", "casa-lluna"),
    ("links", "rotate", "casa-lluna"),
    ("suppression", "list", "casa-lluna"),
    ("export", "casa-lluna", "ada@example.com"),
    ("erase", "casa-lluna", "ada@example.com"),
    ("cost", "casa-lluna", "--month", "2026-11"),
    ("messages", "resend", "key"),
    ("carriers", "map", "dhl", "x", "delivered"),
]
NOT_FOUND = [
    ("messages", "list", "--shop", "nobody"),
    ("order", "show", "nobody", "1"),
    ("order", "show", "casa-lluna", "1"),
    ("order", "simulate", "casa-lluna", "--platform", "nonsense", "--status", "paid"),
    ("inbox", "list", "nobody"),
    ("inbox", "list", "nobody", "--redrive"),
    ("replay", "nobody", "--since", "4h"),
    ("shop", "check", "nobody"),
    ("shop", "secret", "nobody", "shopify", "--value", "x"),
    ("shop", "secret", "casa-lluna", "nonsense", "--value", "x"),
    ("shop", "secret", "casa-lluna", "carrier/nonsense", "--value", "{}"),
    ("shop", "apply", "nowhere.yaml"),
    ("carriers", "parse", "nonsense", "nowhere.json"),
    ("carriers", "parse", "dhl", "nowhere.json"),
    ("shops", "parse", "nonsense", "nowhere.json"),
    ("shops", "verify", "shopify", "nowhere.json", "--secret", "x"),
]
REFUSED = [
    ("clock", "advance", "soon"),
    ("shop", "secret", "casa-lluna", "shopify"),
    ("shop", "secret", "casa-lluna", "shopify", "--value", "x", "--keep-old", "long"),
    ("order", "simulate", "casa-lluna", "--platform", "shopify", "--status", "returned"),
]
CASES = [
    *((2, words) for words in (*USAGE, *LATER)),
    *((3, words) for words in NOT_FOUND),
    *((4, words) for words in REFUSED),
]


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(("code", "words"), CASES, ids=lambda said: " ".join(said) if isinstance(said, tuple) else None)
def test_an_error_is_one_json_on_stderr_and_its_kind_is_the_exit_code(
    encamino: Command, code: int, words: tuple[str, ...]
) -> None:
    ran = encamino(*words, "--json")

    assert ran.code == code
    assert set(ran.error) == KEYS
    assert ran.error["error"] == {2: "usage", 3: "not_found", 4: "refused"}[code]
    assert all(isinstance(said, str) for said in ran.error.values())
    assert ran.error["message"]
    assert ran.error["cure"]


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize("words", LATER, ids=" ".join)
def test_a_command_of_a_later_release_does_not_exist_and_those_that_do_are_named(
    encamino: Command, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    with no_stack(monkeypatch):
        ran = encamino(*words, "--json")

    # A name that is near to it may be proposed.
    assert ran.error["message"].partition(".")[0] in {f"No such command '{word}'" for word in words[:2]}
    assert ran.error["cure"].startswith("one of: ")


@pytest.mark.usefixtures("fake")
def test_a_person_is_told_in_words(encamino: Command) -> None:
    ran = encamino("campaign", "list")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(
        "No such command 'campaign'.\n  where: encamino\n  cure:  one of: carriers, clock, doctor"
    )


@pytest.mark.parametrize("words", [(), ("shop",)])
def test_without_a_command_a_person_is_shown_what_there_is(encamino: Command, words: tuple[str, ...]) -> None:
    ran = encamino(*words)

    assert ran.code == 2
    assert "Usage" in ran.out
    assert ran.err.startswith("which command?\n")


class _Account(BaseModel):
    password: int
    email: str


@pytest.mark.parametrize("words", [("--json",), ()])
def test_what_does_not_fit_a_model_is_named_in_one_line_and_never_shown(
    encamino: Command, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setattr(sms, "described", lambda _text: _Account.model_validate({"password": "hush-hush"}))

    ran = encamino("sms", "count", "hi", *words)

    assert (ran.code, ran.out) == (1, "")
    assert "hush-hush" not in ran.err
    assert "password: Input should be a valid integer" in ran.err
    assert "(and 1 more)" in ran.err
    assert len((ran.error["message"] if words else ran.err.split("\n  where")[0]).splitlines()) == 1


@pytest.mark.parametrize("changed", [{"time_zone": "hush-hush"}, {"sender": {"email": "hush-hush", "name": "x"}}])
def test_not_even_a_sentence_of_our_own_shows_what_did_not_fit(
    encamino: Command, fake: FakeStack, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any]
) -> None:
    shop = fake.store.shop("casa-lluna")
    assert shop is not None
    written = shop.model_dump(mode="json") | changed
    monkeypatch.setattr(sms, "described", lambda _text: Shop.model_validate(written))

    ran = encamino("sms", "count", "hi", "--json")

    assert ran.code == 1
    assert next(iter(changed)) in ran.error["message"]
    assert "hush-hush" not in ran.err


def test_a_shop_file_that_cannot_be_read_is_refused_with_its_line(encamino: Command, tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("shop: casa-lluna\nnonsense: 1\n")

    ran = encamino("shop", "apply", file, "--json")

    assert ran.code == 1
    assert ran.error["error"] == "unreadable"
    assert f"{file}:" in ran.error["where"]
