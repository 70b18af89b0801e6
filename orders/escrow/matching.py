"""Which rule and which waiver a deal falls under (G1, G4). Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from orders.escrow.models import CommissionRule, Waiver


@dataclass(frozen=True)
class Facts:
    """What rules look at. `categories` are the deal's own category and the one above it; `level` is 1 to 4."""

    categories: Collection[str]
    provider_id: int
    level: int
    currency: str
    at: datetime


def fits(rule: CommissionRule, facts: Facts) -> bool:
    """Whether every condition of the rule holds; what is left empty always holds."""
    return (
        rule.is_active
        and rule.category in ("", *facts.categories)
        and rule.provider_id in (None, facts.provider_id)
        and (rule.level_from is None or facts.level >= rule.level_from)
        and rule.currency in ("", facts.currency)
        and (rule.valid_from is None or rule.valid_from <= facts.at)
        and (rule.valid_until is None or facts.at < rule.valid_until)
    )


def first_match(rules: Iterable[CommissionRule], facts: Facts) -> CommissionRule:
    """The first rule that fits, in staff's order; the rule for everything else comes last and always fits."""
    ordered = sorted(rules, key=lambda rule: (rule.is_default, rule.position, rule.pk))
    return next(rule for rule in ordered if fits(rule, facts))


def waiver_for(waivers: Iterable[Waiver], tags: Collection[str], at: datetime) -> Waiver | None:
    """The waiver in force for one of the tags; of several the one that covers more, then the older one."""
    found = [w for w in waivers if w.is_active and w.tag in tags and w.valid_from <= at < w.valid_until]
    return min(found, key=lambda waiver: (not waiver.covers_payment, waiver.pk), default=None)
