"""Production refuses to start on unsafe settings or an unsafe role."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from marketplace import checks
from tests.runtime.conftest import Installation

SAFE = {
    "PRODUCTION": True,
    "DEBUG": False,
    "EMBEDDED": False,
    "SECRET_KEY": "k3y-" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2,
    "CONTACT_KEYS": ["contact"],
}


@pytest.fixture
def production(settings: Any) -> Any:
    for name, value in SAFE.items():
        setattr(settings, name, value)
    return settings


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SECRET_KEY", "", "SECRET_KEY is missing"),
        ("SECRET_KEY", "short", "SECRET_KEY is a default or shorter"),
        ("SECRET_KEY", "django-insecure-" + "abcdefghij" * 5, "SECRET_KEY is a default or shorter"),
        ("SECRET_KEY", "x" * 80, "SECRET_KEY is a default or shorter"),
        ("DEBUG", True, "DEBUG is on"),
        ("CONTACT_KEYS", [], "CONTACT_KEYS is missing"),
        ("EMBEDDED", True, "DATABASE_URL is missing"),
    ],
)
def test_unsafe_settings_are_refused(production: Any, name: str, value: object, reason: str):
    setattr(production, name, value)
    with pytest.raises(ImproperlyConfigured, match=reason):
        checks.refuse_unsafe()


@pytest.mark.django_db
def test_the_application_role_is_accepted(production: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connections["default"], "close", lambda: None)  # the test's transaction lives in it
    checks.refuse_unsafe()


@pytest.mark.django_db
@pytest.mark.parametrize(("alias", "reason"), [("owner", "owns tables"), ("system", "has BYPASSRLS")])
def test_a_role_that_escapes_row_level_security_is_refused(alias: str, reason: str):
    assert any(reason in found for found in checks.unsafe_role(alias))


def test_nothing_is_refused_in_development(settings: Any):
    settings.PRODUCTION, settings.DEBUG = False, True
    checks.refuse_unsafe()


@pytest.mark.parametrize("process", ["web", "worker"])
def test_a_real_process_refuses(installation: Installation, process: str):
    """As an operator would see it: web and worker end before they serve anything."""
    installation.environment |= {
        "SHANGBAN_ENV": "production",
        "SECRET_KEY": "short",
        "DATABASE_URL": "postgresql://x@nowhere.invalid/x",
    }
    starts = {
        "web": "import marketplace.wsgi",
        "worker": "from marketplace.celery import app; app.worker_main(['worker', '--pool', 'solo'])",
    }
    done = run_python(installation, starts[process])
    assert done.returncode != 0
    assert "Refusing to start in production" in done.stderr


def run_python(installation: Installation, code: str) -> Any:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=installation.environment,
        cwd=Path(project.BASE_DIR),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
