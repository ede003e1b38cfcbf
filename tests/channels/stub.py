"""A vendor that counts what it is asked, and answers as badly as told: closes, hangs, breaks."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


@dataclass
class Asked:
    """One request, as it came."""

    method: str
    path: str
    body: bytes
    connection: object

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Says:
    """An answer."""

    status: int = 200
    body: bytes = b'{"MessageId":"m-1"}'
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Closes:
    """Takes the whole request, then hangs up."""


@dataclass
class Hangs:
    """Takes the whole request, then says nothing until the server is stopped."""


type Answer = Says | Closes | Hangs


def error(code: str, message: str = "", status: int = 400, retry_after: str | None = None) -> Says:
    """An error in the shape of SES v2."""
    pause = {} if retry_after is None else {"Retry-After": retry_after}
    return Says(status, json.dumps({"message": message}).encode(), {"x-amzn-ErrorType": code} | pause)


class Stub:
    """Listens on a free port of this machine. `answer` says what to say to a request."""

    def __init__(self, answer: Callable[[Asked], Answer] = lambda _: Says()) -> None:
        self.stopped = threading.Event()
        self.begin(answer)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def begin(self, answer: Callable[[Asked], Answer] = lambda _: Says()) -> None:
        """Forgets what it was asked, and lets go of whoever still waits."""
        self.stopped.set()
        self.stopped = threading.Event()
        self.answer = answer
        self.asked: list[Asked] = []

    def close(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: two would wait 40 ms for an acknowledgement

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = Asked(self.command, self.path, body, self.connection)
                stub.asked.append(asked)
                match stub.answer(asked):
                    case Closes():
                        self.close_connection = True
                    case Hangs():
                        stub.stopped.wait()
                        self.close_connection = True
                    case Says(status, said, headers):
                        self.send_response(status)
                        for name, value in {"Content-Type": "application/json", **headers}.items():
                            self.send_header(name, value)
                        self.send_header("Content-Length", str(len(said)))
                        self.end_headers()
                        self.wfile.write(said)

            do_GET = do_POST = do_PUT = _any  # noqa: N815  (named by http.server)

            def log_message(self, *args: object) -> None: ...

        return Handler
