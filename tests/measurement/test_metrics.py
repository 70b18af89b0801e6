"""The registry of outcomes: what a program may register."""

from collections.abc import Iterator

import pytest

from aftersales.measurement import metrics
from aftersales.measurement.metrics import Kind, Metric, MetricKnown, Role


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(metrics, "_registry", {})
    yield


def metric(name: str, role: Role, program: str = "lamp") -> Metric:
    return Metric(program, name, Kind.RATE, "SELECT 1, now(), 1", role)


def test_metrics_are_found_by_program_and_role_in_their_order() -> None:
    metrics.register(metric("b", Role.FUNNEL), metric("a", Role.FUNNEL), metric("lit", Role.SUCCESS))
    assert [found.name for found in metrics.metrics_in("lamp", Role.FUNNEL)] == ["b", "a"]
    assert metrics.metric_in("lamp", Role.SUCCESS) == metric("lit", Role.SUCCESS)
    assert metrics.metric_in("lamp", Role.COST) is None
    assert metrics.measured_programs() == ["lamp"]
    assert metrics.metrics_of("tent") == []


def test_a_name_and_a_role_that_exists_once_are_taken_once() -> None:
    metrics.register(metric("lit", Role.SUCCESS))
    with pytest.raises(MetricKnown, match="'lit' already"):
        metrics.register(metric("lit", Role.GUARD))
    with pytest.raises(MetricKnown, match="role success"):
        metrics.register(metric("bright", Role.SUCCESS))
    metrics.register(metric("lit", Role.SUCCESS, program="tent"))
