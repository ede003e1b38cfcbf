"""The doors of the carrier simulator: `/{slug}/{original host}{path and query}` and, to steer it, `/_simulator/…`."""

import contextlib
import json
import re
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlsplit

from infra.local.clock import iso
from infra.local.http_server import LoopbackServer, QuietHandler
from infra.local.simulator.joining import Played, joined
from infra.local.simulator.recordings import Answer, Recordings, wire
from infra.local.simulator.timetable import Programme, Timetables, read_programme

HANG_FOR = 120.0  # seconds; longer than any deadline that deserves the name
TOKEN_PATH = re.compile(r"/oauth2?(/|$)|/token/?$", re.IGNORECASE)
SECRET = re.compile(r"key|token|secret|pass|pwd|user|login|auth|sign|account|appname|clave|contrase", re.IGNORECASE)
SECRET_ATTRIBUTE = re.compile(r"""\b(\w*(?:key|token|secret|pass|pwd|user|appname)\w*)=(["']).*?\2""", re.IGNORECASE)


def simulator_server(port: int, recordings: Path, clock: Callable[[], datetime]) -> LoopbackServer:
    """A server ready to serve; `clock` answers the stack's virtual now."""
    parts = {
        "recordings": Recordings(recordings), "timetables": Timetables(), "clock": staticmethod(clock),
        "calls": deque(maxlen=10_000),
    }  # fmt: skip
    return LoopbackServer(port, type("Simulator", (Handler,), parts))


def without_secrets(path: str, query: str) -> str:
    """A call's path fit to be kept: what looks like a credential is left out."""
    pairs = [
        (n, "***" if SECRET.search(n) else SECRET_ATTRIBUTE.sub(r"\1=***", v))
        for n, v in parse_qsl(query, keep_blank_values=True)
    ]
    return path + ("?" if pairs else "") + "&".join(f"{n}={quote(v, safe='*,:;/ ')}" for n, v in pairs)


class Handler(QuietHandler):
    """One call. The class attributes are set by `simulator_server`."""

    recordings: Recordings
    timetables: Timetables
    clock: Callable[[], datetime]
    calls: deque[dict[str, Any]]

    def handle_call(self) -> None:
        body, url = self.body(), urlsplit(self.path)
        first, _, rest = url.path.lstrip("/").partition("/")
        if first == "_simulator":
            self.steer(rest, body)
            return
        host, _, path = rest.partition("/")
        if not host:
            self.answer_json({"error": "not_found", "message": "/{slug}/{host}/… or /_simulator/calls.json"}, 404)
            return
        self.play(first, host, "/" + path, url.query, body)

    def steer(self, path: str, body: bytes) -> None:
        if path == "calls.json" and self.command == "GET":
            self.answer_json(list(self.calls))
            return
        slug, _, number = path.partition("/")
        if self.command != "PUT" or not slug or not number:
            self.answer_json({"error": "not_found", "message": "PUT /_simulator/{slug}/{number}"}, 404)
            return
        try:
            programme = read_programme(unquote(number), json.loads(body))
            self.recordings.must_have(slug, [entry.play for entry in programme.entries if entry.play])
        except ValueError as error:
            self.answer_json({"error": "invalid", "message": str(error)}, 400)
            return
        self.timetables.put(slug, programme)
        self.answer_json({"slug": slug, "number": programme.number, "entries": len(programme.entries)})

    def play(self, slug: str, host: str, path: str, query: str, body: bytes) -> None:
        now = self.clock()
        request = f"{unquote(path)}\n{unquote_plus(query)}\n{unquote_plus(body.decode('utf-8', 'replace'))}"
        asked = self.timetables.asked_for(slug, request)
        call = {
            "time": iso(datetime.now(UTC)), "clock": iso(now), "slug": slug, "host": host, "method": self.command,
            "path": without_secrets(path, query), "number": asked[0].number if asked else None,
            "numbers": [each.number for each in asked], "played": "not_found",
        }  # fmt: skip
        self.calls.append(call)
        if asked:
            self.tell(slug, asked, now, call)
        elif TOKEN_PATH.search(path):
            call["played"] = "token"
            self.send(self.recordings.token(slug))
        else:
            self.send(wire(self.recordings.unknown_number(slug, None, now)))

    def tell(self, slug: str, asked: list[Programme], now: datetime, call: dict[str, Any]) -> None:
        """What is due for every number the call names, joined; a fault, or what is about no number, is all there is."""
        answers: list[Played] = []
        names: list[str] = []
        for programme in asked:
            entry = programme.due(now)
            if entry and entry.fault:
                call["played"] = f"fault {entry.fault}"
                self.fail(entry.fault)
                return
            if entry:
                name, at = str(entry.play), programme.start + entry.after
                answers.append(self.recordings.played(slug, name, programme.number, at))
            else:
                name = "not_found"
                answers.append(self.recordings.unknown_number(slug, programme.number, now))
            names = [name] if answers[-1].shipments is None else [*names, name]
            if answers[-1].shipments is None:
                break
        call["played"] = ", ".join(names)
        self.send(wire(joined(answers)))

    def send(self, answer: Answer) -> None:
        self.answer(answer.status, answer.body, answer.headers)

    def fail(self, fault: str) -> None:
        """What goes wrong on the way to a carrier."""
        if fault == "503":
            self.answer(503, b"<html><h1>503 Service Unavailable</h1></html>", {"Content-Type": "text/html"})
        elif fault == "garbage":
            self.answer(200, b'{"shipments": [{"id": "\xff\xfe\x00', {"Content-Type": "application/json"})
        else:
            self.close_connection = True
            if fault == "hang":
                self.wait_for_the_other_side()
            with contextlib.suppress(OSError):  # a reset, not a polite goodbye
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

    def wait_for_the_other_side(self) -> None:
        """Says nothing until the caller gives up."""
        self.connection.settimeout(0.2)
        end = time.monotonic() + HANG_FOR
        while time.monotonic() < end:
            try:
                if not self.connection.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return
