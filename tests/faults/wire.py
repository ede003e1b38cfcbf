"""How AWS's protocols look on the wire: what a call asks for, and how each service says that it failed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

type Reply = tuple[int, bytes, dict[str, str]]

_CREDENTIAL = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")
_JSON = {"dynamodb": "com.amazonaws.dynamodb.v20120810", "sqs": "com.amazonaws.sqs"}
_THROTTLING = {"dynamodb": "ProvisionedThroughputExceededException", "sqs": "RequestThrottled"}
_SES = {"POST /v2/email/outbound-emails": "SendEmail", "GET /v2/email/account": "GetAccount"}
#: What a transaction may hold. Other items are never in one, so that no write of them meets one.
_IN_TRANSACTIONS = re.compile(r"(ORDER|FACT|MESSAGE|LOOK)\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call asks for."""

    service: str
    operation: str
    #: A table, a table's index, a queue, a parameter, a topic, a bucket's object, a bus.
    resource: str
    #: What IAM asks about; a transaction's are those of its parts.
    actions: frozenset[str]
    #: A conditional write that may lose a race, and in which of a transaction's parts.
    may_race: bool = False
    parts: tuple[dict[str, Any], ...] = ()
    #: The row that is written, and what status it is given.
    row: str = ""
    says: str = ""


def read(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Asked:
    """What this call asks for. Header names are lower case."""
    found = _CREDENTIAL.search(headers.get("authorization", ""))
    service = found[1] if found else "none"
    target = headers.get("x-amz-target")
    if target:
        return _json(service, target.rpartition(".")[2], json.loads(body or b"{}"))
    url = urlsplit(path)
    if service == "ses":
        operation = _SES.get(f"{method} {url.path}", f"{method} {url.path}")
        return Asked(service, operation, "*", frozenset({f"ses:{operation}"}))
    if service == "s3":
        operation = f"{method.title()}Object"
        return Asked(service, operation, unquote(url.path).lstrip("/"), frozenset({f"s3:{operation}"}))
    said = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    operation = said.get("Action", "?")
    return Asked(service, operation, said.get("TopicArn", "phone"), frozenset({f"{service}:{operation}"}))


def _json(service: str, operation: str, said: dict[str, Any]) -> Asked:
    if service == "dynamodb":
        return _dynamodb(operation, said)
    if service == "sqs":
        return Asked(service, operation, said["QueueUrl"].rpartition("/")[2], frozenset({f"sqs:{operation}"}))
    if service == "events":
        return Asked(service, operation, said["Entries"][0]["EventBusName"], frozenset({f"events:{operation}"}))
    return Asked(service, operation, str(said.get("Name", "")), frozenset({f"{service}:{operation}"}))


def _dynamodb(operation: str, said: dict[str, Any]) -> Asked:
    if operation == "TransactWriteItems":
        parts = tuple(said["TransactItems"])
        kinds = [next(iter(part)) for part in parts]
        table = parts[0][kinds[0]]["TableName"]
        actions = frozenset(f"dynamodb:{kind if kind == 'ConditionCheck' else f'{kind}Item'}" for kind in kinds)
        return Asked("dynamodb", operation, table, actions, may_race=True, parts=parts)
    index = said.get("IndexName")
    resource = said.get("TableName", "") + (f"/index/{index}" if index else "")
    key = said.get("Key") or said.get("Item") or {}
    pk, sk = (key.get(name, {}).get("S", "") for name in ("pk", "sk"))
    status = said.get("ExpressionAttributeValues", {}).get(":status", {}).get("S", "")
    races = "ConditionExpression" in said and pk.startswith("ORDER#") and bool(_IN_TRANSACTIONS.match(sk))
    action = frozenset({f"dynamodb:{operation}"})
    return Asked("dynamodb", operation, resource, action, may_race=races, row=f"{pk}|{sk}", says=status)


def throttled(asked: Asked) -> Reply:
    """Too many at once, in this service's words."""
    match asked.service:
        case "ses":
            return _rest(429, "TooManyRequestsException", "Too many requests")
        case "sns":
            return _query(429, "Throttling", "Rate exceeded")
        case "s3":
            return _s3(503, "SlowDown", "Please reduce your request rate.")
    return _typed(asked, 400, _THROTTLING.get(asked.service, "ThrottlingException"), "Rate exceeded")


def broken(asked: Asked) -> Reply:
    """Something is wrong over there."""
    match asked.service:
        case "ses":
            return _rest(500, "InternalServiceErrorException", "Internal failure")
        case "sns":
            return _query(500, "InternalError", "Internal failure")
        case "s3":
            return _s3(500, "InternalError", "We encountered an internal error. Please try again.")
    return _typed(asked, 500, "InternalServerError", "Internal failure")


def lost_race(asked: Asked) -> Reply:
    """Somebody else was writing. A condition is said to have failed only where that means: read again."""
    if not asked.parts:
        return _typed(asked, 400, "TransactionConflictException", "Transaction is ongoing for the item")
    contents = [next(iter(part.values())) for part in asked.parts]
    locks = [":read" in part.get("ExpressionAttributeValues", {}) for part in contents]
    place, code = (locks.index(True), "ConditionalCheckFailed") if any(locks) else (0, "TransactionConflict")
    reasons = [{"Code": code if n == place else "None"} for n in range(len(contents))]
    told = ", ".join(reason["Code"] for reason in reasons)
    text = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{told}]"
    return _typed(asked, 400, "TransactionCanceledException", text, CancellationReasons=reasons)


def _typed(asked: Asked, status: int, code: str, text: str, **more: Any) -> Reply:
    said = {"__type": f"{_JSON[asked.service]}#{code}" if asked.service in _JSON else code, "message": text, **more}
    headers = {"Content-Type": "application/x-amz-json-1.0"}
    if asked.service == "sqs":
        headers["x-amzn-query-error"] = f"{code};{'Sender' if status < 500 else 'Receiver'}"
    return status, json.dumps(said).encode(), headers


def _rest(status: int, code: str, text: str) -> Reply:
    headers = {"Content-Type": "application/json", "x-amzn-errortype": code}
    return status, json.dumps({"message": text}).encode(), headers


def _query(status: int, code: str, text: str) -> Reply:
    blame = "Sender" if status < 500 else "Receiver"
    error = f"<Error><Type>{blame}</Type><Code>{code}</Code><Message>{text}</Message></Error>"
    body = f"<ErrorResponse xmlns='http://sns.amazonaws.com/doc/2010-03-31/'>{error}<RequestId>0</RequestId></ErrorResponse>"
    return status, body.encode(), {"Content-Type": "text/xml"}


def _s3(status: int, code: str, text: str) -> Reply:
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>{text}</Message></Error>"
    return status, body.encode(), {"Content-Type": "application/xml"}
