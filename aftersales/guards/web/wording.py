"""What a request would change, in sentences."""

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.guards.models import Approval, GuardSettings, Level
from marketplace.ui import formats
from marketplace.ui.labels import program_label


def change_sentences(approval: Approval) -> list[str]:
    """One sentence per change a request asks for; for money, what would be paid."""
    kind, payload = approval.kind, approval.payload
    if kind == Approval.Kind.BUDGET:
        return [_budget(approval)]
    if kind == Approval.Kind.SETTINGS:
        return [
            _line(setting_label(name), _value(payload["before"].get(name)), _value(value))
            for name, value in payload["changes"].items()
        ]
    if kind == Approval.Kind.POLICY:
        changed = payload.get("changed", {})
        return [_line(policy_label(name), _value(before), _value(after)) for name, (before, after) in changed.items()]
    amount = formats.money(approval.amount or 0, approval.currency)
    if kind == Approval.Kind.BATCH:
        return [_("One run would pay %(amount)s in total.") % {"amount": amount}]
    return [_("One claim would pay %(amount)s.") % {"amount": amount}]


def _budget(approval: Approval) -> str:
    payload = approval.payload
    label = str(Level(payload["level"]).label)
    if approval.program:
        label = f"{label} · {program_label(approval.program)}"
    return _line(label, _limit(payload["before"], approval.currency), _limit(payload["limit"], approval.currency))


def _limit(amount: int | None, currency: str) -> str:
    return _("no limit") if amount is None else formats.money(amount, currency)


def _line(name: str, before: str, after: str) -> str:
    return _("%(name)s: %(before)s → %(after)s") % {"name": name, "before": before, "after": after}


#: Guarded parameters of policies; the program's own form says the same at more length.
POLICY_WORDS = {
    "cap_per_claim": gettext_lazy("Cap per claim (minor units)"),
    "max_claims_per_line": gettext_lazy("Claims per order line"),
    "price_error_hold": gettext_lazy("Hold drops above (%)"),
    "headroom": gettext_lazy("Never above what is left of the payment"),
    "cap_percent": gettext_lazy("Cap of an offer (percent of the line)"),
    "cap_amount": gettext_lazy("Cap of an offer (minor units)"),
    "return_logistics_amount": gettext_lazy("Return logistics saved (minor units)"),
    "money_offer_days": gettext_lazy("One money offer per buyer in (days)"),
}


def policy_label(name: str) -> str:
    """A policy's parameter in words; an unknown one shows itself."""
    return str(POLICY_WORDS.get(name, name))


def setting_label(name: str) -> str:
    """A setting's own name, as its form shows it."""
    return str(GuardSettings._meta.get_field(name).verbose_name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return _("none")
    return formats.number(value) if isinstance(value, int | float) else json.dumps(value, ensure_ascii=False)
