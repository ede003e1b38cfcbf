"""Calls end in time, stay small and reach no private address, whatever the other side does."""

import gzip
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, override

import pytest

from encamino.domain.errors import EncaminoError, Refused, Unavailable, Unreadable
from encamino.http import Client, Found, is_public, rewrite
from tests.connects import connects

SECOND = timedelta(seconds=1)
PUBLIC = "93.184.215.14"


class Stub(ThreadingHTTPServer):
    """A server that answers by path; `seen` is what it was asked."""

    daemon_threads = True
    seen: list[tuple[str, str, dict[str, str], bytes]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        return None  # whoever was left at the deadline hung up


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stub

    @override
    def log_message(self, format: str, *args: Any) -> None:
        return None

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        getattr(self, self.path.strip("/").partition("?")[0] or "plain")()

    do_POST = do_GET  # noqa: N815  (the name http.server calls)

    def say(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def drip(self, head: bytes, drop: bytes) -> None:
        self.close_connection = True
        try:
            self.wfile.write(head)
            for _ in range(600):
                self.wfile.write(drop)
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    def plain(self) -> None:
        self.say(b'{"ok":true}', X_Kind="plain", Set_Cookie="a=b")

    def dripping_body(self) -> None:
        self.drip(b"HTTP/1.1 200 OK\r\ncontent-length: 600\r\n\r\n", b"x")

    def dripping_head(self) -> None:
        self.drip(b"HTTP/1.1 200 OK\r\nx-long: ", b"x")

    def dripping_chunks(self) -> None:
        self.drip(b"HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n")

    def hang(self) -> None:
        time.sleep(30)

    def redirect(self) -> None:
        self.say(b"", 302, Location="http://127.0.0.1:1/inside")

    def too_long(self) -> None:
        self.say(b"x" * 5_000_001)

    def just_fits(self) -> None:
        self.say(b"x" * 5_000_000)

    def bomb(self) -> None:
        self.say(gzip.compress(b"0" * 50_000_000, 1), Content_Encoding="gzip")

    def cut_off(self) -> None:
        self.close_connection = True
        self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")

    def garbage(self) -> None:
        self.close_connection = True
        self.wfile.write(b"\x00\x01\x02 this is no HTTP\r\n\r\n")


@pytest.fixture(name="stub", scope="module")
def _stub() -> Iterator[Stub]:
    server = Stub(("127.0.0.1", 0), Answers)
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(name="client")
def _client(stub: Stub) -> Client:
    """The stub plays the operator's gateway: the one private address that may be called."""
    return Client(stub.url)


def timed(call: Callable[[], object]) -> tuple[float, EncaminoError]:
    began = time.monotonic()
    with pytest.raises(EncaminoError) as raised:
        call()
    return time.monotonic() - began, raised.value


def test_a_call_answers_status_body_and_lower_case_headers(client: Client, stub: Stub) -> None:
    reply = client.send("POST", f"{stub.url}/plain?a=1", {"DHL-API-Key": "k"}, b"question")

    assert (reply.status, reply.body, reply.headers["x-kind"]) == (200, b'{"ok":true}', "plain")
    method, path, headers, body = stub.seen[-1]
    assert (method, path, headers["DHL-API-Key"], body) == ("POST", "/plain?a=1", "k", b"question")


def test_connections_are_kept_and_cookies_are_not(client: Client, stub: Stub) -> None:
    with connects() as made:
        for _ in range(3):
            client.send("GET", f"{stub.url}/plain")

    assert made.count(("127.0.0.1", stub.server_port)) == 1
    assert "Cookie" not in stub.seen[-1][2]


@pytest.mark.parametrize("how", ["dripping_body", "dripping_head", "dripping_chunks", "hang"])
@pytest.mark.parametrize("kept", [False, True], ids=["new connection", "kept connection"])
def test_a_slow_server_is_left_at_the_deadline(client: Client, stub: Stub, how: str, kept: bool) -> None:
    if kept:
        client.send("GET", f"{stub.url}/plain")

    took, error = timed(lambda: client.send("GET", f"{stub.url}/{how}", deadline=SECOND))

    assert isinstance(error, Unavailable)
    assert 1 <= took <= 1.2


def test_a_call_that_was_left_holds_no_thread(stub: Stub) -> None:
    client = Client(stub.url)
    before = {thread.ident for thread in threading.enumerate()}
    timed(lambda: client.send("GET", f"{stub.url}/dripping_body", deadline=SECOND / 5))

    ours = [t for t in threading.enumerate() if t.ident not in before and "_run" in t.name]
    for thread in ours:
        thread.join(1)
    assert not any(thread.is_alive() for thread in ours)


def test_a_slow_resolver_is_left_at_the_deadline() -> None:
    def never(_host: str, _port: int) -> list[Found]:
        time.sleep(5)
        return []

    took, error = timed(lambda: Client(resolve=never).send("GET", "http://shop.example/", deadline=SECOND / 2))

    assert isinstance(error, Unavailable)
    assert took <= 0.6


def test_a_server_that_stalls_in_the_tls_handshake_is_left_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        took, error = timed(lambda: Client(url).send("GET", url, deadline=SECOND / 2))

    assert isinstance(error, Unavailable)
    assert took <= 0.6


def test_five_megabytes_are_read_and_not_a_byte_more(client: Client, stub: Stub) -> None:
    assert len(client.send("GET", f"{stub.url}/just_fits").body) == 5_000_000
    with pytest.raises(Unreadable, match="5000000"):
        client.send("GET", f"{stub.url}/too_long")


def test_a_compressed_flood_is_stopped_while_it_unpacks(client: Client, stub: Stub) -> None:
    with pytest.raises(Unreadable):
        client.send("GET", f"{stub.url}/bomb")


def test_a_redirect_is_handed_back_not_followed(client: Client, stub: Stub) -> None:
    with connects() as made:
        reply = client.send("GET", f"{stub.url}/redirect")

    assert (reply.status, reply.headers["location"]) == (302, "http://127.0.0.1:1/inside")
    assert {address[1] for address in made} <= {stub.server_port}


@pytest.mark.parametrize("how", ["cut_off", "garbage"])
def test_a_broken_answer_is_unavailable_and_names_the_host_only(client: Client, stub: Stub, how: str) -> None:
    with pytest.raises(Unavailable) as raised:
        client.send("GET", f"{stub.url}/{how}?trackingNumber=7712043651")

    assert raised.value.where == "127.0.0.1"
    assert "7712043651" not in str(raised.value)


def test_nobody_listening_is_unavailable_at_once() -> None:
    took, error = timed(lambda: Client("http://127.0.0.1:1").send("GET", "http://127.0.0.1:1/"))

    assert isinstance(error, Unavailable)
    assert took < 1


def test_nothing_is_tried_twice(client: Client, stub: Stub) -> None:
    stub.seen.clear()
    timed(lambda: client.send("GET", f"{stub.url}/cut_off"))

    assert len(stub.seen) == 1


# No private address


def answering(*addresses: str) -> Callable[[str, int], list[Found]]:
    """A resolver that gives these addresses to every name that is not an address itself."""

    def resolve(host: str, port: int) -> list[Found]:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return [
                (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
                for a in addresses
            ]
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    return resolve


#: Spellings of private addresses, and tricks that make a parser see another host than the one that is called.
URLS = (Path(__file__).parent / "private_urls.txt").read_text(encoding="utf-8").split()
#: Names that resolve inside, as nip.io and a rebinding server make them; the answer is what their resolver says.
BY_NAME = {
    "http://127.0.0.1.nip.io/": ("127.0.0.1",),
    "http://app-169-254-169-254.nip.io/": ("169.254.169.254",),
    "http://localtest.me/": ("127.0.0.1", "::1"),
    "http://half-inside.example/": (PUBLIC, "10.0.0.7"),
    "http://inside-six.example/": ("fd00:ec2::254",),
    "https://mapped.example/": ("::ffff:10.0.0.1",),
}


def test_sixty_private_addresses_are_refused_without_one_connect() -> None:
    assert len(URLS) + len(BY_NAME) >= 60
    with connects() as made:
        for url in URLS:
            with pytest.raises((Refused, Unavailable)):
                Client().send("GET", url, deadline=SECOND * 5)
        for url, addresses in BY_NAME.items():
            with pytest.raises(Refused):
                Client(resolve=answering(*addresses)).send("GET", url, deadline=SECOND)

    assert made == []


def test_a_name_that_changes_its_mind_is_asked_once_and_the_checked_address_is_called() -> None:
    answers = [PUBLIC, "127.0.0.1"]
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[Found]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers[len(asked) - 1], port))]

    with connects() as made:
        timed(lambda: Client(resolve=rebinding).send("GET", "http://rebind.example/", deadline=SECOND / 5))

    assert asked == ["rebind.example"]
    assert made == [(PUBLIC, 80)]


