"""``manage.py up``: everything starts, stops, and leaves nothing."""

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from marketplace.supervisor.children import Child
from marketplace.supervisor.listener import listen
from marketplace.supervisor.supervisor import probe
from tests.runtime.conftest import Installation


def eventually(condition: Callable[[], object], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    with socket.socket() as probe_socket:
        probe_socket.bind(("127.0.0.1", 0))
        return probe_socket.getsockname()[1]


class Site:
    """A running ``up``."""

    def __init__(self, installation: Installation, port: int) -> None:
        self.installation = installation
        self.errors = installation.layout.state_dir / "errors.txt"
        with self.errors.open("w") as errors:
            self.process = installation.popen("up", "--port", str(port), stdout=subprocess.PIPE, stderr=errors)
        self.banner = ""
        assert self.process.stdout
        while "Ctrl-C" not in self.banner:
            line = self.process.stdout.readline()
            assert line, self.errors.read_text()
            self.banner += line

    @property
    def port(self) -> int:
        return int(re.findall(r"http://127\.0\.0\.1:(\d+)", self.banner)[0])

    def stop(self, number: int) -> float:
        begun = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=30)
        self.process.stdout.close()
        return time.monotonic() - begun


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_and_leaves_no_process(installation: Installation, number: int):
    port = free_port()
    site = Site(installation, port)
    assert re.findall(r"http\S+", site.banner) == [f"http://127.0.0.1:{port}"], "exactly one URL"
    assert probe(port)["ok"] is True
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5) as answer:
        assert answer.status == 200
    assert site.stop(number) < 10
    assert site.process.returncode == 0
    assert installation.processes() == []


def test_up_again_after_the_supervisor_was_killed(installation: Installation):
    killed = Site(installation, free_port())
    killed.stop(signal.SIGKILL)
    site = Site(installation, free_port())
    assert probe(site.port)["ok"] is True
    site.stop(signal.SIGTERM)
    assert installation.processes() == []


def test_killing_make_stops_the_site_and_the_next_start_waits_for_it(installation: Installation):
    """``make demo`` killed with -9 cannot forward anything; the supervisor notices by itself."""
    starter = [sys.executable, "-c", "import subprocess, sys; subprocess.run(sys.argv[1:])"]
    command = [*starter, *installation.command("up", "--with-parent", "--port", str(free_port()))]
    parent = subprocess.Popen(command, env=installation.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while "http" not in parent.stdout.readline():
        assert parent.poll() is None
    parent.kill()
    parent.wait()
    parent.stdout.close()
    site = Site(installation, free_port())
    assert probe(site.port)["ok"] is True
    site.stop(signal.SIGTERM)
    assert installation.processes() == []


def test_a_busy_port_a_killed_child_and_a_second_start(installation: Installation):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        taken = busy.getsockname()[1]
        site = Site(installation, taken)
    assert site.port != taken
    assert f"Port {taken} is busy, using {site.port} instead" in site.errors.read_text()

    second = installation.run("up", "--port", "0")
    assert second.returncode == 1
    assert f"already running at http://127.0.0.1:{site.port}" in second.stderr

    web = next(p for p in psutil.Process(site.process.pid).children() if "gunicorn" in " ".join(p.cmdline()))
    web.kill()
    assert eventually(lambda: "web started again" in site.errors.read_text())
    assert eventually(lambda: probe(site.port).get("ok"))
    site.stop(signal.SIGTERM)


def test_a_crashing_child_is_started_again_after_longer_and_longer_pauses(tmp_path: Path):
    child = Child("crasher", ["false"], environment={}, cwd=tmp_path, log=tmp_path / "log")
    pauses = []
    for _ in range(4):
        child.start()
        child.process.wait()
        before = time.monotonic()
        assert "ended with 1" in child.tend()
        pauses.append(round(child.restart_at - before, 1))
        child.restart_at = 0.0
    assert pauses == [0.5, 1.0, 2.0, 4.0]


def test_two_listeners_never_share_a_port():
    first, port = listen(free_port())
    second, other = listen(port)
    with first, second:
        assert other != port
