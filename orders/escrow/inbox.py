"""What the nightly check of the books found, as lines of staff's inbox."""

from collections.abc import Sequence
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.escrow.models import BooksFinding
from providers.moderation.waiting import Source, Waiting

#: Money that does not add up is looked at within a day.
LOOKED_AT = timedelta(days=1)


def waiting() -> Sequence[Waiting]:
    """Findings that were there at the last check, oldest first."""
    rows = BooksFinding.objects.using("system").filter(gone_at__isnull=True).order_by("found_at", "id")
    return [
        Waiting(
            title=row.get_check_name_display(),
            detail=_("Finding %(number)s") % {"number": row.pk},  # its text is the auditor's own, in English: on its page
            party="–",
            since=row.found_at,
            due_at=row.found_at + LOOKED_AT,
            url=reverse("admin:escrow_booksfinding_change", args=[row.pk]),
        )
        for row in rows
    ]


def list_url() -> str:
    return reverse("admin:escrow_booksfinding_changelist")


SOURCE = Source("books", gettext_lazy("The books do not add up"), "escrow.view_booksfinding", list_url, waiting)
