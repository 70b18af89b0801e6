"""Which state of a decision may follow which. One side proposes, the other answers."""

from django.db import models
from django.utils.translation import pgettext_lazy

from marketplace.kernel.transitions import Table


class DecisionState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("decision", "Waits for the other side")
    ACKNOWLEDGED = "acknowledged", pgettext_lazy("decision", "Agreed")
    DECLINED = "declined", pgettext_lazy("decision", "Not agreed")
    WITHDRAWN = "withdrawn", pgettext_lazy("decision", "Withdrawn")


#: What is agreed, declined or withdrawn stays so: whoever changes his mind writes a new decision.
DECISION_TABLE: Table = {
    ("proposed", "acknowledge"): "acknowledged",
    ("proposed", "decline"): "declined",
    ("proposed", "withdraw"): "withdrawn",
}
ACTS = ("acknowledge", "decline", "withdraw")
