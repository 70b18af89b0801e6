from collections.abc import Iterator

import pytest

from aftersales.measurement import metrics
from tests.measurement import study


@pytest.fixture
def test_program(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A measured program that exists only in tests, beside the real ones."""
    monkeypatch.setattr(metrics, "_registry", {name: dict(known) for name, known in metrics._registry.items()})
    metrics.register(*study.metrics())
    yield study.PROGRAM
