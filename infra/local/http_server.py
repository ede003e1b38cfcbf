"""What the local servers share: loopback only, one thread per call, bodies of either framing, quiet."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class LoopbackServer(ThreadingHTTPServer):
    """Bound to 127.0.0.1 and nothing else: what these servers keep is nobody else's business."""

    daemon_threads = True
    request_queue_size = 128  # the default of 5 refuses connections when many Lambdas send at once

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", port), handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def in_background(self) -> "LoopbackServer":
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self


class QuietHandler(BaseHTTPRequestHandler):
    """Reads a whole body and writes a whole answer; says nothing on stderr."""

    protocol_version = "HTTP/1.1"  # keep-alive, as the real services have it
    timeout = 120
    disable_nagle_algorithm = True

    def handle_call(self) -> None:
        """Answers one call, whatever its method."""
        raise NotImplementedError

    def _any_method(self) -> None:
        self.handle_call()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = _any_method  # noqa: N815  http.server wants the names

    def body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_json(self, value: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(value, ensure_ascii=False).encode()
        self.answer(status, body, {"Content-Type": "application/json", "Cache-Control": "no-store", **(headers or {})})

    def log_message(self, *_: Any) -> None:
        """Silence: a story makes thousands of calls."""
