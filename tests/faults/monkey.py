"""The faults: real signals to real processes, drawn from a seed."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence

import psutil
import psycopg2
from django.conf import settings
from django.db import connections

from marketplace.embedded.layout import Layout
from tests.faults.processes import Worker, servers

#: Kind of fault → how often it is drawn.
WEIGHTS = {"child": 54, "pause": 14, "session": 16, "worker": 8, "broker": 4, "database": 4}
VICTIM = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename IN ('shangban_app', 'shangban_system')
ORDER BY md5(pid::text || %s) LIMIT 1
"""


class Monkey:
    """Commits faults and counts those that hit something."""

    def __init__(self, workers: Sequence[Worker], dice: random.Random, *, spare: bool) -> None:
        self.workers, self.dice = workers, dice
        self.weights = {kind: weight for kind, weight in WEIGHTS.items() if not (spare and kind in ("broker", "database"))}
        self.committed: Counter[str] = Counter()
        self.layout: Layout = settings.LAYOUT

    def commit(self) -> str | None:
        """One fault; its kind, or None where there was nothing to hit."""
        kind = self.dice.choices(list(self.weights), list(self.weights.values()))[0]
        acts: dict[str, Callable[[], bool]] = {
            "child": self._kill_child,
            "pause": self._pause,
            "session": self._end_session,
            "worker": self._kill_worker,
            "broker": lambda: self._kill_server(self.layout.valkey_pid),
            "database": lambda: self._kill_server(self.layout.pg_pid),
        }
        if not acts[kind]():
            return None
        self.committed[kind] += 1
        return kind

    def _child(self) -> psutil.Process | None:
        found = [child for worker in self.workers for child in worker.children()]
        return self.dice.choice(found) if found else None

    def _kill_child(self) -> bool:
        child = self._child()
        if child is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
            return True
        return False

    def _pause(self) -> bool:
        """Looks dead for a moment and then goes on, with what it held."""
        child = self._child()
        if child is None:
            return False
        with contextlib.suppress(psutil.NoSuchProcess):
            child.suspend()
            time.sleep(self.dice.uniform(0.1, 0.8))
            child.resume()
            return True
        return False

    def _end_session(self) -> bool:
        with contextlib.suppress(psycopg2.Error):
            parameters = connections["owner"].get_connection_params()
            with psycopg2.connect(**parameters) as session, session.cursor() as cursor:
                cursor.execute(VICTIM, [str(self.dice.random())])
                return cursor.rowcount > 0
        return False

    def _kill_worker(self) -> bool:
        worker = self.dice.choice(self.workers)
        if worker.process is None or worker.process.poll() is not None:
            return False
        worker.kill()
        return True

    def _kill_server(self, pid_file: object) -> bool:
        """Database or broker: killed, and started again after a moment, as a supervisor would."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(str(open(str(pid_file)).read()).split()[0])  # noqa: SIM115
            os.kill(pid, signal.SIGKILL)
            time.sleep(self.dice.uniform(0.1, 1.0))
            servers("start")
            return True
        return False