def test_only_the_gateways_own_port_is_open(stub: Stub) -> None:
    client = Client(stub.url)

    assert client.send("GET", f"{stub.url}/plain").status == 200
    with pytest.raises(Refused):
        client.send("GET", f"http://127.0.0.1:{stub.server_port + 1}/")
    with pytest.raises(Refused):
        Client().send("GET", f"{stub.url}/plain")


def test_a_proxy_of_the_environment_is_not_used(stub: Stub, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert client.send("GET", f"{stub.url}/plain").status == 200


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_the_name_in_tls_is_the_hosts_and_the_certificate_is_checked() -> None:
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _sock, name, _context: names.append(name)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def greet() -> None:
            try:
                context.wrap_socket(server.accept()[0], server_side=True)
            except (OSError, ssl.SSLError):
                return

        threading.Thread(target=greet, daemon=True).start()
        url = f"https://carrier.example:{port}/"
        with pytest.raises(Unavailable, match="SSLError"):
            Client(url, resolve=answering("127.0.0.1")).send("GET", url, deadline=SECOND * 2)

    assert names == ["carrier.example"]


# Behind the gateway


@pytest.mark.parametrize(
    ("url", "rewritten"),
    [
        ("https://api-eu.dhl.com/track/shipments?trackingNumber=1&language=es",
         "http://127.0.0.1:4600/dhl/api-eu.dhl.com/track/shipments?trackingNumber=1&language=es"),
        ("https://api.example:8443/a%20b/", "http://127.0.0.1:4600/dhl/api.example:8443/a%20b/"),
        ("https://api.example", "http://127.0.0.1:4600/dhl/api.example/"),
        ("https://user:pass@api.example/x", "http://127.0.0.1:4600/dhl/api.example/x"),
    ],
)  # fmt: skip
def test_a_gateway_is_told_whom_it_stands_for(url: str, rewritten: str) -> None:
    assert rewrite("http://127.0.0.1:4600/", "dhl", url) == rewritten
    assert rewrite("", "dhl", url) == url
