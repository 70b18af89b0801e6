"""A merchant, a buyer, and other sides that really answer: an SMTP server and an HTTP server on this machine."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests import cast
from tests.outbox import letters


@pytest.fixture
def acme(transactional_db: None) -> Iterator[cast.Merchant]:
    letters.answers.clear()
    yield cast.acme()
    letters.answers.clear()


@pytest.fixture
def lin(acme: cast.Merchant) -> int:
    return letters.buyer(acme, "LIN", email="lin@buyer.example", phone="+447700900123")


class Mailbox:
    """What an SMTP server took; `answer` decides each delivery."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answer: Callable[[Envelope], str] = lambda envelope: "250 OK"
        self.refuse: dict[str, str] = {}
        self.lock = threading.Lock()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        said = self.answer(envelope)
        if said.startswith("250"):
            with self.lock:
                self.taken.append(envelope)
        return said


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A real SMTP server; Django's SMTP backend talks to it."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=0)
    controller.port = _free_port()
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield box
    controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Call:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answered = tuple[int, dict[str, str], bytes] | None


@dataclass
class Receiver:
    """What an HTTP server was sent; `answer` gives (status, headers, body), or does worse things to the connection."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    answer: Callable[[BaseHTTPRequestHandler, Call], tuple[int, dict[str, str], bytes] | None] = lambda _handler, _call: (
        200,
        {},
        b"",
    )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OUTBOX_ALLOW_LOOPBACK = True
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            call = Call(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            found.calls.append(call)
            answer = found.answer(self, call)
            if answer is None:
                return
            status, headers, content = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Tests read `calls`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
