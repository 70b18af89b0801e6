"""The closed, honest test world: own database per worker, the application's role, no network, no silent skips."""

import os
from collections.abc import Iterator

import psycopg2
import pytest
from django.db import OperationalError
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests import database

os.environ.setdefault(database.RUN, str(os.getpid()))
# A busy machine is no fault of the code's. Where CI is set, hypothesis has a profile of its own: the same examples each time.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if "CI" not in os.environ:
    settings.load_profile("shared machine")


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """Create the database as the owner, then prove that tests run as the application role."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with django_db_blocker.unblock():
        try:
            name = database.set_up(worker)
        except (OperationalError, psycopg2.OperationalError) as error:
            pytest.exit(f"PostgreSQL is not reachable: {error}\nrun `make test`, or `manage.py embedded start`", 3)
        database.require_application_role()
    TransactionTestCase._fixture_teardown = database.flush
    yield
    with django_db_blocker.unblock():
        database.tear_down(name)


@pytest.fixture(autouse=True)
def _one_language() -> Iterator[None]:
    """Every test starts in the project's own language: a request of an earlier test leaves its reader's in the thread."""
    translation.deactivate()
    yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every database test all three roles, unless it names its own."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        fixtures = set(getattr(item, "fixturenames", ()))
        if marker is not None and "databases" not in marker.kwargs:
            kwargs = {**marker.kwargs, "databases": "__all__"}
            item.add_marker(pytest.mark.django_db(*marker.args, **kwargs), append=False)
        elif marker is None and fixtures & {"db", "transactional_db"}:
            transaction = "transactional_db" in fixtures
            item.add_marker(pytest.mark.django_db(transaction=transaction, databases="__all__"), append=False)


def _skipped(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if reporter else 0


def _is_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true"}


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """On CI a skipped test is a failure: something it needs is missing there."""
    if _is_ci() and _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests were skipped, also when none was."""
    count = _skipped(terminalreporter.config)
    verdict = " (not allowed with CI=true)" if count and _is_ci() else ""
    terminalreporter.write_line(f"skipped: {count}{verdict}")
