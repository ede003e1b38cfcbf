"""The one way out reaches no private address, however it is spelled, resolved or pointed to."""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any, override
from urllib.parse import urlsplit

import pytest

from encamino.domain.errors import EncaminoError, Refused, Unavailable
from encamino.http import Client, Found, rewrite
from tests.connects import connects

SECOND = timedelta(seconds=1)
PUBLIC = "93.184.215.14"
LISTED = (Path(__file__).parents[1] / "private_urls.txt").read_text(encoding="utf-8").split()
#: One of each kind that must not be reached: this machine, its network, its cloud, its neighbours, everybody at once.
PRIVATE = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1",  # noqa: S104
    "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.64.0.1", "100.100.100.200", "192.0.0.170", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
)  # fmt: skip
PRIVATE_SIX = ("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1", "100::1")
NOT_WEB = (
    "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "dict://127.0.0.1/", "ftp://127.0.0.1/", "unix:///run/x.sock",
    "http+unix://%2Frun%2Fx.sock/", "ws://127.0.0.1/", "data:text/plain,x", "javascript:0", "127.0.0.1", "//127.0.0.1/",
    "/etc/passwd", "", "http://", "http:///", "https:127.0.0.1", "http:\\\\127.0.0.1\\", "HTTP+HTTP://127.0.0.1/",
)  # fmt: skip
PRETENDING = (
    "http://carrier.example@127.0.0.1/", "http://127.0.0.1@carrier.example/", "http://@127.0.0.1/", "http://:@10.0.0.1/",
    "http://carrier.example:80@10.0.0.1/", "http://127.0.0.1\\@carrier.example/", "http://127.0.0.1%00.carrier.example/",
    "http://127.0.0.1%23.carrier.example/", "http://[::1]@carrier.example/", "http://carrier.example%40127.0.0.1/",
    "http://127.0.0.1\t/", "http://127.0.0.1\r\nHost: x/", "http://127.0.0.1./", "http://localhost./", "http://LOCALHOST/",
    "http://[::1%25lo]/", "http://[::ffff:127.0.0.1%25lo]/", "http://127.0.0.1:0x50/", "http://127.0.0.1:-1/", "http://[::1",
)  # fmt: skip


def spellings(address: str) -> Iterator[str]:
    """Ways to write an IPv4 address as the host of a URL, that one library or another understands."""
    number = int(IPv4Address(address))
    a, b, c, d = (int(part) for part in address.split("."))
    yield from (address, str(number), hex(number), f"0{number:o}", f"{a}.{number & 0xFFFFFF}", f"{a}.{b}.{c * 256 + d}")
    yield from (f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}")
    if not any(8 <= part < 100 for part in (a, b, c, d)):  # 010 is eight, and leads elsewhere
        yield f"{a:03}.{b:03}.{c:03}.{d:03}"
    yield from (f"[::ffff:{address}]", f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]", f"[::{address}]")
    yield from (
        f"[64:ff9b::{address}]",
        f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::]",
        f"[0:0:0:0:0:ffff:{address}]",
    )
    yield "".join(chr(0xFF10 + int(c)) if c.isdigit() else "。" for c in address)


def urls() -> list[str]:
    """Everything that has no name to be resolved."""
    hosts = [*(host for address in PRIVATE for host in spellings(address)), *(f"[{six}]" for six in PRIVATE_SIX)]
    made = (f"{scheme}://{host}{rest}" for host in hosts for scheme, rest in (("http", "/"), ("https", ":8443/a?b=c")))
    return list(dict.fromkeys([*LISTED, *NOT_WEB, *PRETENDING, *made]))


def answering(*turns: tuple[str, ...]) -> Callable[[str, int], list[Found]]:
    """A resolver that gives every name these addresses, one tuple a question, the last for ever."""
    left = list(turns)

    def resolve(host: str, port: int) -> list[Found]:
        given = left.pop(0) if len(left) > 1 else left[0]
        families = (socket.AF_INET6 if ip_address(a).version == 6 else socket.AF_INET for a in given)
        return [(family, socket.SOCK_STREAM, 6, "", (a, port)) for family, a in zip(families, given, strict=True)]

    return resolve


def refusal(client: Client, url: str) -> str:
    """How a call ended."""
    try:
        reply = client.send("GET", url, {"Metadata": "true"}, deadline=SECOND * 5)
    except EncaminoError as err:
        return type(err).__name__
    return f"{url}: answered {reply.status}"


@pytest.mark.proof("R26", "no spelling of a private address is connected to")
def test_no_spelling_leads_inside(figure: Callable[[str], None]) -> None:
    gateway = "http://127.0.0.1:4600"
    clients = {"": Client(), gateway: Client(gateway)}
    with connects() as made:
        ends = Counter(refusal(client, url) for url in urls() for client in clients.values())

    figure(f"{len(urls())} URLs, without and behind a gateway: {len(made)} connects ({dict(ends)})")
    assert made == []
    assert set(ends) <= {Refused.__name__, Unavailable.__name__}
    assert ends[Refused.__name__] > len(urls()), "names that nobody resolves prove nothing"


@pytest.mark.proof("R26", "no name that resolves inside is connected to, at the first call or at a later one")
def test_no_name_leads_inside(figure: Callable[[str], None]) -> None:
    inside = [*PRIVATE, *PRIVATE_SIX, *(f"::ffff:{address}" for address in PRIVATE)]
    names = [f"http://{address.replace(':', '-')}.nip.io/" for address in inside]
    with connects() as made:
        alone = [refusal(Client(resolve=answering((a,))), url) for a, url in zip(inside, names, strict=True)]
        # One address of several is enough: which of them is called is chance.
        mixed = [refusal(Client(resolve=answering((PUBLIC, a))), url) for a, url in zip(inside, names, strict=True)]
        to_inside = list(made)
        later = []
        for address in inside:
            client = Client(resolve=answering((PUBLIC,), (address,)))
            later += [refusal(client, "https://rebinding.example/") for _ in range(3)]

    strays = [*to_inside, *(address for address in made if address[0] != PUBLIC)]
    figure(
        f"{len(names)} names, alone, beside a public address and rebinding: {len(strays)} connects inside, "
        f"{made.count((PUBLIC, 443))} to the public address that was checked"
    )
    assert strays == []
    assert set(alone) == set(mixed) == {"Refused"}
    assert later == ["Unavailable", "Refused", "Refused"] * len(inside)
    assert made == [(PUBLIC, 443)] * len(inside)


class Pointing(BaseHTTPRequestHandler):
    """Answers with a redirect to what the path names."""

    def do_GET(self) -> None:
        self.send_response(int(self.path[1:4]))
        self.send_header("Location", self.path[5:])
        self.send_header("Refresh", f"0;url={self.path[5:]}")
        self.send_header("content-length", "0")
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        return None


@pytest.mark.proof("R26", "no redirect is followed, no carrier's address leaves the gateway")
def test_no_redirect_is_followed(figure: Callable[[str], None]) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pointing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    gateway = f"http://127.0.0.1:{server.server_port}"
    targets = [f"http://{address}/" for address in PRIVATE] + [f"http://[{six}]/" for six in PRIVATE_SIX]
    try:
        client = Client(gateway)
        with connects() as made:
            answers = Counter(
                client.send("GET", f"{gateway}/{status}/{target}", deadline=SECOND * 5).status
                for target in targets
                for status in (301, 302, 303, 307, 308)
            )
    finally:
        server.shutdown()
        server.server_close()
    led_astray = [url for url in urls() if _away(gateway, url)]

    figure(
        f"{answers.total()} redirects inside handed back, {len(made)} made, "
        f"{sum(address[:2] != ('127.0.0.1', server.server_port) for address in made)} of them not to the gateway; "
        f"{len(urls())} addresses sent to the gateway: {len(led_astray)} elsewhere"
    )
    assert answers == dict.fromkeys((301, 302, 303, 307, 308), len(targets))
    assert {address[:2] for address in made} == {("127.0.0.1", server.server_port)}
    assert led_astray == []


def _away(gateway: str, url: str) -> bool:
    """Whether the address behind the gateway is at the gateway no more."""
    try:
        there = rewrite(gateway, "dhl", url)
    except ValueError:
        return False  # no address at all: it is never called
    return urlsplit(there).netloc != urlsplit(gateway).netloc


def test_the_addresses_are_what_they_are_called() -> None:
    assert all(isinstance(ip_address(six), IPv6Address) for six in PRIVATE_SIX)
    assert len(urls()) > 600
    assert all(host.strip("[]") for address in PRIVATE for host in spellings(address))
