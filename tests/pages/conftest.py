"""What the tests of pages share: people who are signed in, a worker that works when told to, and the text of a page."""

from collections.abc import Callable
from typing import Any

import pytest
from celery.app.task import Task
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from marketplace.accounts.models import User
from marketplace.celery import app as celery
from tests.tenancy.conftest import world

__all__ = ["world"]


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "media")
    cache.clear()


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Tasks wait until the test calls `worker()`, which runs them, and those they send, one by one; returns their names."""
    waiting: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(Task, "apply_async", lambda task, args=None, kwargs=None, **_: waiting.append((task.name, kwargs or {})))

    def work() -> list[str]:
        done = []
        while waiting:
            name, values = waiting.pop(0)
            celery.tasks[name].apply(kwargs=values, throw=True)
            done.append(name)
        return done

    return work


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    def enter(user: User, language: str = "en") -> Client:
        client = Client(headers={"accept-language": language})
        # What this browser chose: a person keeps his own language otherwise.
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter
