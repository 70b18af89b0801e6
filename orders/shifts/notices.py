"""What each side is told about timesheets."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from marketplace.outbox.people import Notice

MERCHANT = ("owner", "admin", "hiring")
PROVIDER = ("owner", "admin", "hiring", "operator")
NOTICES = (
    Notice(
        kind="orders.timesheet.handed_in",
        subject=gettext_noop("Shifts of %(week)s: %(shifts)s of %(planned)s"),
        body=gettext_noop("“%(title)s”, read from %(events)s ticket events. Accept or object until %(until)s; silence accepts."),
        roles=MERCHANT,
        label=_("Timesheet handed in"),
    ),
    Notice(
        kind="orders.timesheet.objected",
        subject=gettext_noop("%(other)s objects to the shifts of %(week)s"),
        body=gettext_noop("“%(title)s”. The reason: %(reason)s. Hand the week in again, or settle it in the contract's room."),
        roles=PROVIDER,
        label=_("Timesheet objected to"),
    ),
    Notice(
        kind="orders.timesheet.accepted",
        subject=gettext_noop("The shifts of %(week)s are accepted: %(shifts)s"),
        body=gettext_noop("“%(title)s”. They can be counted in the period's delivery."),
        roles=PROVIDER,
        label=_("Timesheet accepted"),
    ),
)
