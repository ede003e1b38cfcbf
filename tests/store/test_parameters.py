"""Secrets: rotated without losing a delivery, and read no more often than need be."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from encamino.domain.errors import Unavailable
from encamino.store.parameters import Parameters
from tests.store.clients import Counted
from tests.store.examples import NOON

type Aws = Callable[[str], Any]


@pytest.fixture
def ssm(aws: Aws, request: pytest.FixtureRequest) -> tuple[Counted, str]:
    """A client that counts, and a stack that is this test's own."""
    return Counted(aws("ssm")), request.node.name[:60]


def test_a_shop_without_a_secret_has_none(ssm: tuple[Counted, str]) -> None:
    assert Parameters(*ssm).secrets("demo", "shopify", NOON) == ()


def test_a_secret_is_kept_encrypted_in_its_own_place(ssm: tuple[Counted, str]) -> None:
    client, stack = ssm
    Parameters(client, stack).put("demo", "carrier/dhl", '{"api_key": "k"}', NOON)
    found = client.get_parameter(Name=f"/encamino/{stack}/shops/demo/carrier/dhl", WithDecryption=True)["Parameter"]
    assert found["Type"] == "SecureString"
    assert found["Value"] == '[{"value": "{\\"api_key\\": \\"k\\"}", "until": null}]'


def test_the_old_secret_counts_for_as_long_as_was_said(ssm: tuple[Counted, str]) -> None:
    parameters = Parameters(*ssm)
    parameters.put("demo", "shopify", "old", NOON)
    parameters.put("demo", "shopify", "new", NOON, timedelta(hours=1))
    assert parameters.secrets("demo", "shopify", NOON) == ("new", "old")
    assert parameters.secrets("demo", "shopify", NOON + timedelta(minutes=59)) == ("new", "old")
    assert parameters.secrets("demo", "shopify", NOON + timedelta(hours=1)) == ("new",)


def test_without_a_while_the_old_secret_is_gone_at_once(ssm: tuple[Counted, str]) -> None:
    parameters = Parameters(*ssm)
    parameters.put("demo", "shopify", "old", NOON)
    parameters.put("demo", "shopify", "new", NOON)
    assert parameters.secrets("demo", "shopify", NOON) == ("new",)


def test_rotating_again_does_not_give_a_retired_secret_more_time(ssm: tuple[Counted, str]) -> None:
    parameters = Parameters(*ssm)
    parameters.put("demo", "shopify", "one", NOON)
    parameters.put("demo", "shopify", "two", NOON, timedelta(hours=1))
    parameters.put("demo", "shopify", "three", NOON, timedelta(days=1))
    later = NOON + timedelta(hours=2)
    assert Parameters(*ssm).secrets("demo", "shopify", NOON) == ("three", "two", "one")
    assert Parameters(*ssm).secrets("demo", "shopify", later) == ("three", "two")


def test_setting_the_same_secret_again_keeps_one_of_it(ssm: tuple[Counted, str]) -> None:
    parameters = Parameters(*ssm)
    for _ in range(2):
        parameters.put("demo", "shopify", "same", NOON, timedelta(hours=1))
    assert parameters.secrets("demo", "shopify", NOON) == ("same",)


def test_what_was_read_is_believed_for_five_minutes(ssm: tuple[Counted, str]) -> None:
    client, _ = ssm
    parameters = Parameters(*ssm)
    for seconds in (0, 100, 299):
        assert parameters.secrets("demo", "shopify", NOON + timedelta(seconds=seconds)) == ()
    assert client.calls == ["get_parameter"]
    Parameters(*ssm).put("demo", "shopify", "new", NOON)
    assert parameters.secrets("demo", "shopify", NOON + timedelta(seconds=300)) == ("new",)


def test_a_doubted_secret_is_read_anew_but_not_at_the_pace_of_forgers(ssm: tuple[Counted, str]) -> None:
    client, _ = ssm
    parameters = Parameters(*ssm)
    assert parameters.secrets("demo", "shopify", NOON) == ()
    Parameters(*ssm).put("demo", "shopify", "new", NOON)
    client.calls.clear()
    seen = [parameters.secrets("demo", "shopify", NOON + timedelta(seconds=s), again=True) for s in (1, 9, 10, 11, 19)]
    assert seen == [(), (), ("new",), ("new",), ("new",)]
    assert client.calls == ["get_parameter"]


@pytest.mark.parametrize("shop", ["", "a", "../demo", "demo/carrier", "Demo", "demo\n", "demo shop", "x" * 41])
def test_a_slug_from_a_url_cannot_reach_another_path(ssm: tuple[Counted, str], shop: str) -> None:
    client, _ = ssm
    assert Parameters(*ssm).secrets(shop, "shopify", NOON) == ()
    assert Parameters(*ssm).secrets("demo", f"shopify/{shop}/..", NOON) == ()
    assert client.calls == []


class Silent:
    """SSM, out of order once it has been told so."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.down = False

    def get_parameter(self, **arguments: Any) -> Any:
        if self.down:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, "GetParameter")
        return self.client.get_parameter(**arguments)


def test_when_ssm_is_silent_what_was_known_still_counts(ssm: tuple[Counted, str]) -> None:
    client, stack = ssm
    Parameters(client, stack).put("demo", "shopify", "s", NOON)
    silent = Silent(client)
    parameters = Parameters(silent, stack)
    assert parameters.secrets("demo", "shopify", NOON) == ("s",)
    silent.down = True
    assert parameters.secrets("demo", "shopify", NOON + timedelta(minutes=6)) == ("s",)
    with pytest.raises(Unavailable):
        parameters.secrets("other", "shopify", NOON)


def test_a_key_ring_is_begun_once_and_grows_at_the_front(ssm: tuple[Counted, str]) -> None:
    parameters = Parameters(*ssm)
    with pytest.raises(Unavailable):
        parameters.key("link-key", NOON)
    assert parameters.make_key("link-key", b"\x00one", NOON)
    assert not Parameters(*ssm).make_key("link-key", b"two", NOON)
    parameters.add_key("link-key", b"three", NOON)
    assert parameters.key("link-key", NOON) == b"three"
    assert Parameters(*ssm).keys("link-key", NOON) == (b"three", b"\x00one")
