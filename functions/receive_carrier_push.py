"""API Gateway: a carrier tells us about a shipment. Verified, kept, answered; understood later."""

import base64
from typing import Any

from encamino import doors, wiring
from encamino.flows.receive_push import Pushed, receive_push


@doors.door("push")
def handler(event: dict[str, Any], say: doors.Say) -> dict[str, Any]:
    """Answer one push."""
    try:
        path, body = event["pathParameters"], event.get("body") or ""
        raw = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass")
        headers = event.get("headers") or {}
        pushed = Pushed(path["carrier"], path["shop"], path["key"], headers, raw, wiring.wall())
    except (LookupError, TypeError, AttributeError, ValueError) as err:
        # API Gateway makes no such call, and nobody can have signed it.
        say(verdict="no_call", error=doors.trouble(err))
        return {"statusCode": 400, "body": ""}
    reply = receive_push(pushed, wiring.doorkeeper())
    shop, carrier = doors.slug(pushed.shop), doors.slug(pushed.carrier)
    say(verdict=reply.verdict, carrier=carrier, shop=shop, bytes=len(pushed.body))
    return {"statusCode": reply.status, "body": reply.body}
