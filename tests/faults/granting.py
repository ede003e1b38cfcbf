"""What an AWS call needs to be allowed: the pairs of IAM action and resource, read from the request itself.

Source: the service authorization reference (docs.aws.amazon.com/service-authorization, read 2026-11); a transaction is
checked as its items, a batch of queue messages as `sqs:SendMessage`.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

_SERVICES = {"sesv2": "ses", "eventbridge": "events"}
_AS_ITS_ITEMS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_AS_ONE = {"SendMessageBatch": "SendMessage"}


def actions(service: str, operation: str, body: Any, url: str) -> Iterator[tuple[str, str]]:
    """What this request asks leave for."""
    if operation == "TransactWriteItems":
        for item in body["TransactItems"]:
            ((kind, said),) = item.items()
            yield f"dynamodb:{_AS_ITS_ITEMS[kind]}", f"table/{said['TableName']}"
        return
    action = f"{_SERVICES.get(service, service)}:{_AS_ONE.get(operation, operation)}"
    yield action, _resource(service, body, url)
    if "ConfigurationSetName" in body:
        yield action, f"configuration-set/{body['ConfigurationSetName']}"


def _resource(service: str, body: Any, url: str) -> str:
    match service:
        case "dynamodb":
            index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
            return f"table/{body['TableName']}{index}"
        case "sqs":
            return f"queue/{body['QueueUrl'].rpartition('/')[2]}"
        case "ssm":
            return f"parameter{body['Name']}"
        case "s3":
            return f"object{urlsplit(url).path}"
        case "sns":
            return "phone" if "PhoneNumber" in body else f"topic/{body.get('TopicArn', '')}"
        case "eventbridge":
            return f"event-bus/{body['Entries'][0]['EventBusName']}"
        case "sesv2":
            sender = body.get("FromEmailAddress", "")
            return f"identity/{sender.rpartition('@')[2].rstrip('>')}" if sender else "*"
    return "*"
