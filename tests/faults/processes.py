"""Workers, servers and a mail server that are really there, so that they can really be killed."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


class Worker:
    """A Celery worker with two children; started again when it is dead."""

    def __init__(self, name: str, environment: dict[str, str], log: Path) -> None:
        self.name, self.environment, self.log = name, environment, log
        self.process: subprocess.Popen[bytes] | None = None

    def tend(self) -> None:
        """Start it, if it does not live."""
        if self.process is not None and self.process.poll() is None:
            return
        command = [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "marketplace",
            "worker",
            "-n",
            f"{self.name}@%h",
            "-c",
            "2",
            "-l",
            "WARNING",
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--without-gossip", "--without-mingle"],
                env={**os.environ, **self.environment},
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def children(self) -> list[psutil.Process]:
        """The processes that do the work."""
        if self.process is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children()
        return []

    def kill(self) -> None:
        """The worker and its children, at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=20)


class Mailbox:
    """An SMTP server that takes letters by their Message-ID, and says "later" now and then."""

    def __init__(self, dice: random.Random) -> None:
        self.taken: Counter[str] = Counter()
        self.dice = dice
        self.lock = threading.Lock()
        self.controller = Controller(self, hostname="127.0.0.1", port=0)
        self.controller.port = _free_port()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        await asyncio.sleep(0.002)
        if self.dice.random() < 0.03:
            return "451 come again later"
        with self.lock:
            self.taken[_message_id(envelope)] += 1
        return "250 OK"

    @property
    def port(self) -> int:
        return int(self.controller.port)


def _message_id(envelope: Envelope) -> str:
    content: Any = envelope.content
    lines = content.decode("utf-8", "replace").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.lower().startswith("message-id:")), "")


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def servers(action: str) -> None:
    """Start or stop the embedded database and broker; starting twice starts what is dead."""
    command = [sys.executable, str(ROOT / "manage.py"), "embedded", action]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=120)
