"""What a contract's outcome is measured by. `orders` knows this protocol only; upper rooms register metrics that keep it.

    register_metric(PresaleBalances())       # from AppConfig.ready()

The unit is a buyer of the merchant's shops. A metric splits buyers by hash into the treated, whom the work may reach, and a
control group, whom it never reaches; it measures both alike, as they were assigned. Amounts are minor units of the population's
currency.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import Actor

Arm = Literal["treatment", "holdout"]


@dataclass(frozen=True)
class Tally:
    """What is known of one arm: its buyers, how many of them succeeded, the sum of their values and of the values' squares."""

    units: int = 0
    successes: int = 0
    total: int = 0
    squares: int = 0


@dataclass(frozen=True)
class Bounds:
    """A difference (treated minus control) with its 95 % interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Reading:
    """A measured outcome. Differences are None while an arm has fewer than two buyers.

    `rate` is the difference of the shares that succeeded, `value` that of the mean values per buyer in minor units; `ratio_p` is
    the probability of a split at least this far from the planned one.
    """

    treated: Tally
    control: Tally
    ratio_p: float
    rate: Bounds | None = None
    value: Bounds | None = None


@dataclass(frozen=True)
class Population:
    """Whose buyers count: those who first become eligible in `[since, until)`, in one shop or in all shops of the currency.

    `subject` is what the metric's `begin` returned. The arms are those of that subject, whatever happened to a buyer afterwards.
    """

    merchant_id: int
    subject: int
    shop_id: int | None
    currency: str
    since: datetime
    until: datetime
    holdout_ppm: int


@dataclass(frozen=True)
class Unit:
    """One buyer of a population, as measured. `value` in minor units."""

    buyer_id: int
    arm: Arm
    eligible_at: datetime
    succeeded: bool
    value: int


class OutcomeMetric(Protocol):
    """All functions need the merchant's scope. Texts are lazy translations."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> Any: ...

    @property
    def definition(self) -> Any:
        """What one success is, as the contract says it."""
        ...

    @property
    def worth(self) -> Any:
        """What the value of a buyer is, as the contract says it."""
        ...

    @property
    def reach(self) -> Any:
        """How the work reaches the treated and nobody else."""
        ...

    @property
    def least_settle_days(self) -> int:
        """Results change for so many days after the last buyer became eligible; a contract may wait longer, not shorter."""
        ...

    @property
    def is_steered_by_merchant(self) -> bool:
        """Whether the merchant's own systems keep the control group out of the work, for which they need `treated`."""
        ...

    def begin(self, *, merchant_id: int, contract: str, holdout_ppm: int, until: datetime, by: Actor, at: datetime) -> int:
        """Open the split for a contract and keep its share until then; what it is known by. Raises MetricBusy."""
        ...

    def end(self, *, merchant_id: int, subject: int, at: datetime) -> None:
        """Let go of the split: the merchant may change the share again. Doing it twice changes nothing."""
        ...

    def take_up(self, population: Population, *, as_of: datetime) -> int:
        """Assign buyers who have become eligible, once and for good; how many of the population there are by now."""
        ...

    def measure(self, population: Population, *, as_of: datetime, planned: bool) -> Reading:
        """The outcome as of a moment: with intervals for one look at a moment fixed in advance (`planned`), or with wider ones
        that stay valid when somebody chose the moment."""
        ...

    def units(self, population: Population, *, as_of: datetime) -> Iterator[Unit]:
        """The buyers behind the reading, in an order that says nothing about them."""
        ...

    def treated(self, population: Population) -> Iterator[str]:
        """Customer numbers of the treated buyers so far: for the merchant's systems, never for the provider."""
        ...


class MetricBusy(UserError):
    """Another contract measures this already."""


class MetricRegistered(ValueError):
    """Two rooms claim one metric's name."""


_metrics: dict[str, OutcomeMetric] = {}


def register_metric(metric: OutcomeMetric) -> None:
    """Make a metric known. Raises MetricRegistered."""
    if _metrics.setdefault(metric.name, metric) is not metric:
        raise MetricRegistered(metric.name)


def metric_named(name: str) -> OutcomeMetric:
    """Raises NotFound."""
    if name not in _metrics:
        raise NotFound(_("Nothing measures this outcome."))
    return _metrics[name]


def metrics() -> Sequence[OutcomeMetric]:
    """Every metric, in the order they were registered."""
    return list(_metrics.values())
