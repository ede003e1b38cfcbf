"""IAM is on: each function can do its own work and nothing beside it."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.outside import Stack

type Call = Callable[[Callable[[str], Any], dict[str, str]], object]

KEY = {"pk": {"S": "NOBODY"}, "sk": {"S": "NOBODY"}}
#: For each function one call that its work never needs.
BEYOND: dict[str, Call] = {
    "receive_shop_webhook": lambda aws, env: aws("dynamodb").get_item(TableName=env["TABLE"], Key=KEY),
    "receive_carrier_push": lambda aws, env: aws("sqs").receive_message(QueueUrl=env["INBOX_QUEUE"]),
    "process_shop_events": lambda aws, env: aws("dynamodb").scan(TableName=env["TABLE"]),
    "sweep_agenda": lambda aws, env: aws("dynamodb").put_item(TableName=env["TABLE"], Item=KEY),
    "track_shipments": lambda aws, env: aws("sqs").send_message(QueueUrl=env["SEND_QUEUE"], MessageBody="{}"),
    "send_messages": lambda aws, env: aws("sns").publish(TopicArn=env["FEEDBACK_TOPIC"], Message="{}"),
    "receive_feedback": lambda aws, env: aws("ssm").get_parameter(Name=secret(env)),
    "publish_changes": lambda aws, env: aws("dynamodb").get_item(TableName=env["TABLE"], Key=KEY),
    "serve_pages": lambda aws, env: aws("dynamodb").delete_item(TableName=env["TABLE"], Key=KEY),
}
#: And one that it does need: the proof that the credentials are real.
WITHIN: dict[str, Call] = {
    "receive_shop_webhook": lambda aws, env: aws("ssm").get_parameter(Name=secret(env)),
    "receive_carrier_push": lambda aws, env: aws("ssm").get_parameter(Name=secret(env)),
    "process_shop_events": lambda aws, env: aws("dynamodb").get_item(TableName=env["TABLE"], Key=KEY),
    "sweep_agenda": lambda aws, env: aws("sqs").get_queue_attributes(QueueUrl=env["SEND_QUEUE"]),
    "track_shipments": lambda aws, env: aws("dynamodb").get_item(TableName=env["TABLE"], Key=KEY),
    "send_messages": lambda aws, env: aws("dynamodb").get_item(TableName=env["TABLE"], Key=KEY),
    "receive_feedback": lambda aws, env: aws("dynamodb").get_item(TableName=env["TABLE"], Key=KEY),
    "publish_changes": lambda aws, env: aws("events").put_events(Entries=[bus_entry(env)]),
    "serve_pages": lambda aws, env: aws("dynamodb").get_item(TableName=env["TABLE"], Key=KEY),
}
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}


def secret(env: dict[str, str]) -> str:
    return f"/encamino/{env['STACK']}/shops/casa-lluna/shopify"


def bus_entry(env: dict[str, str]) -> dict[str, str]:
    return {"Source": "test", "DetailType": "test", "Detail": "{}", "EventBusName": env["BUS"]}


@pytest.mark.parametrize("name", sorted(BEYOND))
def test_a_call_outside_its_grant_is_denied(stack: Stack, name: str) -> None:
    aws, env = as_function(stack, name)

    WITHIN[name](aws, env)
    with pytest.raises(ClientError) as denied:
        BEYOND[name](aws, env)
    assert denied.value.response["Error"]["Code"] in DENIED


def test_every_function_is_asked(stack: Stack) -> None:
    deployed = stack.client("lambda").list_functions()["Functions"]

    assert len(deployed) == len(BEYOND) == len(WITHIN)


def as_function(stack: Stack, name: str) -> tuple[Callable[[str], Any], dict[str, str]]:
    """AWS as this function sees it: its own role, its own settings."""
    functions = stack.client("lambda").list_functions()["Functions"]
    function = next(f for f in functions if f["FunctionName"].endswith(f"-{name}"))
    lent = stack.client("sts").assume_role(RoleArn=function["Role"], RoleSessionName="test")["Credentials"]
    keys = {
        "aws_access_key_id": lent["AccessKeyId"],
        "aws_secret_access_key": lent["SecretAccessKey"],
        "aws_session_token": lent["SessionToken"],
    }
    return lambda service: stack.client(service, **keys), function["Environment"]["Variables"]
