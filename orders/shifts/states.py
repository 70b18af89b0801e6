"""A week's timesheet: handed in by the provider, looked at by the merchant from Monday to Thursday; silence accepts."""

from typing import Final, Literal

from django.db import models
from django.utils.translation import pgettext_lazy

from marketplace.kernel.transitions import Table

Side = Literal["merchant", "provider"]


class TimesheetState(models.TextChoices):
    REVIEW = "review", pgettext_lazy("timesheet", "In review")
    OBJECTED = "objected", pgettext_lazy("timesheet", "Objected to")
    ACCEPTED = "accepted", pgettext_lazy("timesheet", "Accepted")


S = TimesheetState
TIMESHEET: Final[Table] = {
    (S.REVIEW, "accept"): S.ACCEPTED,
    (S.REVIEW, "object"): S.OBJECTED,
    (S.REVIEW, "hand_in"): S.REVIEW,  # corrected by the provider itself; the time to look begins anew
    (S.OBJECTED, "hand_in"): S.REVIEW,
    (S.OBJECTED, "accept"): S.ACCEPTED,
    # Nobody's act: the time to look is over.
    (S.REVIEW, "lapse"): S.ACCEPTED,
}
#: The acts of people, and whose they are.
SIDES: Final[dict[str, Side]] = {"hand_in": "provider", "accept": "merchant", "object": "merchant"}
