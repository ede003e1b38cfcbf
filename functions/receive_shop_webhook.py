"""API Gateway: a shop tells us about an order. Verified, kept, answered; understood later."""

import base64
from typing import Any

from encamino import doors, wiring
from encamino.flows.receive import Arrived, receive


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer one delivery."""
    path, body = event["pathParameters"], event.get("body") or ""
    arrived = Arrived(
        platform=path["platform"],
        shop=path["shop"],
        method=event["requestContext"]["http"]["method"],
        headers=event.get("headers", {}),
        query=event.get("rawQueryString", ""),
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass"),
        at=wiring.wall(),
    )
    reply = receive(arrived, wiring.doorkeeper())
    doors.log("webhook", verdict=reply.verdict, platform=arrived.platform, shop=arrived.shop, bytes=len(arrived.body))
    return {"statusCode": reply.status, "body": reply.body}
