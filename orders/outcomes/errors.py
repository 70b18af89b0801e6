"""Errors of measured outcomes. Each message says what to do."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError
from orders.service.calendar import day_of


class TooEarly(UserError):
    """The result is computed on a day that was agreed, not before."""

    def __init__(self, settles_at: datetime) -> None:
        day = day_of(settles_at).isoformat()
        super().__init__(_("The result is computed on %(day)s. Looking earlier is not evidence.") % {"day": day})


class DecidedByMeasuring(UserError):
    """A milestone whose money follows from a measured outcome is neither delivered nor accepted by hand."""
