"""Weekly timesheets of contracts that are paid by seat or shift."""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import SharedModel, TenantForeignKey
from orders.service.models import ServiceOrder
from orders.shifts.states import TimesheetState


class Timesheet(SharedModel):
    """One week of one contract: what ticket events say of its planned shifts. The events themselves are not kept."""

    order = TenantForeignKey(ServiceOrder, related_name="timesheets", verbose_name=_("contract"))
    #: Its Monday, by the market's calendar.
    week = models.DateField(_("week"))
    #: How often it was handed in.
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=TimesheetState, default=TimesheetState.REVIEW)
    #: [{"agent", "starts_at", "ends_at", "clock_in", "clock_out", "present", "active", "late", "tickets", "parts"}]: moments in
    #: ISO 8601 or null, minutes, parts in 1/10,000 of a shift.
    lines = models.JSONField(_("shifts"))
    #: The sum of the lines' parts, and how many shifts were planned.
    parts = models.PositiveIntegerField(_("shifts worked"))
    planned = models.PositiveSmallIntegerField(_("shifts planned"))
    #: SHA-256 of the roster and of the events it was read from, and how many events there were.
    roster_hash = models.CharField(max_length=64)
    events_hash = models.CharField(max_length=64)
    events = models.PositiveIntegerField(_("events"))
    handed_in_at = models.DateTimeField(_("handed in"))
    handed_in_by = models.CharField(max_length=80)
    #: Until then the merchant looks at it.
    closes_at = models.DateTimeField(_("review until"))
    reason = models.CharField(pgettext_lazy("timesheet", "objection"), max_length=500, blank=True, db_default="", default="")
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(max_length=80, blank=True, db_default="", default="")

    class Meta:
        verbose_name = _("timesheet")
        verbose_name_plural = _("timesheets")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order", "week"], name="one_timesheet_a_week"),
            models.CheckConstraint(condition=Q(state__in=TimesheetState.values), name="timesheet_state"),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="timesheet_monday"),
            models.CheckConstraint(condition=Q(state="review") | Q(decided_at__isnull=False), name="timesheet_decided"),
            models.CheckConstraint(condition=~Q(state="objected") | ~Q(reason=""), name="timesheet_objected_why"),
            models.CheckConstraint(condition=Q(planned__gt=0), name="timesheet_planned"),
        ]
        indexes = [
            models.Index(fields=["closes_at"], condition=Q(state="review"), name="timesheets_due"),
            models.Index(fields=["provider_id", "state"], name="timesheets_of_provider"),
            models.Index(fields=["merchant_id", "state"], name="timesheets_of_merchant"),
        ]

    def __str__(self) -> str:
        return f"{self.week.isoformat()} – {self.last_day.isoformat()}"

    @property
    def last_day(self) -> date:
        return self.week + timedelta(days=6)
