"""The outcomes contracts can be paid by, registered with `orders.outcomes`.

Presale balances and kept refunds ride on their programs' own arms: the program acts on the treated and on nobody else, so no
provider needs to know a buyer's arm. Returns have arms of the contract's own, which the merchant's systems put to use. First
response times are not measured: the order store has no conversations.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.measurement.models import Arm, Assignment, Experiment
from aftersales.measurement.operations import ExperimentPinned, pin_experiment, unpin_experiment
from aftersales.measurement.queries import planned_for
from aftersales.outcomes import facts, statements
from aftersales.outcomes.reading import reading_of
from marketplace.tenancy.actor import Actor
from orders.outcomes.metrics import MetricBusy, Population, Reading, Tally, Unit, register_metric

CHUNK = 2_000


@dataclass(frozen=True)
class Measured:
    """An outcome in the order store. `program` acts on the treated; empty when the contract has arms of its own."""

    name: str
    label: Any
    definition: Any
    worth: Any
    reach: Any
    least_settle_days: int
    program: str
    success_sql: str
    worth_sql: str

    @property
    def is_steered_by_merchant(self) -> bool:
        return not self.program

    def begin(self, *, merchant_id: int, contract: str, holdout_ppm: int, until: datetime, by: Actor, at: datetime) -> int:
        """A fresh experiment of the program, kept until then. Raises MetricBusy."""
        program = self.program or f"outcome:{contract}"
        try:
            opened = pin_experiment(merchant_id=merchant_id, program=program, holdout_ppm=holdout_ppm, until=until, by=by, at=at)
        except ExperimentPinned as pinned:
            busy = _("Another contract is paid by this outcome until %(day)s. One at a time can be measured.")
            raise MetricBusy(busy % {"day": pinned.until.date().isoformat()}) from pinned
        return int(opened.pk)

    def end(self, *, merchant_id: int, subject: int, at: datetime) -> None:
        unpin_experiment(merchant_id=merchant_id, experiment_id=subject)

    def take_up(self, population: Population, *, as_of: datetime) -> int:
        """Buyers of the population so far; where no program assigns them, those whose first order has come are assigned now."""
        values = _values(population, as_of)
        with connection.cursor() as cursor:
            if not self.program:
                known = Experiment.objects.get(merchant_id=population.merchant_id, pk=population.subject)
                cursor.execute(statements.TAKE_UP, values | {"seed": known.seed, "holdout_ppm": known.holdout_ppm})
            cursor.execute(statements.COUNT, values)
            return int(cursor.fetchone()[0])

    def measure(self, population: Population, *, as_of: datetime, planned: bool) -> Reading:
        with planned_for(_size(population)), connection.cursor() as cursor:
            cursor.execute(self._filled(statements.SUMS), _values(population, as_of))
            arms = {arm: Tally(*map(int, sums)) for arm, *sums in cursor.fetchall()}
        treated, control = arms.get("treatment", Tally()), arms.get("holdout", Tally())
        return reading_of(treated, control, holdout_share=population.holdout_ppm / 1_000_000, planned=planned)

    def units(self, population: Population, *, as_of: datetime) -> Iterator[Unit]:
        with planned_for(_size(population)), connection.cursor() as cursor:
            cursor.execute(self._filled(statements.UNITS), _values(population, as_of))
            while rows := cursor.fetchmany(CHUNK):
                for buyer_id, arm, eligible_at, succeeded, value in rows:
                    yield Unit(buyer_id, arm, eligible_at, succeeded, int(value))

    def treated(self, population: Population) -> Iterator[str]:
        known = Assignment.objects.filter(
            merchant_id=population.merchant_id, experiment_id=population.subject, arm=Arm.TREATMENT,
            eligible_at__gte=population.since, eligible_at__lt=population.until,
        )  # fmt: skip
        yield from known.order_by("id").values_list("buyer__external_ref", flat=True).iterator(chunk_size=CHUNK)

    def _filled(self, statement: str) -> str:
        return statement.replace("{success}", self.success_sql).replace("{worth}", self.worth_sql)


def _size(population: Population) -> int:
    """Buyers the split knows, which decides how the statement is planned."""
    known = Assignment.objects.filter(merchant_id=population.merchant_id, experiment_id=population.subject)
    return known.count()


def _values(population: Population, as_of: datetime) -> dict[str, Any]:
    return {
        "merchant": population.merchant_id, "experiment": population.subject, "shop": population.shop_id,
        "currency": population.currency, "since": population.since, "until": population.until, "as_of": as_of,
    }  # fmt: skip


_BY_PROGRAM = gettext_lazy(
    "The merchant's after-sales program acts on the treated buyers with the rules and texts the provider works on; the control"
    " group is left alone."
)
OUTCOMES = (
    Measured(
        name="presale_balance",
        label=gettext_lazy("Presale balances recovered"),
        definition=gettext_lazy("Buyers who paid the balance of a presale order and did not get all of it back."),
        worth=gettext_lazy("Balances paid, less those refunded in full."),
        reach=_BY_PROGRAM,
        least_settle_days=15,
        program="presale_balance",
        success_sql=facts.PRESALE_PAID,
        worth_sql=facts.PRESALE_VALUE,
    ),
    Measured(
        name="refund_retention",
        label=gettext_lazy("Refunds retained"),
        definition=gettext_lazy("Buyers who withdrew a refund request and did not ask again."),
        worth=gettext_lazy("What the goods kept were paid, less goodwill and price protection paid for them."),
        reach=_BY_PROGRAM,
        least_settle_days=30,
        program="refund_retention",
        success_sql=facts.RETAINED,
        worth_sql=facts.RETAINED_VALUE,
    ),
    Measured(
        name="return_rate",
        label=gettext_lazy("Buyers without a return"),
        definition=gettext_lazy("Buyers who asked nothing back of what they bought in the window."),
        worth=gettext_lazy("What buyers paid for goods in the window and did not get back, shipping excluded."),
        reach=gettext_lazy(
            "The merchant's systems pass only the treated buyers on to the work; the merchant exports their customer numbers."
        ),
        least_settle_days=30,
        program="",
        success_sql=facts.NOT_RETURNED,
        worth_sql=facts.NET_SALES,
    ),
)


def register_outcomes() -> None:
    """Called once, when the site starts."""
    for outcome in OUTCOMES:
        register_metric(outcome)
