"""The ladder of a dispute: talk, a proposal of the market, a ruling, one appeal; every rung has its clock."""

from datetime import timedelta

from django.db import models
from django.utils.translation import pgettext_lazy

from marketplace.kernel.transitions import Table


class DisputeState(models.TextChoices):
    OPENED = "opened", pgettext_lazy("dispute", "Waits for an answer")
    TALKING = "talking", pgettext_lazy("dispute", "Being talked about")
    ESCALATED = "escalated", pgettext_lazy("dispute", "Waits for the market's proposal")
    PROPOSED = "proposed", pgettext_lazy("dispute", "Proposal on the table")
    RULING = "ruling", pgettext_lazy("dispute", "Waits for a ruling")
    RULED = "ruled", pgettext_lazy("dispute", "Ruled, may be appealed")
    APPEALED = "appealed", pgettext_lazy("dispute", "Appealed")
    SETTLED = "settled", pgettext_lazy("dispute", "Settled")
    WITHDRAWN = "withdrawn", pgettext_lazy("dispute", "Taken back")


class Outcome(models.TextChoices):
    """How a dispute ended."""

    AGREED = "agreed", pgettext_lazy("dispute", "By agreement")
    PROPOSAL = "proposal", pgettext_lazy("dispute", "Both accepted the market's proposal")
    SILENCE = "silence", pgettext_lazy("dispute", "One side did not answer")
    RULING = "ruling", pgettext_lazy("dispute", "By ruling")
    APPEAL = "appeal", pgettext_lazy("dispute", "By ruling on appeal")
    CAP = "cap", pgettext_lazy("dispute", "After 30 days, by rule")


CLOSED = frozenset({"settled", "withdrawn"})
OPEN = tuple(state for state in DisputeState.values if state not in CLOSED)

DISPUTE_TABLE: Table = {
    ("opened", "answer"): "talking",
    ("opened", "agree"): "settled",  # the other side gives in
    ("opened", "lapse"): "ruled",  # silence loses
    ("talking", "offer"): "talking",
    ("talking", "agree"): "settled",
    ("talking", "escalate"): "escalated",
    ("talking", "lapse"): "escalated",
    ("escalated", "offer"): "escalated",
    ("escalated", "agree"): "settled",
    ("escalated", "propose"): "proposed",
    ("proposed", "accept"): "proposed",  # the first of two
    ("proposed", "accept_too"): "settled",  # the second
    ("proposed", "decline"): "ruling",
    ("proposed", "lapse"): "ruling",
    ("ruling", "rule"): "ruled",
    ("ruled", "appeal"): "appealed",
    ("ruled", "lapse"): "settled",  # nobody appealed
    ("appealed", "decide"): "settled",
    **{(state, "withdraw"): "withdrawn" for state in ("opened", "talking", "escalated", "proposed")},
    **{(state, "cap"): "settled" for state in ("opened", "talking", "escalated", "proposed", "ruling", "ruled", "appealed")},
}
#: What people of the two parties do; the market does propose, rule and decide, time does lapse and cap.
PARTY_ACTS = ("answer", "agree", "offer", "escalate", "accept", "decline", "appeal", "withdraw")
STAFF_ACTS = ("propose", "rule", "decide")
#: How long each state lasts; `opened` counts working days (see `clock`).
ANSWER_WORKING_DAYS = 3
LASTS = {
    "talking": timedelta(days=7),
    "escalated": timedelta(days=2),
    "proposed": timedelta(days=2),
    "ruling": timedelta(days=3),
    "ruled": timedelta(days=3),
    "appealed": timedelta(days=5),
}
#: Nothing of it lasts longer.
CAP = timedelta(days=30)
#: A dispute is opened within this time of a delivery or an acceptance.
MAY_OPEN_FOR = timedelta(days=7)
#: In these states something happens by itself when the time is over; in the others the market is late.
LAPSES = ("opened", "talking", "proposed", "ruled")
#: Who acts next: a side named by its part in the dispute, both sides, or the market.
ACTS_NEXT = {
    "opened": "respondent", "talking": "both", "escalated": "market", "proposed": "both", "ruling": "market", "ruled": "both",
    "appealed": "market",
}  # fmt: skip
