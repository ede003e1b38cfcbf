"""API Gateway: the customer's page. GET shows, POST acts."""

import base64

from encamino import wiring
from encamino.flows.show import show


def handler(event: dict, _context: object) -> dict:
    """Show one page."""
    language = event.get("headers", {}).get("accept-language", "")
    page = show(wiring.page_desk(), event["pathParameters"]["token"], language, wiring.business())
    wiring.log("page", status=page.status, bytes=len(page.body))
    return {
        "statusCode": page.status,
        "headers": page.headers,
        "body": base64.b64encode(page.body).decode(),
        "isBase64Encoded": True,
    }
