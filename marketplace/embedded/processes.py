"""Finding our own processes, and stopping them, by facts that cannot belong to anybody else."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

import psutil


def alive(process: psutil.Process) -> bool:
    """Whether the process really runs: a zombie answers to its pid but serves nobody."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def working_in(directory: Path, name: str) -> list[psutil.Process]:
    """Return live processes called ``name`` whose working directory is ``directory``."""
    wanted = os.path.realpath(directory)
    found = []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == name and process.cwd() == wanted and alive(process):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # gone meanwhile, or not ours to look at
    return found


def with_environment(variable: str, value: str) -> list[psutil.Process]:
    """Return live processes, other than this one, started with ``variable=value`` in their environment."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(variable) == value and alive(process):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # gone meanwhile, or not ours to look at
    return found


def stop_all(processes: Iterable[psutil.Process], *, grace: float) -> None:
    """Ask politely, wait up to ``grace`` seconds, then kill what is left."""
    waiting = list(processes)
    for process in waiting:
        _signal(process, "terminate")
    for process in wait_gone(waiting, seconds=grace):
        _signal(process, "kill")
    wait_gone(waiting, seconds=5)


def wait_gone(processes: Iterable[psutil.Process], *, seconds: float) -> list[psutil.Process]:
    """Wait until the processes have ended and return those that have not.

    ``psutil.wait_procs`` also waits for zombies of other parents to be reaped, which in a container can take long.
    """
    deadline = time.monotonic() + seconds
    left = [process for process in processes if alive(process)]
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = [process for process in left if alive(process)]
    return left


def _signal(process: psutil.Process, method: str) -> None:
    try:
        getattr(process, method)()
    except psutil.NoSuchProcess:
        return
