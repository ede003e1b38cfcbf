"""API Gateway: a carrier tells us about a shipment. No carrier of this release pushes, so none is believed."""

from encamino import wiring


def handler(event: dict, _context: object) -> dict:
    """401 until a carrier here knows how to sign."""
    wiring.log("push", verdict="no_push", carrier=event["pathParameters"]["carrier"])
    return {"statusCode": 401, "body": ""}
