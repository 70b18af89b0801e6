"""The supervisor behind ``manage.py up``."""

import fcntl
import http.client
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from marketplace.embedded import servers
from marketplace.embedded.layout import Layout
from marketplace.embedded.processes import stop_all, with_environment
from marketplace.supervisor.children import MARK, Child
from marketplace.supervisor.listener import HOST, listen

READY_SECONDS = 90.0
GRACE_SECONDS = 6.5  # of the ten a stop may take; the rest is for the embedded servers
SERVER_CHECK_SECONDS = 5.0
TICK = 0.1
LOCK_TRIES = 75  # of 0.2 s
#: How far the workers stand back: a page somebody waits for goes before a letter.
BEHIND = 5


def web_workers() -> int:
    """Two for each processor: one computes while another waits for the database."""
    return min(16, 2 * (os.cpu_count() or 1))


class CannotStart(RuntimeError):
    """The site did not come up; the message says why."""


class Supervisor:
    """Starts everything, keeps it running and stops it. One per state directory."""

    def __init__(self, layout: Layout, base_dir: Path, *, database: bool, broker: bool, say: Callable[[str], None]) -> None:
        """``database`` and ``broker`` say which embedded servers are ours to run."""
        self.layout, self.base_dir, self.say = layout, base_dir, say
        self.wanted = {"postgres": database, "valkey": broker}
        self.stopping = threading.Event()
        self.children: list[Child] = []
        #: Where the site answers; links in messages lead there unless PUBLIC_URL says otherwise.
        self.address = ""

    def run(self, *, port: int, demo: bool, announce: Callable[[str], None]) -> None:
        """Serve until SIGINT, SIGTERM or SIGHUP. ``announce`` gets the site's URL once it is ready.

        Raises ``CannotStart``; whatever had been started by then is stopped.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        with self._alone():
            try:
                self._serve(port, demo, announce)
            except servers.ServerError as error:
                if not self.stopping.is_set():
                    raise CannotStart(str(error)) from error
            finally:
                self._go_down()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the state directory, and stop what a killed supervisor left in it."""
        self.layout.log_dir.mkdir(parents=True, exist_ok=True)
        self.layout.beat_schedule.parent.mkdir(parents=True, exist_ok=True)
        with (self.layout.state_dir / "up.lock").open("a") as lock:
            self._take(lock)
            leftovers = with_environment(MARK, str(self.layout.state_dir))
            if leftovers:
                self.say(f"Stopping {len(leftovers)} processes a killed start had left.")
                stop_all(leftovers, grace=5)
            yield

    def _take(self, lock: IO[str]) -> None:
        """Take the lock, waiting for a supervisor that is about to end (its parent may just have been killed)."""
        for patience in range(LOCK_TRIES, 0, -1):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._note("starting")
                return
            except BlockingIOError as error:
                state = self.layout.state_dir / "up.state"
                doing = state.read_text() if state.exists() else "starting"
                if (doing != "stopping" and patience < LOCK_TRIES - 5) or patience == 1:
                    raise CannotStart(f"already {doing}, with the state in {self.layout.state_dir}") from error
            time.sleep(0.2)

    def _note(self, doing: str) -> None:
        """Say, for whoever tries to start too, what this supervisor is doing."""
        (self.layout.state_dir / "up.state").write_text(doing)

    def _serve(self, port: int, demo: bool, announce: Callable[[str], None]) -> None:
        if any(self.wanted.values()):
            self.say("Starting the embedded servers ...")
            self._start_servers()
        self._step("migrate", "--verbosity", "0", "--no-input")
        listener, found = listen(port)  # before the demo, whose messages name the address
        if found != port:
            self.say(f"Port {port} is busy, using {found} instead.")
        self.address = f"http://{HOST}:{found}"
        with listener:
            if demo:
                self._step("seed_demo")
            if self.stopping.is_set():
                return
            self.children = self._programs(listener.fileno())
            for child in self.children:
                child.start()
            self._wait_until_ready(found)
            if not self.stopping.is_set():
                self._note(f"running at {self.address}")
                announce(self.address)
                self._watch()

    def _environment(self, process: str) -> dict[str, str]:
        ours = {"STATE_DIR": str(self.layout.state_dir), MARK: str(self.layout.state_dir), "SHANGBAN_PROCESS": process}
        links = {"PUBLIC_URL": self.address} if self.address else {}
        return {**links, **os.environ, **ours, "PYTHONUNBUFFERED": "1"}

    def _programs(self, listener: int) -> list[Child]:
        """Return web, worker, the worker for messages and beat, not started yet."""
        python = [sys.executable, "-m"]
        celery = [*python, "celery", "-A", "marketplace"]
        web = [*python, "gunicorn", "marketplace.wsgi:application", "--bind", f"fd://{listener}"]
        # Processes rather than threads: a page is mostly Python, and its threads would wait for each other after every statement.
        web += ["--preload", "--workers", str(web_workers()), "--threads", "2", "--no-control-socket", "--graceful-timeout", "5"]
        web += ["--timeout", "60", "--access-logfile", "-", "--logger-class", "marketplace.weblog.Logger"]
        common = ["worker", "--without-gossip", "--without-mingle", "--concurrency", "2"]
        worker = [*celery, *common, "-l", "INFO", "-Q", "shangban"]
        # It is nudged every two seconds: at INFO its log would say little else.
        deliveries = [*celery, *common, "-l", "WARNING", "-Q", "deliveries", "-n", "deliveries@%h"]
        beat = [*celery, "beat", "--schedule", str(self.layout.beat_schedule), "--pidfile", "", "-l", "INFO"]
        return [
            self._child("web", web, keep=[listener]),
            self._child("worker", worker, niceness=BEHIND),
            self._child("deliveries", deliveries, niceness=BEHIND),
            self._child("beat", beat),
        ]

    def _child(self, name: str, command: list[str], **options: Any) -> Child:
        log = self.layout.log_dir / f"{name}.log"
        return Child(name, command, environment=self._environment(name), cwd=self.base_dir, log=log, **options)

    def _step(self, *arguments: str) -> None:
        """Run one management command to its end, unless we are asked to stop meanwhile."""
        if self.stopping.is_set():
            return
        command = [sys.executable, str(self.base_dir / "manage.py"), *arguments]
        step = Child(arguments[0], command, environment=self._environment("command"), cwd=self.base_dir)
        step.start()
        try:
            while not step.ended() and not self.stopping.wait(TICK):
                continue
        finally:
            step.finish()
        if not self.stopping.is_set() and step.process and step.process.returncode:
            raise CannotStart(f"`manage.py {arguments[0]}` failed")

    def _wait_until_ready(self, port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        answer: dict[str, Any] = {}
        while not self.stopping.wait(TICK * 2):
            self._tend()
            answer = probe(port)
            if answer.get("ok"):
                return
            if time.monotonic() > deadline:
                broken = [name for name, check in answer.get("checks", {}).items() if not check["ok"]] or ["web"]
                late = f"not ready after {READY_SECONDS:g} s: {', '.join(broken)}"
                raise CannotStart(f"{late}; see {self.layout.log_dir}")

    def _watch(self) -> None:
        """Keep everything running until we are asked to stop."""
        next_check = time.monotonic() + SERVER_CHECK_SECONDS
        while not self.stopping.wait(TICK):
            self._tend()
            if time.monotonic() > next_check:
                answering = servers.answering(self.layout)
                if any(wanted and not answering[name] for name, wanted in self.wanted.items()):
                    self.say("An embedded server is down; starting it again.")
                    self._start_servers()
                next_check = time.monotonic() + SERVER_CHECK_SECONDS

    def _start_servers(self) -> None:
        servers.start(self.layout, database=self.wanted["postgres"], broker=self.wanted["valkey"])

    def _tend(self) -> None:
        for child in self.children:
            happened = child.tend()
            if happened:
                self.say(f"{happened}; see {child.log}")

    def _go_down(self) -> None:
        """Stop the children together, then the servers they use."""
        self._note("stopping")
        self.say("Stopping ...")
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and not all(child.ended() for child in self.children):
            time.sleep(TICK / 2)
        for child in self.children:
            child.finish()
        if any(self.wanted.values()):
            servers.stop(self.layout)
        self.say("Stopped.")


def probe(port: int) -> dict[str, Any]:
    """Return the body of ``/readyz``, empty when web does not answer yet."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return dict(json.loads(connection.getresponse().read()))
    except (OSError, http.client.HTTPException, json.JSONDecodeError):
        return {}
    finally:
        connection.close()
