"""One supervised child process: how it starts, comes back after a crash and goes."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

MARK = "SHANGBAN_SUPERVISED"  # in the environment of every child: its value is the state directory
HEALTHY_SECONDS = 30.0  # a child that ran this long starts counting its crashes anew
LONGEST_PAUSE = 30.0
PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Have the kernel send this process SIGTERM when its parent ends, however it ends (Linux)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def die_with(parent: int, niceness: int = 0) -> Callable[[], None] | None:
    """Return what a new child runs before its program, so that a killed supervisor leaves no children (Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask_the_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        os.nice(niceness)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask_the_kernel


class Child:
    """A program in a session of its own, so that only the supervisor sees the terminal's Ctrl-C."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: dict[str, str],
        cwd: Path,
        log: Path | None = None,
        keep: Sequence[int] = (),
        niceness: int = 0,
    ) -> None:
        """``log`` takes both outputs (none: they go to ours); ``keep`` are file descriptors the child inherits; ``niceness`` is
        how far it stands back where processors are scarce."""
        self.name, self.command, self.environment = name, command, environment
        self.cwd, self.log, self.keep, self.niceness = cwd, log, keep, niceness
        self.process: subprocess.Popen[bytes] | None = None
        self.crashes = 0
        self.started_at = 0.0
        self.restart_at = 0.0

    def start(self) -> None:
        """Start the program."""
        output = self.log.open("ab") if self.log else None
        try:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                pass_fds=self.keep,
                start_new_session=True,
                preexec_fn=die_with(os.getpid(), self.niceness),  # safe: the supervisor has no threads
            )
        finally:
            if output:
                output.close()
        self.started_at = time.monotonic()
        self.restart_at = 0.0

    def tend(self) -> str | None:
        """Notice a crash, or start again when the pause after one is over; return what happened, in words."""
        now = time.monotonic()
        if self.restart_at:
            if now < self.restart_at:
                return None
            self.start()
            return f"{self.name} started again"
        code = self.process.poll() if self.process else None
        if code is None:
            return None
        self._kill_group()
        self.crashes = 1 if now - self.started_at > HEALTHY_SECONDS else self.crashes + 1
        pause = min(LONGEST_PAUSE, 0.5 * 2 ** (self.crashes - 1))
        self.restart_at = now + pause
        return f"{self.name} ended with {code}; starting it again in {pause:g} s"

    def ended(self) -> bool:
        """Whether the program does not run (now)."""
        return self.process is None or self.process.poll() is not None

    def terminate(self) -> None:
        """Ask the program to end."""
        if not self.ended() and self.process:
            self.process.terminate()

    def finish(self) -> None:
        """Kill the program and whatever it started, and collect it."""
        if self.process is None:
            return
        self._kill_group()
        self.process.wait()

    def _kill_group(self) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # nothing is left of it
