"""Events and points as people read them."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.ui import formats
from providers.scorecards.formula import ANSWER_MINUTES, DISPUTE_WEIGHT
from providers.scorecards.kinds import EventKind
from providers.scorecards.models import ScoreEvent


def value_text(event: ScoreEvent) -> str:
    """What an event says, in words."""
    value = event.value
    match event.kind:
        case EventKind.DELIVERED:
            return _("on time") if value == 0 else ngettext("%(n)s day late", "%(n)s days late", value) % {"n": value}
        case EventKind.ACCEPTED:
            return _("within the revisions") if value else _("after more revisions")
        case EventKind.REVIEWED:
            return _("%(stars)s of 5 stars") % {"stars": formats.number(value / 10)}
        case EventKind.ANSWERED:
            return _("after %(time)s of business time") % {"time": duration(value)}
        case EventKind.RULED:
            return _("upheld against you") if value else _("decided for you")
        case EventKind.RENEWED:
            return _("renewed") if value else _("not renewed")
    return ""


def duration(minutes: int) -> str:
    """Minutes as hours and minutes."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(n)s min") % {"n": rest}
    return _("%(h)s h %(m)s min") % {"h": hours, "m": rest} if rest else _("%(h)s h") % {"h": hours}


def contribution(event: ScoreEvent, code: str) -> int:
    """What one event adds to the good ones of a part; the sum over the part's events is the part's number.

    Reviews add 0 to 40. For the dispute part an accepted job adds one, an upheld dispute takes three away (never below none).
    """
    if code == "on_time":
        return int(event.value == 0)
    if code == "rating":
        return event.value - 10
    if code == "response":
        return int(event.value <= ANSWER_MINUTES)
    if code == "dispute_free":
        return 1 if event.kind == EventKind.ACCEPTED else -DISPUTE_WEIGHT * event.value
    return event.value


def points(hundredths: int | None) -> str:
    """Score points: 8734 → 87.34, with the reader's separators."""
    return "–" if hundredths is None else formats.number(hundredths / 100)
