"""SendEmail as SES v2 judges it: what AWS would refuse is refused here, with AWS's own error shapes.

Every other call is passed on to the emulator byte for byte, Host and signature too, so that identities made at run
time exist there and roles are held to their permissions.
"""

import http.client
import json
import re
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

# SES v2 API reference, MessageHeader and Message; the reserved ones SES writes itself.
MAX_HEADERS, MAX_NAME, MAX_VALUE, MAX_RECIPIENTS = 15, 126, 870, 50
HEADER_NAME, HEADER_VALUE = re.compile(r"[!-9;-@A-~]+"), re.compile(r"[ -~]*")
TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
RESERVED = {
    "bcc", "cc", "content-disposition", "content-type", "date", "from", "message-id", "mime-version", "reply-to",
    "return-path", "subject", "to",
}  # fmt: skip
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "expect", "keep-alive"}


class SesError(Exception):
    """An answer in AWS's error shape."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def bad(message: str) -> SesError:
    return SesError("BadRequestException", message)


def read_send_email(body: bytes) -> dict[str, Any]:
    """The request, or SesError saying why SES would not take it."""
    try:
        request = json.loads(body)
    except ValueError:
        raise SesError("SerializationException", "The request body is not JSON.") from None
    if not isinstance(request, dict):
        raise SesError("SerializationException", "The request body is not an object.")
    _check_addresses(request)
    _check_content(request.get("Content"))
    for tag in request.get("EmailTags") or []:
        for part in (tag.get("Name"), tag.get("Value")):
            if not isinstance(part, str) or not TAG.fullmatch(part):
                raise bad(f"Invalid email tag <{part}>: only alphanumeric ASCII characters, '_', and '-' are allowed.")
    return request


def _check_addresses(request: dict[str, Any]) -> None:
    sender, where = request.get("FromEmailAddress"), request.get("Destination")
    if not sender:
        raise bad("FromEmailAddress is required.")
    if not isinstance(where, dict):
        raise bad("Destination is required.")
    kinds = [where.get(kind) or [] for kind in ("ToAddresses", "CcAddresses", "BccAddresses")]
    recipients = [address for kind in kinds for address in kind]
    if not recipients:
        raise bad("At least one recipient is required.")
    if len(recipients) > MAX_RECIPIENTS:
        raise bad(f"Recipient count exceeds {MAX_RECIPIENTS}.")
    for address in [sender, *recipients, *(request.get("ReplyToAddresses") or [])]:
        if not address.isascii():  # a name with accents must arrive as an RFC 2047 encoded word
            raise bad("Local address contains control or whitespace or non-ASCII characters.")
        local, at, domain = parseaddr(address)[1].rpartition("@")
        if not at or not local or not domain:
            raise bad("Missing final '@domain'")


def _check_content(content: Any) -> None:
    if not isinstance(content, dict) or not isinstance(content.get("Simple"), dict):
        raise bad("Content.Simple is required: encamino writes neither raw nor template mail.")
    simple = content["Simple"]
    subject, body = (simple.get("Subject") or {}).get("Data"), simple.get("Body") or {}
    if not subject:
        raise bad("Subject is required.")
    if "\n" in subject or "\r" in subject:
        raise bad("The subject must not contain line breaks.")
    if not any((body.get(kind) or {}).get("Data") for kind in ("Text", "Html")):
        raise bad("Body must have Text or Html.")
    headers = simple.get("Headers") or []
    if len(headers) > MAX_HEADERS:
        raise bad(f"The number of headers exceeds {MAX_HEADERS}.")
    for header in headers:
        name, value = header.get("Name") or "", header.get("Value") or ""
        if not HEADER_NAME.fullmatch(name) or len(name) > MAX_NAME:
            raise bad(f"Invalid header name <{name}>.")
        if name.lower() in RESERVED:
            raise bad(f"Header <{name}> is not allowed: SES writes it itself.")
        if not HEADER_VALUE.fullmatch(value) or len(value) > MAX_VALUE:
            raise bad(f"Invalid value of header <{name}>: at most {MAX_VALUE} printable ASCII characters.")


def pass_on(endpoint: str, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, str], bytes]:
    """The emulator's answer to the very same call. Host stays as signed, or a session's signature would not hold."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            if name.lower() not in HOP_BY_HOP | {"accept-encoding"}:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        kept = {n: v for n, v in answer.getheaders() if n.lower() not in HOP_BY_HOP | {"date", "server"}}
        return answer.status, kept, answer.read()
    except OSError as error:
        raise SesError("InternalServiceError", f"The emulator does not answer: {error}", 503) from error
    finally:
        connection.close()
