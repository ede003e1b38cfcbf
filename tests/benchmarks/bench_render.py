"""An order with three items → subject, HTML, text, headers and the body SES is sent: warm, and the first of a process.

Warm goes round two hundred orders, so that names, dates and prices differ from one mail to the next.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from statistics import median
from time import perf_counter_ns

from encamino.channels.email import request
from encamino.domain.fact import FactType
from encamino.domain.message import Channel, Kind, Message, MessageKey, MessageStatus
from encamino.domain.order import Money, Order, Person
from encamino.domain.shipment import Shipment, ShippedItem
from encamino.messages.context import build
from encamino.messages.render import Renderer
from tests.benchmarks.measure import ROUNDS, Figure, Taken, best, calibration, median_us, take
from tests.builders import LINKS, NOW, a_shipment, a_shop, a_window, an_item, an_order
from tests.messages.compiled import compile_templates

ROOT = Path(__file__).resolve().parents[2]
ORDERS = 200
PROCESSES = 15
#: In calibration loops: 500 µs and 15 ms where one loop takes 35.7 µs (two quiet cores, 2026-11).
CEILINGS = {"render_warm": 14.0, "render_first": 420.0}


def orders() -> list[tuple[Order, Shipment]]:
    """Different customers, prices and days."""
    found = []
    for n in range(ORDERS):
        shipment = a_shipment(
            number=f"{n:020}", window=a_window(NOW + timedelta(days=1 + n % 9), 8 + n % 5, 14 + n % 5),
            items=(ShippedItem("1", 2), ShippedItem("2", 1), ShippedItem("3", 1)),
        )  # fmt: skip
        items = tuple(an_item(i, price=Money(Decimal(1000 + n * 7 + i) / 100, "EUR")) for i in (1, 2, 3))
        order = an_order(shipment, key=str(n), name=f"#{n}", items=items, person=Person(first_name=f"Lucía {n}"))
        found.append((order, shipment))
    return found


def sender(templates: Path) -> Callable[[], object]:
    """One call, one mail, ready for SES."""
    renderer, shop, turn = Renderer(templates), a_shop(), cycle(orders())

    def send() -> object:
        order, shipment = next(turn)
        render = renderer.email("shipped", build(order, shipment, shop, "es", LINKS, NOW))
        message = Message(
            MessageKey(order.key, "shipped", shipment.id, Channel.EMAIL), FactType.SHIPMENT_REGISTERED, NOW,
            Kind.SERVICE, MessageStatus.SENDING, NOW, NOW,
        )  # fmt: skip
        return request(message, render, "hola@casalluna.example", "lucia@example.com", shop)

    return send


def figures() -> list[Figure]:
    """Warm, and first in a new process."""
    with tempfile.TemporaryDirectory() as folder:
        templates = compile_templates(Path(folder))
        send = sender(templates)
        for _ in range(ORDERS):
            send()
        warm = best([take(send) for _ in range(ROUNDS)])
        firsts = [_first(templates) for _ in range(PROCESSES)]
    us, ratio = median(f.us for f in firsts), median(f.ratio for f in firsts)
    return [Figure("render_warm", warm.us, "us", warm.ratio), Figure("render_first", us, "us", ratio)]


def _first(templates: Path) -> Taken:
    command = [sys.executable, "-m", "tests.benchmarks.bench_render", str(templates)]
    path = {"PYTHONPATH": f"{ROOT / 'layers'}:{ROOT}"}
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=path, timeout=60).stdout
    us, ratio = said.split()
    return Taken(float(us), float(ratio))


def first(templates: Path) -> Taken:
    """In this process, which has imported everything and rendered nothing."""
    send = sender(templates)
    began = perf_counter_ns()
    send()
    us = (perf_counter_ns() - began) / 1_000
    return Taken(us, us / median_us(calibration))


def missed(lines: list[Figure]) -> list[str]:
    """Which ceilings were broken."""
    taken = ((f, f.ratio or 0.0) for f in lines)
    return [f"{f.name}: {ratio:.1f} loops > {CEILINGS[f.name]}" for f, ratio in taken if ratio > CEILINGS[f.name]]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*first(Path(sys.argv[1])))
    else:
        taken_now = figures()
        print(*taken_now, sep="\n")
        sys.exit("\n".join(missed(taken_now)) or 0)
