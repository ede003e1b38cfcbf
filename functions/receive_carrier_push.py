"""API Gateway: a carrier tells us about a shipment. No carrier of this release pushes, so none is believed."""

from typing import Any

from encamino import doors


@doors.door("push")
def handler(event: dict[str, Any], say: doors.Say) -> dict[str, Any]:
    """401 until a carrier here knows how to sign."""
    say(verdict="no_push", carrier=doors.slug(event["pathParameters"]["carrier"]))
    return {"statusCode": 401, "body": ""}
