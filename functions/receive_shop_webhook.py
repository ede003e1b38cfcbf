"""API Gateway: a shop tells us about an order. Verified, kept, answered; understood later."""

import base64
from typing import Any

from encamino import doors, wiring
from encamino.flows.receive import Arrived, receive


@doors.door("webhook")
def handler(event: dict[str, Any], say: doors.Say) -> dict[str, Any]:
    """Answer one delivery."""
    try:
        path, body = event["pathParameters"], event.get("body") or ""
        raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass")
        method, headers = event["requestContext"]["http"]["method"], event.get("headers") or {}
        query, at = event.get("rawQueryString") or "", wiring.wall()
        arrived = Arrived(path["platform"], path["shop"], method, headers, query, raw, at)
    except (LookupError, TypeError, AttributeError, ValueError) as err:
        # API Gateway makes no such call, and nobody can have signed it.
        say(verdict="no_call", error=doors.trouble(err))
        return {"statusCode": 400, "body": ""}
    reply = receive(arrived, wiring.doorkeeper())
    shop, platform = doors.slug(arrived.shop), doors.slug(arrived.platform)
    say(verdict=reply.verdict, platform=platform, shop=shop, bytes=len(arrived.body))
    return {"statusCode": reply.status, "body": reply.body}
