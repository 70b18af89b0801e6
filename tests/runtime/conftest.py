"""Commands run as people run them: own process, own state directory, nothing configured by URL."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.conf import settings

from marketplace.embedded import servers
from marketplace.embedded.layout import Layout
from marketplace.embedded.processes import with_environment

INHERITED = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SYSTEM_URL", "DATABASE_NAME", "REDIS_URL", "SECRET_KEY")


class Installation:
    """A state directory of its own and the commands run on it."""

    def __init__(self, state_dir: Path) -> None:
        self.layout = Layout(state_dir)
        kept = {name: value for name, value in os.environ.items() if name not in INHERITED}
        self.environment = {**kept, "STATE_DIR": str(state_dir), "EMBEDDED_FSYNC": "off"}
        self.environment["DJANGO_SETTINGS_MODULE"] = "marketplace.settings"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]

    def run(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments),
            env={**self.environment, **environment},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def popen(self, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        return subprocess.Popen(self.command(*arguments), env=self.environment, cwd=settings.BASE_DIR, text=True, **options)

    def embedded(self, action: str) -> dict[str, Any]:
        done = self.run("embedded", action, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def processes(self) -> list[psutil.Process]:
        """Everything that runs for this installation, children and servers alike."""
        return with_environment("STATE_DIR", str(self.layout.state_dir))


@pytest.fixture
def installation() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="shangban-test-") as directory:
        made = Installation(Path(directory).resolve())
        yield made
        servers.stop(made.layout)
