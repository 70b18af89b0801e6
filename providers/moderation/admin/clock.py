"""The SLA clock in words: how long is left, or how late it is."""

from datetime import datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from providers.moderation import policies
from providers.moderation.models import Review

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def span(length: timedelta) -> str:
    """A length of time in its largest unit."""
    if length >= DAY:
        days = round(length / DAY)
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if length >= HOUR:
        hours = round(length / HOUR)
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    minutes = max(1, round(length / timedelta(minutes=1)))
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def due_pill(review: Review, at: datetime) -> SafeString | str:
    """Late is red, the last six hours are yellow. Nothing for what is decided."""
    if not policies.is_open(review):
        return ""
    return clock_pill(review.due_at, at)


def clock_pill(due_at: datetime, at: datetime) -> SafeString:
    """How long is left until a moment, or how late it is."""
    left = due_at - at
    if left < timedelta():
        return format_html('<span class="pill pill--bad">{}</span>', _("%(span)s late") % {"span": span(-left)})
    tone = "warn" if left < 6 * HOUR else "muted"
    return format_html('<span class="pill pill--{}">{}</span>', tone, _("%(span)s left") % {"span": span(left)})
