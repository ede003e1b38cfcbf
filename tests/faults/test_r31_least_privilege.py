"""Every role is its function's alone, written out action by action. tests/house says where a star may stand and why."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.house.template import ROOT, of_type, read, statements

MOST = 12
#: Who may do more, and why.
MORE = {
    "SendMessagesRole": (13, "the only one that speaks to SES and to SNS, besides its queue, the table, keys and log"),
}
ROLES = {
    name: said
    for file in ("template.yaml", *(f"infra/{path.name}" for path in sorted(ROOT.glob("infra/*.yaml"))))
    for name, said in of_type(read(file), "AWS::IAM::Role").items()
}
_PARTS = {"Effect", "Action", "Resource"}


@pytest.mark.proof(
    "R31", "no action with a star, no star for a resource but by name, at most 12 actions each, none twice"
)
def test_a_role_may_do_what_is_written_and_no_more(figure: Callable[[str], None]) -> None:
    allowed = [(role, *pair) for role, said in statements() if said["Effect"] == "Allow" for pair in pairs(said)]
    actions = {role: {action for whose, action, _ in allowed if whose == role} for role in ROLES}
    wild = [one for one in allowed if "*" in one[1] or ":" not in one[1]]
    anything = {(action, resource) for _, action, resource in allowed if resource == "*"}
    twice = [one for one, times in Counter(allowed).items() if times > 1]
    stars = Counter(resource.rpartition(":")[2].rpartition("}")[2] for _, _, resource in allowed if "*" in resource)

    counts = ", ".join(f"{role.removesuffix('Role')} {len(some)}" for role, some in sorted(actions.items()))
    figure(
        f"{len(ROLES)} roles, {len(allowed)} rights: {len(wild)} actions with a star, {len(twice)} twice, "
        f"{len(anything)} on any resource ({', '.join(sorted(action for action, _ in anything))}), stars within a "
        f"resource {sum(stars.values()) - stars['*']}; actions: {counts} (at most {MOST}, SendMessages {MORE_OF_SEND})"
    )
    assert (wild, twice) == ([], [])
    assert anything == {("ses:GetAccount", "*"), ("sns:Publish", "*")}
    assert set(actions) == {f"{name}Role" for name in of_type(read("template.yaml"), "AWS::Serverless::Function")}
    for role, some in actions.items():
        most, _why = MORE.get(role, (MOST, ""))
        assert 0 < len(some) <= most, (role, sorted(some))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_lambdas_and_holds_nothing_but_its_one_policy(role: str) -> None:
    said = ROLES[role]

    (trust,) = said["AssumeRolePolicyDocument"]["Statement"]
    assert trust == {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    assert set(said) == {"AssumeRolePolicyDocument", "Policies"}
    assert len(said["Policies"]) == 1
    # No NotAction and no NotResource, which allow all that nobody thought of.
    assert all(set(statement) == _PARTS for whose, statement in statements() if whose == role)


def test_no_function_brings_rights_of_its_own() -> None:
    """SAM would make a second role of `Policies`."""
    template = read("template.yaml")
    for said in (*of_type(template, "AWS::Serverless::Function").values(), template["Globals"]["Function"]):
        assert not {"Policies", "Connectors", "PermissionsBoundary"} & set(said)


def pairs(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Action and resource, one by one."""
    for action in _several(statement["Action"]):
        for resource in _several(statement["Resource"]):
            yield action, next(iter(resource.values())) if isinstance(resource, dict) else resource


def _several(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]


MORE_OF_SEND = MORE["SendMessagesRole"][0]
