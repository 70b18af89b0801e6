"""POST to an address that a merchant typed in, without letting it reach what only we can reach.

The host is resolved once, every address it has must be public, and the connection goes to the address that was checked: a name
that answers differently the second time gains nothing. No redirects, one deadline for everything, and a short answer.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop

SECONDS = 5.0
MAX_ANSWER = 64 * 1024
#: IPv6 ranges that carry an IPv4 address inside: NAT64, 6to4, Teredo; and two that `is_global` lets pass.
WRAPPED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "fec0::/10", "100::/64")))
WEB_PORTS = frozenset({80, 443})


class Refused(Exception):
    """The address may not be called. The message says why, without telling what is behind it."""


class Unreachable(Exception):
    """No complete answer in time."""


@dataclass(frozen=True)
class Reply:
    """What came back; the body is cut off at 64 kB."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def is_public(address: str) -> bool:
    """Whether this is an address of the public Internet, whatever way it is written."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in network for network in WRAPPED) or ip in ipaddress.ip_network("::/96"):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def check_url(url: str) -> SplitResult:
    """The parts of a URL that may be called. Raises Refused. Nothing is resolved yet."""
    if len(url) > 500 or not url.isascii() or any(ch.isspace() or not ch.isprintable() or ch == "\\" for ch in url):
        raise Refused(gettext_noop("the address has characters an address cannot have"))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(gettext_noop("the address cannot be read")) from error
    plain = settings.OUTBOX_ALLOW_LOOPBACK and parts.scheme == "http"
    if parts.scheme != "https" and not plain:
        raise Refused(gettext_noop("the address must start with https://"))
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise Refused(gettext_noop("the address must name a host and nobody else"))
    if port is not None and port not in WEB_PORTS and port < 1024:
        raise Refused(gettext_noop("this port belongs to another service"))
    return parts


def resolve(parts: SplitResult) -> tuple[str, int]:
    """The checked address and port to connect to. Raises Refused when any address of the host is not public, Unreachable."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("the host has no address") from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        if not is_public(address) and not (settings.OUTBOX_ALLOW_LOOPBACK and ipaddress.ip_address(address).is_loopback):
            raise Refused(gettext_noop("the host is not on the public Internet"))
    return addresses[0], port


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """One POST. Raises Refused (never called) or Unreachable (maybe called). Redirects are answers like any other."""
    parts = check_url(url)
    address, port = resolve(parts)
    try:
        with (
            socket.create_connection((address, port), timeout=SECONDS) as plain,
            _ended_in_time(plain),
            _secured(plain, parts) as channel,
        ):
            connection = http.client.HTTPConnection(parts.hostname or "", port)
            connection.sock = channel
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, {**headers, "Host": _host(parts), "Connection": "close"})
            return _answer(connection)
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"{type(error).__name__}: {error}"[:200]) from error


@contextmanager
def _ended_in_time(plain: socket.socket) -> Iterator[None]:
    """Cut the connection at the deadline, whatever is being read: a timeout per read lets a receiver drip for ever."""
    watched = plain.dup()

    def cut() -> None:
        with suppress(OSError):  # it has ended already
            watched.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        watched.close()


@contextmanager
def _secured(plain: socket.socket, parts: SplitResult) -> Iterator[socket.socket]:
    """The connection, under TLS where the address says https; the certificate must be the named host's."""
    if parts.scheme != "https":
        yield plain
        return
    with ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname) as secured:
        yield secured


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{parts.port}" if parts.port else name


def _answer(connection: http.client.HTTPConnection) -> Reply:
    response = connection.getresponse()
    parts, size = [], 0
    while size < MAX_ANSWER and (piece := response.read1(min(16_384, MAX_ANSWER - size))):
        parts.append(piece)
        size += len(piece)
    return Reply(response.status, b"".join(parts), {name.lower(): value for name, value in response.getheaders()})
