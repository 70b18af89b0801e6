"""Opening, keeping and ending experiments. Programs assign buyers themselves, in one statement with `experiment_bucket`."""

from datetime import datetime

from django.db import connection

from aftersales.measurement.models import WHOLE, Experiment
from marketplace.accounts.models import Organization
from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

LOCK = 7103


class ExperimentPinned(Exception):
    """A contract is paid by the program's open experiment until `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"kept until {until}")
        self.until = until


def current_experiment(*, merchant_id: int, program: str, holdout_ppm: int, by: Actor, at: datetime) -> Experiment:
    """The program's open experiment with this share of buyers held out; a changed share ends it and opens the next version.

    `holdout_ppm` in parts per million of buyers; 0 means that nobody is held out and nothing can be measured. While a contract
    keeps the open experiment (`pin_experiment`), a changed share waits. May be called inside a run's transaction. Raises
    ValueError for a share outside 0 … 1,000,000.
    """
    _check(holdout_ppm)
    with scope(merchant_id):
        found = _open(merchant_id, program)
        if found is not None and _serves(found, holdout_ppm, at):
            return found
        _one_at_a_time(merchant_id)
        found = _open(merchant_id, program)
        if found is not None and _serves(found, holdout_ppm, at):
            return found
        return _next(merchant_id, program, holdout_ppm, by, at)


def pin_experiment(*, merchant_id: int, program: str, holdout_ppm: int, until: datetime, by: Actor, at: datetime) -> Experiment:
    """A fresh experiment for a contract: its seed is new, so nobody's arm was known before, and its share stays until then.

    Raises ExperimentPinned when another contract keeps the program's experiment, ValueError for no share.
    """
    _check(holdout_ppm)
    with scope(merchant_id):
        _one_at_a_time(merchant_id)
        found = _open(merchant_id, program)
        if found is not None and found.pinned_until is not None and found.pinned_until > at:
            raise ExperimentPinned(found.pinned_until)
        return _next(merchant_id, program, holdout_ppm, by, at, pinned_until=until)


def unpin_experiment(*, merchant_id: int, experiment_id: int) -> None:
    """Let the merchant change the share again; the arms stay as they are. Doing it twice changes nothing."""
    with scope(merchant_id):
        Experiment.objects.filter(merchant_id=merchant_id, pk=experiment_id).update(pinned_until=None)


def _check(holdout_ppm: int) -> None:
    if not 0 <= holdout_ppm <= WHOLE:
        raise ValueError(f"a control group of {holdout_ppm} ppm is not a share")


def _serves(found: Experiment, holdout_ppm: int, at: datetime) -> bool:
    return found.holdout_ppm == holdout_ppm or (found.pinned_until is not None and found.pinned_until > at)


def _one_at_a_time(merchant_id: int) -> None:
    """Two runs may meet a changed share at once; the second finds what the first has opened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, merchant_id])


def _open(merchant_id: int, program: str) -> Experiment | None:
    return Experiment.objects.filter(merchant_id=merchant_id, program=program, ended_at__isnull=True).first()


def _next(
    merchant_id: int, program: str, holdout_ppm: int, by: Actor, at: datetime, pinned_until: datetime | None = None
) -> Experiment:
    known = Experiment.objects.filter(merchant_id=merchant_id, program=program)
    known.filter(ended_at__isnull=True).update(ended_at=at)
    last = known.order_by("-version").first()
    version = (last.version if last else 0) + 1
    slug = Organization.objects.values_list("slug", flat=True).get(pk=merchant_id)
    opened = Experiment.objects.create(
        merchant_id=merchant_id,
        program=program,
        version=version,
        seed=f"{slug}:{program}:{version}",
        holdout_ppm=holdout_ppm,
        started_at=at,
        pinned_until=pinned_until,
    )
    facts = {"program": program, "version": version, "holdout_ppm": holdout_ppm}
    record(merchant_id=merchant_id, by=by, action="aftersales.experiment.opened", facts=facts)
    return opened
