"""A line that fails: it stands between the deployed functions and AWS, and between them and the mailbox.

One port per function, so that every call is known by its caller. Each call may be refused, lost, cut after AWS did what
was asked, or told of a lost race, at a seeded rate per service and operation. What it does is what AWS or the network
could do; above all it never says that a condition failed whose failure the item as it stands would contradict.
"""

import contextlib
import random
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from infra.local.http_server import LoopbackServer, QuietHandler
from infra.local.mailbox.ses import SesError, pass_on
from tests.faults.wire import Asked, broken, lost_race, read, throttled


class Fault(StrEnum):
    """What may go wrong with a call. The first five reach nobody; with the next two AWS did what was asked."""

    THROTTLED = "throttled"
    BROKEN = "500 instead"
    LOST = "closed before"
    HUNG = "no answer"
    RACE = "lost race"
    CUT = "closed after"
    BROKEN_AFTER = "500 after"
    #: Not drawn: the emulator itself did not answer.
    SILENT = "emulator silent"


DONE_NEVERTHELESS = frozenset({Fault.CUT, Fault.BROKEN_AFTER})

#: How often which fault happens, for (service, operation), (service, "*") or ("*", "*"): the closest counts.
type Rates = Mapping[tuple[str, str], Mapping[Fault, float]]

EVENLY = {
    Fault.THROTTLED: 0.25, Fault.BROKEN: 0.2, Fault.LOST: 0.15, Fault.HUNG: 0.02, Fault.RACE: 0.15,
    Fault.CUT: 0.13, Fault.BROKEN_AFTER: 0.1,
}  # fmt: skip


def evenly(rate: float) -> Rates:
    """Every kind of fault everywhere, together at this rate. Hanging is rare: each costs its caller ten seconds."""
    return {("*", "*"): {fault: share * rate for fault, share in EVENLY.items()}}


@dataclass(frozen=True, slots=True)
class Call:
    """One call that came by. `at`: when it was answered, or when it was known that it never would be."""

    function: str
    asked: Asked
    at: datetime
    fault: Fault | None = None
    #: AWS's answer, None when it was never asked.
    status: int | None = None


class Line:
    """The ports of all functions, what is to go wrong on them, and the book of every call."""

    def __init__(self, aws: str, mailbox: str, seed: int, latency: tuple[float, float] = (0.0, 0.0)) -> None:
        self.rates: Rates = {}
        self.calls: list[Call] = []
        #: Told of every call as it comes in: the function, and the port its process calls from.
        self.witness: Callable[[str, int, int], None] = lambda _function, _theirs, _ours: None
        self._aws, self._mailbox, self._latency = aws, mailbox, latency
        self._chance, self._lock = random.Random(seed), threading.Lock()
        self._ports: dict[str, LoopbackServer] = {}

    def open(self, functions: Sequence[str]) -> dict[str, str]:
        """An address for each of them."""
        for name in functions:
            handler = type("Port", (_Port,), {"function": name, "line": self})
            server = _Server(0, handler)
            server.in_background()
            self._ports[name] = server
        return {name: server.url for name, server in self._ports.items()}

    def close(self) -> None:
        for server in self._ports.values():
            server.shutdown()
            server.server_close()

    def faults(self) -> Counter[str]:
        """How often which fault happened."""
        return Counter(str(call.fault) for call in list(self.calls) if call.fault)

    def used(self) -> dict[str, set[tuple[str, str]]]:
        """For each function the IAM actions it asked for and on what."""
        used: dict[str, set[tuple[str, str]]] = {}
        for call in list(self.calls):
            used.setdefault(call.function, set()).update((action, call.asked.resource) for action in call.asked.actions)
        return used

    def upstream(self, asked: Asked) -> str:
        return self._mailbox if asked.service == "ses" else self._aws

    def draw(self, asked: Asked) -> tuple[Fault | None, float]:
        """What goes wrong with this call, and how long it takes more than usual."""
        with self._lock:
            drawn, slower = self._chance.random(), self._chance.uniform(*self._latency)
        keys = ((asked.service, asked.operation), (asked.service, "*"), ("*", "*"))
        rates = next((self.rates[key] for key in keys if key in self.rates), {})
        for fault, rate in rates.items():
            drawn -= rate
            if drawn < 0:
                return (Fault.THROTTLED if fault is Fault.RACE and not asked.may_race else fault), slower
        return None, slower

    def note(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)


class _Server(LoopbackServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Callers that die in the midst of a call are what this is about."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Port(QuietHandler):
    """One call of one function."""

    function: str
    line: Line

    def handle_call(self) -> None:
        body = self.body()
        asked = read(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        fault, slower = self.line.draw(asked)
        self.line.witness(self.function, self.client_address[1], self.connection.getsockname()[1])
        time.sleep(slower)
        call = Call(self.function, asked, datetime.now(UTC), fault)
        if fault is None or fault in DONE_NEVERTHELESS:
            with contextlib.suppress(OSError):
                self._pass(asked, body, call)
            return
        self.line.note(call)
        with contextlib.suppress(OSError):
            self._fail(asked, fault)

    def _pass(self, asked: Asked, body: bytes, call: Call) -> None:
        try:
            status, headers, answer = pass_on(self.line.upstream(asked), self.command, self.path, self.headers, body)
        except (SesError, OSError):
            self.line.note(replace(call, at=datetime.now(UTC), fault=Fault.SILENT))
            self._hang_up()
            return
        try:
            if call.fault is Fault.CUT:
                self._hang_up()
            elif call.fault is Fault.BROKEN_AFTER:
                self.answer(*broken(asked))
            else:
                self.answer(status, answer, headers)
        finally:
            self.line.note(replace(call, at=datetime.now(UTC), status=status))

    def _fail(self, asked: Asked, fault: Fault) -> None:
        if fault is Fault.THROTTLED:
            self.answer(*throttled(asked))
        elif fault is Fault.BROKEN:
            self.answer(*broken(asked))
        elif fault is Fault.RACE:
            self.answer(*lost_race(asked))
        else:
            if fault is Fault.HUNG:
                self._wait_for_the_other_side()
            self._hang_up()

    def _hang_up(self) -> None:
        """A reset, not a polite goodbye."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _wait_for_the_other_side(self) -> None:
        """Say nothing until the caller gives up."""
        self.connection.settimeout(60)
        with contextlib.suppress(OSError):
            self.connection.recv(1)
