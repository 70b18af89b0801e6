"""Reports about many buyers take seconds to add up: a worker does it, and pages show the newest, which says as of when."""

from datetime import datetime, timedelta

from django.core.cache import cache

from aftersales.measurement.models import Assignment, Experiment
from aftersales.measurement.reports import Report, report_of
from marketplace.outbox.directory import zone
from marketplace.tenancy.scope import scope

#: Buyers from which on a page does not add up itself.
LARGE = 20_000
#: Older ones are shown all the same, while the next is added up.
FRESH = timedelta(minutes=10)
KEPT_SECONDS = 7 * 86_400
#: A worker that has not answered by then is taken for dead.
AT_WORK_SECONDS = 120


def is_large(experiment: Experiment) -> bool:
    """Whether more buyers are assigned than a page can add up while somebody waits."""
    return Assignment.objects.filter(merchant_id=experiment.merchant_id, experiment_id=experiment.pk)[LARGE:].exists()


def kept(experiment: Experiment) -> Report | None:
    """The newest report that a worker added up."""
    found: Report | None = cache.get(_key(experiment.merchant_id, experiment.pk))
    return found


def is_due(experiment: Experiment, found: Report | None, at: datetime) -> bool:
    """Whether another is to be added up; once true, false for everybody until it is there or its worker is taken for dead."""
    if found is not None and at - found.as_of < FRESH:
        return False
    return bool(cache.add(f"{_key(experiment.merchant_id, experiment.pk)}:at_work", True, AT_WORK_SECONDS))


def refresh(*, merchant_id: int, experiment_id: int, at: datetime) -> bool:
    """Add an experiment's report up and keep it; False when there is no such experiment. Opens the merchant's scope."""
    with scope(merchant_id, read_only=True):
        experiment = Experiment.objects.filter(merchant_id=merchant_id, pk=experiment_id).first()
        found = report_of(experiment, as_of=at, tz=zone(merchant_id)) if experiment is not None else None
    key = _key(merchant_id, experiment_id)
    if found is not None:
        cache.set(key, found, KEPT_SECONDS)
    cache.delete(f"{key}:at_work")
    return found is not None


def _key(merchant_id: int, experiment_id: int) -> str:
    return f"report:{merchant_id}:{experiment_id}"
