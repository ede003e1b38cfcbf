"""API Gateway: the customer's page. GET shows, POST acts."""

import base64
from typing import Any

from encamino import doors, wiring
from encamino.flows.show import show


@doors.door("page")
def handler(event: dict[str, Any], say: doors.Say) -> dict[str, Any]:
    """Show one page."""
    asked = event.get("headers", {})
    token, language = event["pathParameters"].get("token", ""), asked.get("accept-language", "")
    found = show(wiring.page_desk(), token, language, wiring.business())
    page = found.accepted_by(asked.get("accept-encoding"))
    say(status=page.status, bytes=len(page.body))
    return {
        "statusCode": page.status,
        "headers": page.headers,
        "body": base64.b64encode(page.body).decode(),
        "isBase64Encoded": True,
    }
