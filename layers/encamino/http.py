"""The one way out: HTTP calls that end in time, stay small and reach no private address.

- **A total deadline.** `requests` bounds each wait, so a server that sends a byte a second holds its caller for ever.
  A call runs in a thread of its own; at the deadline its connection is shut and the caller goes on. That covers a slow
  resolver, too.
- **No private address** (SSRF). The name is resolved once, every address of it must be public, and the socket goes to
  an address that was checked: neither `@`, decimal or mapped spellings nor a name that changes its mind lead inside.
- **No redirects, no retries, no proxies of the environment, no cookies.** A redirect is handed back as it came:
  following it would carry the caller's key to another host.
"""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, override
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from encamino.domain.errors import Refused, Unavailable, Unreadable

LONGEST_BODY = 5_000_000
_CHUNK = 65_536
_PORTS = {"http": 80, "https": 443}
_UNICAST, _NAT64, _SIX_TO_FOUR = (IPv6Network(net) for net in ("2000::/3", "64:ff9b::/96", "2002::/16"))

type Found = tuple[int, int, int, str, tuple[Any, ...]]
#: Host and port → what `socket.getaddrinfo` answers.
type Resolve = Callable[[str, int], list[Found]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Header names are lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def rewrite(gateway: str, slug: str, url: str) -> str:
    """A carrier call's address behind the operator's gateway: `{gateway}/{slug}/{original host}{path and query}`."""
    if not gateway:
        return url
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{gateway.rstrip('/')}/{slug}/{parts.netloc.rpartition('@')[2]}{parts.path or '/'}{query}"


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet, whatever it is wrapped in."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in _NAT64:
            return is_public(str(IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip in _SIX_TO_FOUR and not is_public(str(IPv4Address(int(ip) >> 80 & 0xFFFFFFFF))):
            return False
        return ip in _UNICAST and ip.is_global
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def _resolve(host: str, port: int) -> list[Found]:
    return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))


class Client:
    """Keeps connections open between calls. `gateway`: the operator's own, the one private place to be reached."""

    def __init__(self, gateway: str = "", *, resolve: Resolve = _resolve, longest_body: int = LONGEST_BODY) -> None:
        self._allowed = _authority(gateway) if gateway else None
        self._resolve = resolve
        self._longest_body = longest_body
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _Adapter(max_retries=0)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        deadline: timedelta = timedelta(seconds=20),
    ) -> Reply:
        """One call. Raises Unavailable (no answer in time), Unreadable (too long), Refused (not to be called)."""
        host, _ = _authority(url)
        seconds = deadline.total_seconds()
        request = requests.Request(method, url, headers=dict(headers or {}), data=body)
        call = _Call(seconds, self._connect)
        future: Future[Reply] = Future()
        threading.Thread(target=self._run, args=(call, request, future), daemon=True).start()
        try:
            return future.result(seconds)
        except TimeoutError as err:
            call.shut()
            raise Unavailable(f"no whole answer within {seconds:g} s", where=host) from err
        except (requests.exceptions.InvalidURL, UnicodeError) as err:
            raise Refused("no address one can call", where=host) from err
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as err:
            # Only the kind of failure: the text of the vendor libraries repeats the URL, which may name a customer.
            raise Unavailable(f"no answer: {type(err).__name__}", where=host) from err

    def _run(self, call: "_Call", request: requests.Request, future: Future[Reply]) -> None:
        _running.call = call
        try:
            future.set_result(self._receive(call, request))
        except BaseException as err:  # noqa: BLE001  (carried over to the caller's thread, hidden from nobody)
            future.set_exception(err)
        finally:
            call.release()

    def _receive(self, call: "_Call", request: requests.Request) -> Reply:
        response = self._session.send(
            self._session.prepare_request(request), timeout=call.seconds, allow_redirects=False, stream=True
        )
        with response:
            received = bytearray()
            while chunk := response.raw.read(_CHUNK, decode_content=True):
                received += chunk
                if len(received) > self._longest_body:
                    raise Unreadable(
                        f"more than {self._longest_body} bytes", where=urlsplit(request.url).hostname or ""
                    )
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, bytes(received), headers)

    def _connect(self, call: "_Call", host: str, port: int) -> socket.socket:
        """A socket to a checked address of the host."""
        found = self._resolve(host, port)
        if (host.lower(), port) != self._allowed and not all(is_public(address[0]) for *_, address in found):
            raise Refused("a private address", where=host, cure="use a public host")
        failure = OSError("no address")
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            sock.settimeout(call.seconds)
            call.hold(sock)
            try:
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as err:
                sock.close()
                failure = err
            else:
                return sock
        raise failure


class _Call:
    """A call that can be cut off from another thread.

    It holds a second descriptor of its connection: TLS takes the socket over, and http.client gives it away when the
    server wants to close, but shutting any descriptor wakes whoever reads.
    """

    def __init__(self, seconds: float, connect: Callable[["_Call", str, int], socket.socket]) -> None:
        self.seconds = seconds
        self.connect = connect
        self._lock = threading.Lock()
        self._held: socket.socket | None = None
        self._over = False

    def hold(self, sock: socket.socket) -> None:
        """This is the connection now."""
        with self._lock:
            if self._over:
                raise TimeoutError
            if self._held is not None:
                self._held.close()
            self._held = socket.socket(fileno=os.dup(sock.fileno()))

    def shut(self) -> None:
        """Wakes the thread of the call, which then ends with an error nobody waits for."""
        with self._lock:
            self._over = True
            if self._held is not None:
                try:
                    self._held.shutdown(socket.SHUT_RDWR)
                except OSError:
                    return  # never connected, or gone already

    def release(self) -> None:
        """The call is over."""
        with self._lock:
            self._over = True
            if self._held is not None:
                self._held.close()
                self._held = None


#: `.call`: the call of this thread.
_running = threading.local()


class _Checked(HTTPConnection):
    """A connection that asks its call for the socket, and lends it."""

    @override
    def _new_conn(self) -> socket.socket:
        call: _Call = _running.call
        return call.connect(call, self._dns_host.strip("[]"), self.port)

    @override
    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            # Kept open by an earlier call, this one's now.
            _running.call.hold(self.sock)
        super().request(*args, **kwargs)


class _CheckedTls(_Checked, HTTPSConnection):
    """The same under TLS; name and certificate are those of the host, not of the address."""


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Checked


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _CheckedTls


class _Adapter(HTTPAdapter):
    """`requests` over these connections."""

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


def _authority(url: str) -> tuple[str, int]:
    """Host and port. Raises Refused for what is no plain web address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError as err:
        raise Refused("no address one can call", where="http") from err
    if not host or port is None or parts.scheme not in _PORTS:
        raise Refused("only http:// and https:// may be called", where=host or "http")
    if "@" in parts.netloc:
        raise Refused("an address with a user name in it", where=host)
    return host.lower(), port
