"""What is known of one arm: counts and sums, never rows."""

from dataclasses import dataclass
from typing import Any

#: A float, or an array with one value per experiment.
Number = Any


@dataclass(frozen=True)
class Proportion:
    """An arm's buyers and how many of them succeeded."""

    buyers: Number
    successes: Number

    @property
    def rate(self) -> Number:
        return self.successes / self.buyers

    @property
    def variance(self) -> Number:
        """Unbiased variance of one buyer's 0 or 1: n p (1 − p) / (n − 1)."""
        return self.rate * (1 - self.rate) * self.buyers / (self.buyers - 1)


@dataclass(frozen=True)
class Amounts:
    """An arm's buyers, the sum of their values and the sum of their squares (minor units; buyers without a value count as 0)."""

    buyers: Number
    total: Number
    squares: Number

    @property
    def mean(self) -> Number:
        return self.total / self.buyers

    @property
    def variance(self) -> Number:
        """Unbiased variance between buyers."""
        return (self.squares - self.total * self.mean) / (self.buyers - 1)


@dataclass(frozen=True)
class Interval:
    """An estimate with the interval that covers the truth with the confidence asked for."""

    estimate: Number
    low: Number
    high: Number

    def scaled(self, factor: float) -> "Interval":
        """The same statement about `factor` times the quantity (a difference per buyer → a total over all treated buyers)."""
        low, high = sorted((self.low * factor, self.high * factor))
        return Interval(self.estimate * factor, low, high)

    def shifted(self, by: float) -> "Interval":
        """The same statement after a known amount was added (costs are counted, not estimated)."""
        return Interval(self.estimate + by, self.low + by, self.high + by)

    def excludes(self, value: float) -> Any:
        """Whether the value is not among those the interval holds possible."""
        return (self.low > value) | (self.high < value)
