"""API Gateway: the customer's pages. GET shows, POST acts."""

import base64
from typing import Any

from encamino import doors, wiring
from encamino.flows.preferences import preferences
from encamino.flows.show import show


@doors.door("page")
def handler(event: dict[str, Any], say: doors.Say) -> dict[str, Any]:
    """Show one page; before that, do what was posted."""
    asked, (method, _, path) = event.get("headers", {}), event.get("routeKey", "").partition(" ")
    token, language = event["pathParameters"].get("token", ""), asked.get("accept-language", "")
    if path == "/u/{token}":
        body = event.get("body") or ""
        said = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode("utf-8", "surrogatepass")
        posted = said if method == "POST" else None
        found = preferences(wiring.page_desk(), token, posted, language, wiring.wall())
    else:
        found = show(wiring.page_desk(), token, language, wiring.business())
    page = found.accepted_by(asked.get("accept-encoding"))
    headers, body = page.headers, base64.b64encode(page.body).decode()
    say(status=page.status, bytes=len(page.body))
    return {"statusCode": page.status, "headers": headers, "body": body, "isBase64Encoded": True}
