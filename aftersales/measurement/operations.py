"""Opening and ending experiments. Programs assign buyers themselves, in one statement with `experiment_bucket`."""

from datetime import datetime

from django.db import connection

from aftersales.measurement.models import WHOLE, Experiment
from marketplace.accounts.models import Organization
from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

LOCK = 7103


def current_experiment(*, merchant_id: int, program: str, holdout_ppm: int, by: Actor, at: datetime) -> Experiment:
    """The program's open experiment with this share of buyers held out; a changed share ends it and opens the next version.

    `holdout_ppm` in parts per million of buyers; 0 means that nobody is held out and nothing can be measured. May be called
    inside a run's transaction. Raises ValueError for a share outside 0 … 1,000,000.
    """
    if not 0 <= holdout_ppm <= WHOLE:
        raise ValueError(f"a control group of {holdout_ppm} ppm is not a share")
    with scope(merchant_id):
        found = _open(merchant_id, program)
        if found is not None and found.holdout_ppm == holdout_ppm:
            return found
        with connection.cursor() as cursor:
            # Two runs may meet a changed share at once; the second finds what the first has opened.
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, merchant_id])
        found = _open(merchant_id, program)
        if found is not None and found.holdout_ppm == holdout_ppm:
            return found
        return _next(merchant_id, program, holdout_ppm, by, at)


def _open(merchant_id: int, program: str) -> Experiment | None:
    return Experiment.objects.filter(merchant_id=merchant_id, program=program, ended_at__isnull=True).first()


def _next(merchant_id: int, program: str, holdout_ppm: int, by: Actor, at: datetime) -> Experiment:
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
    )
    facts = {"program": program, "version": version, "holdout_ppm": holdout_ppm}
    record(merchant_id=merchant_id, by=by, action="aftersales.experiment.opened", facts=facts)
    return opened
