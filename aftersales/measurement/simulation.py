"""Buyers with a known true effect, to try the intervals on: do they cover the truth as often as they promise?

Each run is one experiment. A buyer arrives on some day, is assigned by chance, pays with a probability of his own, and the
treatment raises every buyer's probability by the same true effect. Amounts are log-normal, skewed as baskets are, and go along
with what the buyer spent before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from aftersales.measurement.stats.cuped import Paired, adjusted
from aftersales.measurement.stats.fixed import newcombe, welch
from aftersales.measurement.stats.quantiles import ALPHA, binomial_range
from aftersales.measurement.stats.samples import Amounts, Interval, Proportion
from aftersales.measurement.stats.verdict import FEWEST, conclusive

#: Buyers drawn at once; bounds the memory.
AT_ONCE = 1_000_000
#: Log-normal baskets: median 500.00, a spread in which the dearest hundredth is six times the median.
MEDIAN_AMOUNT, SPREAD, LOYALTY = 50_000, 0.8, 0.6

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Setting:
    """What is simulated: experiments, buyers and days of each, the untreated rate, the true effect, the share held out."""

    runs: int = 400
    buyers: int = 10_000
    days: int = 30
    base: float = 0.74
    effect: float = 0.03
    holdout: float = 0.2

    @property
    def amount_effect(self) -> float:
        """The true effect on the amount per buyer, minor units: the mean of a log-normal basket times the effect."""
        return self.effect * float(np.exp(np.log(MEDIAN_AMOUNT) + SPREAD**2 / 2))


@dataclass(frozen=True)
class Drawn:
    """Runs × buyers: who is treated, on which day, with which outcome, amount and history."""

    treated: Array
    day: Array
    success: Array
    amount: Array
    history: Array

    def arm(self, treated: bool) -> Array:
        return self.treated == treated

    def proportion(self, treated: bool) -> Proportion:
        arm = self.arm(treated)
        return Proportion(arm.sum(axis=1), (arm & self.success).sum(axis=1))

    def amounts(self, treated: bool) -> Amounts:
        values = np.where(self.arm(treated), self.amount, 0.0)
        return Amounts(self.arm(treated).sum(axis=1), values.sum(axis=1), (values**2).sum(axis=1))

    def by_day(self, treated: bool, days: int) -> Proportion:
        """Runs × days: the arm as it stands at the end of each day."""
        arm = self.arm(treated)
        return Proportion(self._accumulated(arm, days), self._accumulated(arm & self.success, days))

    def _accumulated(self, chosen: Array, days: int) -> Array:
        runs = chosen.shape[0]
        cell = np.arange(runs)[:, None] * days + self.day
        counts = np.bincount(cell[chosen], minlength=runs * days)
        return counts.reshape(runs, days).cumsum(axis=1)

    def paired(self, treated: bool, run: int) -> Paired:
        chosen = self.arm(treated)[run]
        y, x = self.amount[run][chosen], self.history[run][chosen]
        return Paired(len(y), y.sum(), (y * y).sum(), x.sum(), (x * x).sum(), (x * y).sum())


def drawn(rng: np.random.Generator, setting: Setting, runs: int) -> Drawn:
    """Draw the buyers of some runs."""
    shape = (runs, setting.buyers)
    treated = rng.random(shape) >= setting.holdout
    room = min(setting.base, 1 - setting.base - setting.effect, 0.2)
    chance = setting.base + rng.uniform(-room, room, shape) + np.where(treated, setting.effect, 0.0)
    success = rng.random(shape) < chance
    taste = rng.standard_normal(shape)
    basket = LOYALTY * taste + np.sqrt(1 - LOYALTY**2) * rng.standard_normal(shape)
    amount = np.where(success, MEDIAN_AMOUNT * np.exp(SPREAD * basket), 0.0)
    return Drawn(treated, rng.integers(0, setting.days, shape), success, amount, MEDIAN_AMOUNT * np.exp(SPREAD * taste))


def batches(setting: Setting) -> Iterator[int]:
    """Run counts of batches that fit into memory."""
    size = max(1, AT_ONCE // setting.buyers)
    for start in range(0, setting.runs, size):
        yield min(size, setting.runs - start)


def _covers(found: Interval, truth: float) -> Array:
    return ~np.asarray(found.excludes(truth))


def coverage(rng: np.random.Generator, setting: Setting) -> dict[str, int]:
    """In how many runs the 95 % intervals cover the true effect: on the rate, on the amount, on the amount with CUPED."""
    found = {"rate": 0, "amount": 0, "amount_cuped": 0}
    for runs in batches(setting):
        draw = drawn(rng, setting, runs)
        found["rate"] += int(_covers(newcombe(draw.proportion(True), draw.proportion(False)), setting.effect).sum())
        found["amount"] += int(_covers(welch(draw.amounts(True), draw.amounts(False)), setting.amount_effect).sum())
        for run in range(runs):
            both = adjusted(draw.paired(True, run), draw.paired(False, run))
            found["amount_cuped"] += int(_covers(welch(both.treatment, both.control), setting.amount_effect))
    return found


def alarms(rng: np.random.Generator, setting: Setting) -> dict[str, int]:
    """In how many runs at least one daily look sees an effect, by always-valid and, to compare, by fixed-horizon intervals."""
    found = {"always_valid": 0, "fixed_horizon": 0}
    for runs in batches(setting):
        draw = drawn(rng, setting, runs)
        treated, control = draw.by_day(True, setting.days), draw.by_day(False, setting.days)
        shown = np.minimum(treated.buyers, control.buyers) >= FEWEST
        with np.errstate(divide="ignore", invalid="ignore"):  # an arm may be empty on the first days; `shown` leaves those out
            found["always_valid"] += int(conclusive(treated, control).any(axis=1).sum())
            found["fixed_horizon"] += int((newcombe(treated, control).excludes(0) & shown).any(axis=1).sum())
    return found


@dataclass(frozen=True)
class Findings:
    """What the simulation found, and what chance allows at the 0.1 % level."""

    seed: int
    setting: Setting
    covered: dict[str, int]
    alarmed: dict[str, int]
    found: int

    @property
    def allowed_coverage(self) -> tuple[int, int]:
        return binomial_range(self.setting.runs, 1 - ALPHA)

    @property
    def most_alarms(self) -> int:
        return binomial_range(self.setting.runs, ALPHA, level=0.002)[1]

    @property
    def within_tolerance(self) -> bool:
        low, high = self.allowed_coverage
        return all(low <= count <= high for count in self.covered.values()) and self.alarmed["always_valid"] <= self.most_alarms


def simulate(seed: int, setting: Setting) -> Findings:
    """Coverage with the true effect, and false alarms of daily looks without one."""
    rng = np.random.default_rng(seed)
    idle = Setting(setting.runs, setting.buyers, setting.days, setting.base, 0.0, setting.holdout)
    covered = coverage(rng, setting)
    return Findings(seed, setting, covered, alarms(rng, idle), alarms(rng, setting)["always_valid"])
