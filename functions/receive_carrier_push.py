"""API Gateway: a carrier tells us about a shipment. No carrier of this release pushes, so none is believed."""

from typing import Any

from encamino import doors


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """401 until a carrier here knows how to sign."""
    doors.log("push", verdict="no_push", carrier=event["pathParameters"]["carrier"])
    return {"statusCode": 401, "body": ""}
