"""The doors in template.yaml are those in functions/, each with a net below it and no more rights than it needs."""

from typing import Any

import pytest

from tests.house.template import ROOT, of_type, read, statements

TEMPLATE = read("template.yaml")
FUNCTIONS = of_type(TEMPLATE, "AWS::Serverless::Function")
FILES = sorted(file.stem for file in ROOT.glob("functions/*.py"))
#: What may be done to what nobody can name beforehand, and why.
STARS = {
    ("ses:GetAccount", "*"): "AWS knows no resource for it",
    ("sns:Publish", "*"): "a shopper's phone number is no resource; topics are denied beside it",
    ("ses:SendEmail", "identity/*"): "identities are made when a shop is applied",
    ("ses:SendEmail", "configuration-set/*"): "so are their configuration sets",
    ("ssm:GetParameter", "shops/*"): "shops and their secrets are made at run time",
    ("s3:PutObject", "/inbox/*"): "objects below one prefix of our own bucket",
    ("s3:GetObject", "/inbox/*"): "objects below one prefix of our own bucket",
    ("logs:CreateLogStream", ":*"): "streams of the function's own log group",
    ("logs:PutLogEvents", ":*"): "streams of the function's own log group",
    ("dynamodb:ListStreams", "/stream/*"): "streams of our own table",
}


def test_every_function_has_a_file_and_every_file_a_function() -> None:
    assert sorted(said["Handler"] for said in FUNCTIONS.values()) == [f"{name}.handler" for name in FILES]


def test_a_function_its_file_its_name_and_its_build_target_are_one_word() -> None:
    makefile = (ROOT / "functions/Makefile").read_text(encoding="utf-8")

    for logical, said in FUNCTIONS.items():
        name = said["Handler"].removesuffix(".handler")
        assert logical == "".join(part.title() for part in name.split("_"))
        assert said["FunctionName"] == {"Fn::Sub": f"${{AWS::StackName}}-{name}"}
        assert f"build-{logical}: {name}.ship\n" in makefile


@pytest.mark.parametrize("logical", FUNCTIONS)
def test_what_a_function_cannot_do_is_not_lost(logical: str) -> None:
    """A queue's dead letters, a stream's on-failure target; a caller is told, and a missed tick comes again."""
    events = FUNCTIONS[logical].get("Events", {})

    for event in events.values():
        assert _is_caught(event["Type"], event["Properties"], FUNCTIONS[logical]), event
    if not events:
        assert logical in _called_by_the_api()


@pytest.mark.parametrize("logical", FUNCTIONS)
def test_one_bad_record_never_holds_up_the_others(logical: str) -> None:
    for event in FUNCTIONS[logical].get("Events", {}).values():
        if event["Type"] == "SQS":
            assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("name", FILES)
def test_every_function_writes_to_a_log_of_its_own_that_is_not_kept_for_ever(name: str) -> None:
    groups = of_type(read("infra/grants.yaml"), "AWS::Logs::LogGroup").values()

    (group,) = [said for said in groups if said["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/${{Stack}}-{name}"}]
    assert group["RetentionInDays"]


@pytest.mark.parametrize("logical", FUNCTIONS)
def test_every_function_has_a_role_of_its_own(logical: str) -> None:
    assert FUNCTIONS[logical]["Role"] == {"Fn::GetAtt": f"Grants.Outputs.{logical}"}
    assert read("infra/grants.yaml")["Outputs"][logical]["Value"] == {"Fn::GetAtt": f"{logical}Role.Arn"}


@pytest.mark.parametrize(("role", "statement"), list(statements()))
def test_a_star_stands_only_where_its_reason_is_written(role: str, statement: dict[str, Any]) -> None:
    if statement["Effect"] == "Deny":
        return
    for action in _several(statement["Action"]):
        assert "*" not in action, role
        for resource in map(_spelled, _several(statement["Resource"])):
            known = any(a == action and (resource == r or (r != "*" and resource.endswith(r))) for a, r in STARS)
            assert "*" not in resource or known, f"{role} may {action} on {resource}"


def test_whoever_may_write_to_any_phone_may_write_to_no_topic() -> None:
    said = list(statements())
    free = {role for role, s in said if "sns:Publish" in _several(s["Action"]) and s["Resource"] == "*"}
    denied = {role for role, s in said if s["Effect"] == "Deny" and "sns:Publish" in _several(s["Action"])}

    assert free
    assert free <= denied


def test_there_are_two_layers_with_the_processor_of_the_functions() -> None:
    """SAM does not hand `Globals: Architectures` to layers: it builds and ships libraries that do not load."""
    layers = [said for said in TEMPLATE["Resources"].values() if said["Type"] == "AWS::Serverless::LayerVersion"]
    functions = TEMPLATE["Globals"]["Function"]["Architectures"]

    assert len(layers) == 2
    for layer in layers:
        assert layer["Properties"]["CompatibleArchitectures"] == functions
        assert [layer["Metadata"]["BuildArchitecture"]] == functions
    assert not any("Architectures" in said for said in FUNCTIONS.values())


def test_an_operator_answers_at_most_twelve_questions() -> None:
    assert len(TEMPLATE["Parameters"]) <= 12
    assert all("Default" in said and said["Description"] for said in TEMPLATE["Parameters"].values())


def test_what_is_remembered_outlives_the_stack() -> None:
    for said in (TEMPLATE["Resources"]["Store"], read("infra/store.yaml")["Resources"]["Table"]):
        assert (said["DeletionPolicy"], said["UpdateReplacePolicy"]) == ("Retain", "Retain")


def _is_caught(type_: str, said: dict[str, Any], function: dict[str, Any]) -> bool:
    if type_ == "SQS":
        return "RedrivePolicy" in _queue(said["Queue"]["Fn::GetAtt"])
    if type_ == "DynamoDB":
        return "Destination" in said["DestinationConfig"]["OnFailure"]
    if type_ == "ScheduleV2":
        tries = (function["EventInvokeConfig"]["MaximumRetryAttempts"], said["RetryPolicy"]["MaximumRetryAttempts"])
        return tries == (0, 0) and bool(said["ScheduleExpression"] == "rate(1 minute)")
    return False


def _queue(output: str) -> dict[str, Any]:
    """The queue behind `Store.Outputs.InboxArn`."""
    stack, _, name = output.split(".")
    nested = read(TEMPLATE["Resources"][stack]["Properties"]["TemplateURL"])
    logical = nested["Outputs"][name]["Value"]["Fn::GetAtt"].split(".")[0]
    return of_type(nested, "AWS::SQS::Queue")[logical]


def _called_by_the_api() -> set[str]:
    integrations = of_type(read("infra/access.yaml"), "AWS::ApiGatewayV2::Integration").values()
    return {said["IntegrationUri"]["Ref"] for said in integrations}


def _several(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]


def _spelled(resource: Any) -> str:
    """A resource as text; one that another stack names has no star."""
    return str(resource.get("Fn::Sub", "")) if isinstance(resource, dict) else str(resource)
