"""A dispute as one side sees it: where it stands, who acts next and until when, and what each share would come to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from marketplace.kernel.market import MARKET_ZONE
from marketplace.ui.formats import local_datetime, money
from marketplace.ui.kit import Event, Text
from orders.disputes import policies
from orders.disputes.models import Dispute, DisputeStep
from orders.disputes.queries import Consequences, consequences, steps_of
from orders.disputes.states import OPEN, Outcome

ZONE = MARKET_ZONE
STEPS: dict[str, Text] = {
    "open": pgettext_lazy("dispute", "Opened"),
    "answer": pgettext_lazy("dispute", "Answered"),
    "offer": pgettext_lazy("dispute", "Offered"),
    "agree": pgettext_lazy("dispute", "Agreed to the offer"),
    "escalate": pgettext_lazy("dispute", "Taken to the market"),
    "propose": pgettext_lazy("dispute", "The market proposed"),
    "accept": pgettext_lazy("dispute", "Accepted the proposal"),
    "accept_too": pgettext_lazy("dispute", "Accepted the proposal"),
    "decline": pgettext_lazy("dispute", "Declined the proposal"),
    "rule": pgettext_lazy("dispute", "The market ruled"),
    "appeal": pgettext_lazy("dispute", "Appealed"),
    "decide": pgettext_lazy("dispute", "The market decided the appeal"),
    "withdraw": pgettext_lazy("dispute", "Taken back"),
    "lapse": pgettext_lazy("dispute", "The time was over"),
    "cap": pgettext_lazy("dispute", "Thirty days were over"),
}
NEXT: dict[str, Text] = {
    "merchant": gettext_lazy("The merchant"),
    "provider": gettext_lazy("The service provider"),
    "both": gettext_lazy("Both of you"),
    "market": gettext_lazy("The market"),
}
#: What is expected of whoever acts next, and what happens without it.
EXPECTED: dict[str, Text] = {
    "opened": gettext_lazy("Agree to the claim or answer it. Without an answer, what is asked for becomes the ruling."),
    "talking": gettext_lazy("Offer each other a share and agree on one. Without an agreement the market makes a proposal."),
    "escalated": gettext_lazy("The market proposes a share. Until then you can still agree on one."),
    "proposed": gettext_lazy("Accept the market's proposal or decline it. Unless both accept it, the market rules."),
    "ruling": gettext_lazy("The market rules."),
    "ruled": gettext_lazy("The ruling is carried out when the time is over, unless one of you appeals."),
    "appealed": gettext_lazy("Somebody else at the market decides the appeal, and that is final."),
}


@dataclass(frozen=True)
class Share:
    """A share somebody stands for, and what it would come to."""

    label: Text
    who: Text
    comes_to: Consequences


@dataclass(frozen=True)
class Shown:
    dispute: Dispute
    side: str
    other: str
    acts: frozenset[str]
    next_who: Text
    expected: Text
    is_my_turn: bool
    is_late: bool
    shares: list[Share]
    on_table: Consequences | None
    is_other_in: bool
    events: list[Event]
    outcome: Text
    fee: int


def shown(dispute: Dispute, side: str, at: datetime) -> Shown:
    """Needs the scope of a party."""
    nxt = policies.acts_next(dispute)
    order = dispute.order
    return Shown(
        dispute=dispute,
        side=side,
        other=order.provider_name if side == "merchant" else order.merchant_name,
        acts=policies.possible(dispute, side),
        next_who=NEXT.get(nxt, ""),
        expected=EXPECTED.get(dispute.state, ""),
        is_my_turn=nxt in (side, "both"),
        is_late=dispute.due_at is not None and dispute.due_at < at,
        shares=list(_shares(dispute, at)) if dispute.state in OPEN else [],
        on_table=_on_table(dispute, at),
        is_other_in=bool(dispute.provider_accepted_at if side == "merchant" else dispute.merchant_accepted_at),
        events=[_event(step, dispute) for step in steps_of(dispute)],
        outcome=Outcome(dispute.outcome).label if dispute.outcome else "",
        fee=policies.appeal_fee(dispute.currency),
    )


def name_of(side: str, dispute: Dispute) -> str:
    names = {"merchant": dispute.order.merchant_name, "provider": dispute.order.provider_name, "market": "商伴 Shangban"}
    return names.get(side, "")


def _shares(dispute: Dispute, at: datetime) -> Any:
    rows = [
        (pgettext("dispute", "Asked for"), dispute.claimant, dispute.asked_to_provider),
        (_("Answered with"), dispute.respondent, dispute.answered_to_provider),
        (_("Offer on the table"), dispute.offer_side, dispute.offer_to_provider),
        (pgettext("dispute", "Proposal"), "market", dispute.proposal_to_provider),
        (pgettext("dispute", "Ruling"), "market", dispute.ruled_to_provider),
    ]
    for label, who, share in rows:
        if share is not None:
            yield Share(label, name_of(who, dispute), consequences(dispute, share, at))


def _on_table(dispute: Dispute, at: datetime) -> Consequences | None:
    """What agreeing, or accepting the market's proposal, comes to now; None where there is nothing to agree to."""
    amount = {"opened": dispute.asked_to_provider, "proposed": dispute.proposal_to_provider}.get(
        dispute.state, dispute.offer_to_provider
    )
    return consequences(dispute, amount, at) if amount is not None and dispute.state in OPEN else None


def _event(step: DisputeStep, dispute: Dispute) -> Event:
    share = ""
    if step.to_provider is not None:
        share = _("%(amount)s for the provider.") % {"amount": money(step.to_provider, dispute.currency)}
    who = name_of(step.side, dispute)
    title = f"{who} · {STEPS.get(step.act, step.act)}" if who else STEPS.get(step.act, step.act)
    return Event(step.at, title, share, said=step.text)


def until(dispute: Dispute) -> str:
    return local_datetime(dispute.due_at, ZONE) if dispute.due_at else ""
