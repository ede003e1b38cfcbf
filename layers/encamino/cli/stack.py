"""Which stack a command speaks to: the one in AWS that was named, else the local one if it is up, else AWS."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from encamino import wiring
from encamino.domain.errors import Misconfigured, Missing
from encamino.domain.shop import Shop
from encamino.store.base import Store

DEFAULT_NAME = "encamino"
#: It takes any.
_EMULATOR = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
#: Where the sources are: a checkout of encamino, else wherever it was installed.
CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(slots=True)
class _Choice:
    name: str | None = None
    profile: str | None = None
    region: str | None = None


_choice = _Choice()


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that answers. `mailbox` is there in the local cloud only."""

    name: str
    api: str
    local: bool
    mailbox: str | None = None
    functions: dict[str, str] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """Its table."""
        return wiring.store()

    def shop(self, slug: str) -> Shop:
        """One of its shops. Raises Missing."""
        found = self.store.shop(slug)
        if found is None:
            known = ", ".join(self.store.shops()) or "none yet"
            raise Missing(
                f"no shop {slug!r}", where=f"stack {self.name}", cure=f"shops here: {known}; add one by `shop apply`"
            )
        return found


def choose(name: str | None, profile: str | None, region: str | None) -> None:
    """Note what the command line said."""
    _choice.name, _choice.profile, _choice.region = name, profile, region


def local_file() -> Path:
    """Where the local cloud says how to reach it."""
    here = Path.cwd() / ".local" / "stack.json"
    return here if here.exists() else CHECKOUT / ".local" / "stack.json"


def stack() -> Stack:
    """The stack this command speaks to. Raises Missing, Misconfigured."""
    return reached()


@cache
def reached() -> Stack:
    """Find it, once; its settings become this process's. Tests put their own stack in this one's place."""
    local = local_file()
    said = json.loads(local.read_text()) if local.exists() and not (_choice.name or _choice.profile) else None
    if said:
        wiring.adopt({**_EMULATOR, "AWS_ENDPOINT_URL": said["endpoint_url"], "AWS_DEFAULT_REGION": said["region"]})
    chosen = {"AWS_PROFILE": _choice.profile, "AWS_DEFAULT_REGION": _choice.region}
    wiring.adopt({name: value for name, value in chosen.items() if value})
    name = said["stack"] if said else _choice.name or DEFAULT_NAME
    functions = _functions(name)
    wiring.adopt(_settings(functions))
    api = said["api"] if said else wiring.setting("PUBLIC_URL")
    return Stack(name, api.rstrip("/"), bool(said), said["mailbox"] if said else None, functions)


def queues(here: Stack) -> dict[str, str]:
    """Logical id → URL of every queue, the nested stacks' too. Raises Missing, Misconfigured."""
    stacks = [here.name, *_resources(here.name, "AWS::CloudFormation::Stack").values()]
    return {name: url for stack in stacks for name, url in _resources(stack, "AWS::SQS::Queue").items()}


def _functions(name: str) -> dict[str, str]:
    """Logical id → name of every function of the stack."""
    return _resources(name, "AWS::Lambda::Function")


def _resources(name: str, kind: str) -> dict[str, str]:
    """Logical id → physical id of a stack's resources of that kind."""
    try:
        pages = wiring.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name)
        found = [resource for page in pages for resource in page["StackResourceSummaries"]]
    except Exception as err:
        raise _unreachable(name, err) from err
    return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in found if r["ResourceType"] == kind}


def _settings(functions: dict[str, str]) -> dict[str, str]:
    """What template.yaml gave to the functions: one place to say it, and it cannot differ from what runs."""
    said: dict[str, Any] = wiring.client("lambda").get_function_configuration(FunctionName=functions["SweepAgenda"])
    variables: dict[str, str] = said["Environment"]["Variables"]
    return {name: value for name, value in variables.items() if not name.startswith("AWS_") and name != "TEMPLATES_DIR"}


def _unreachable(name: str, err: Exception) -> Missing | Misconfigured:
    if "does not exist" in str(err):
        return Missing(
            f"no stack {name!r}", where="CloudFormation", cure="run `make up`, or `sam deploy`, or name it by --stack"
        )
    return Misconfigured(str(err), where="AWS", cure="run `make up` for a local stack, or set --profile and --region")
