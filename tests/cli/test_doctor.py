"""`doctor`: what is wrong is seen, wherever it lies."""

from datetime import UTC, datetime
from typing import Any

import pytest

from encamino import VERSION
from encamino.cli.shapes import instant
from encamino.store.base import RawDelivery
from tests.cli.desk import QUEUES, Command, FakeStack

DEAD = [f"{name} dead letters" for name in ("inbox", "look", "send", "feedback", "changes")]


def findings(encamino: Command) -> dict[str, Any]:
    return {found["name"]: found for found in encamino("doctor", "--json").said["findings"]}


@pytest.mark.usefixtures("fake")
def test_a_healthy_stack_is_healthy_and_says_its_version(encamino: Command) -> None:
    said = encamino("doctor", "--json").said

    assert (said["healthy"], said["version"]) == (True, VERSION)


@pytest.mark.usefixtures("fake")
def test_the_dead_letters_of_every_queue_are_looked_at(encamino: Command) -> None:
    assert [name for name in findings(encamino) if name.endswith("dead letters")] == DEAD


@pytest.mark.parametrize("name", [queue for queue in QUEUES if queue.endswith("Dead")])
def test_a_dead_letter_is_seen_in_any_queue(encamino: Command, fake: FakeStack, name: str) -> None:
    fake.depth[name] = 2

    found = findings(encamino)[f"{name.removesuffix('Dead').lower()} dead letters"]

    assert (found["good"], found["detail"]) == (False, "2")
    assert found["cure"]


@pytest.mark.parametrize("name", [queue for queue in QUEUES if queue.endswith("Dead")])
def test_a_queue_without_dead_letters_is_seen(encamino: Command, fake: FakeStack, name: str) -> None:
    fake.queues = tuple(queue for queue in QUEUES if queue != name)

    found = findings(encamino)[f"{name.removesuffix('Dead').lower()} dead letters"]

    assert (found["good"], found["detail"]) == (False, "no dead-letter queue")


def test_a_delivery_that_could_not_be_read_raises_an_alarm(encamino: Command, fake: FakeStack) -> None:
    now = datetime.now(UTC)
    for place, trouble in enumerate((None, "no JSON")):
        kept = RawDelivery(f"hash{place}", "shopify", now, {}, b"{", trouble)
        fake.store.keep_delivery("casa-lluna", None, kept)

    said = encamino("doctor", "--json").said
    found = next(f for f in said["findings"] if f["name"] == "deliveries of casa-lluna")

    assert said["healthy"] is False
    assert found["good"] is False
    assert found["detail"] == f"1 could not be read; the last, of shopify at {instant(now)}: no JSON"
    assert found["cure"] == "see `encamino inbox list casa-lluna`"


def test_the_sandbox_of_ses_is_seen(encamino: Command, fake: FakeStack) -> None:
    fake.production = False

    assert findings(encamino)["sending"]["good"] is False


def test_a_person_is_told_the_same(encamino: Command, fake: FakeStack) -> None:
    fake.depth["FeedbackDead"] = 1

    ran = encamino("doctor")

    assert ran.code == 0
    assert "feedback dead letters" in ran.out
