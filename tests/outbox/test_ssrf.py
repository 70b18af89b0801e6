"""Sixty ways to make a server call what only it can reach: none opens a connection."""

import ipaddress
import socket
from typing import Any

import pytest

from marketplace.outbox.channels import guarded_http
from marketplace.outbox.channels.guarded_http import Refused, Unreachable, is_public, post

INSIDE = [
    # Loopback, as people and as inet_aton write it.
    "https://127.0.0.1/", "https://127.1/", "https://127.0.1/", "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/",
    "https://0177.0.0.1/", "https://017700000001/", "https://127.0.0.1:8443/", "https://localhost/", "https://127.255.255.254/",
    # Private, shared, link-local (cloud metadata), benchmarking, documentation, reserved, broadcast.
    "https://10.0.0.1/", "https://10.255.255.255/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.0.1/",
    "https://100.64.0.1/", "https://169.254.169.254/latest/meta-data/", "https://2852039166/", "https://0xa9fea9fe/",
    "https://169.254.0.1/", "https://198.18.0.1/", "https://192.0.2.1/", "https://198.51.100.1/", "https://203.0.113.1/",
    "https://0.0.0.0/", "https://0/", "https://240.0.0.1/", "https://255.255.255.255/", "https://224.0.0.1/", "https://192.0.0.1/",
    # IPv6: loopback, unspecified, unique local, link-local, multicast, documentation, and IPv4 in wrapping.
    "https://[::1]/", "https://[::]/", "https://[fc00::1]/", "https://[fd12:3456::1]/", "https://[fe80::1]/", "https://[ff02::1]/",
    "https://[2001:db8::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::ffff:10.0.0.1]/",
    "https://[::ffff:169.254.169.254]/", "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/", "https://[2002:a9fe:a9fe::1]/", "https://[fec0::1]/", "https://[2001:0:7f00:1::]/",
]  # fmt: skip
FORMS = [
    "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/_x", "//example.com/", "example.com",
    "https:///path", "https://user@example.com/", "https://user:pass@127.0.0.1/", "https://example.com:22/", "https://example.com:0/",
    "https://example.com:99999/", "https://exa mple.com/", "https://example.com/\r\nHost: inside", "https://example.com\\@127.0.0.1/",
    "https://①②⑦.⓪.⓪.①/", "https://例え.jp/", "https://" + "a" * 500 + ".com/",
]  # fmt: skip


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection that is tried; none is made."""
    tried: list[Any] = []

    def refuse(address: Any, **_: Any) -> socket.socket:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


def test_there_are_sixty() -> None:
    assert len(set(INSIDE + FORMS)) >= 60


@pytest.mark.parametrize("url", INSIDE + FORMS)
def test_nothing_inside_is_called(url: str, connections: list[Any]) -> None:
    with pytest.raises((Refused, Unreachable)):
        post(url, b"{}", {})
    assert connections == []


@pytest.mark.parametrize(
    "url", ["https://93.184.216.34/", "https://[2606:2800:220:1:248:1893:25c8:1946]/", "https://8.8.8.8:8443/x?y=1"]
)
def test_the_public_internet_is(url: str, connections: list[Any]) -> None:
    with pytest.raises(Unreachable):
        post(url, b"{}", {})
    assert len(connections) == 1


def answer(*addresses: str) -> Any:
    return lambda host, port, **_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


def test_a_name_with_one_inside_address_is_refused(connections: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answer("93.184.216.34", "10.0.0.5"))
    with pytest.raises(Refused):
        post("https://both.example/", b"{}", {})
    assert connections == []


def test_a_name_that_answers_differently_the_second_time_gains_nothing(
    connections: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the connection goes to the address that was checked, and the name is asked for once."""
    asked: list[str] = []

    def rebind(host: str, port: int, **more: Any) -> Any:
        asked.append(host)
        return answer("93.184.216.34" if len(asked) == 1 else "127.0.0.1")(host, port)

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    with pytest.raises(Unreachable):
        post("https://rebind.example/", b"{}", {})
    assert connections == [("93.184.216.34", 443)]
    assert asked == ["rebind.example"]


def test_without_the_check_loopback_would_be_called(connections: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(guarded_http, "is_public", lambda _address: True)
    with pytest.raises(Unreachable):
        post("https://127.0.0.1/", b"{}", {})
    assert connections == [("127.0.0.1", 443)]


def test_loopback_is_for_tests_only(settings: Any) -> None:
    assert settings.OUTBOX_ALLOW_LOOPBACK is False


@pytest.mark.parametrize(
    "block", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10"]
)
def test_both_ends_of_every_private_block_are_inside(block: str) -> None:
    network = ipaddress.ip_network(block)
    assert not is_public(str(network[0])) and not is_public(str(network[-1]))
