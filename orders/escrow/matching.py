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


def against(rule: CommissionRule, facts: Facts) -> str:
    """The first condition of the rule that does not hold, as a code; empty when all do. What is left empty always holds."""
    conditions = (
        ("inactive", rule.is_active),
        ("category", rule.category in ("", *facts.categories)),
        ("provider", rule.provider_id in (None, facts.provider_id)),
        ("level", rule.level_from is None or facts.level >= rule.level_from),
        ("currency", rule.currency in ("", facts.currency)),
        ("early", rule.valid_from is None or rule.valid_from <= facts.at),
        ("late", rule.valid_until is None or facts.at < rule.valid_until),
    )
    return next((code for code, holds in conditions if not holds), "")


def in_order(rules: Iterable[CommissionRule]) -> list[CommissionRule]:
    """Staff's order; the rule for everything else comes last."""
    return sorted(rules, key=lambda rule: (rule.is_default, rule.position, rule.pk))


def first_match(rules: Iterable[CommissionRule], facts: Facts) -> CommissionRule:
    """The first rule that fits, in staff's order; the rule for everything else comes last and always fits."""
    return next(rule for rule in in_order(rules) if not against(rule, facts))


def waiver_for(waivers: Iterable[Waiver], tags: Collection[str], at: datetime) -> Waiver | None:
    """The waiver in force for one of the tags; of several the one that covers more, then the older one."""
    found = [w for w in waivers if w.is_active and w.tag in tags and w.valid_from <= at < w.valid_until]
    return min(found, key=lambda waiver: (not waiver.covers_payment, waiver.pk), default=None)
