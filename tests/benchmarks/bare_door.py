"""The least a door could do that keeps what it is given: one message to SQS, unread and unverified."""

import os
from typing import Any

import boto3

sqs = boto3.client("sqs")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    sqs.send_message(QueueUrl=os.environ["INBOX_QUEUE"], MessageBody=event["body"])
    return {"statusCode": 200, "body": ""}
