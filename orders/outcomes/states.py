"""What may become of the measuring of an outcome."""

from django.db import models
from django.utils.translation import pgettext_lazy

from marketplace.kernel.transitions import Table


class OutcomeState(models.TextChoices):
    MEASURING = "measuring", pgettext_lazy("outcome", "Being measured")
    SETTLED = "settled", pgettext_lazy("outcome", "Settled")
    BLOCKED = "blocked", pgettext_lazy("outcome", "Result blocked")
    STOPPED = "stopped", pgettext_lazy("outcome", "Ended without a result")


OUTCOME_TABLE: Table = {
    ("measuring", "settle"): "settled",
    # The split is not the agreed one: no rule can say what it pays, so the two sides do.
    ("measuring", "block"): "blocked",
    # The contract, or the milestone that holds the money, ended before the result.
    ("measuring", "stop"): "stopped",
    ("blocked", "stop"): "stopped",
}
ENDED = frozenset({"settled", "stopped"})
