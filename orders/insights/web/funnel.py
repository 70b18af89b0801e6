"""From a look to a contract and back again (N2)."""

from collections.abc import Iterator
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.tenancy.scope import scope
from marketplace.ui.charts import FunnelChart, RankChart
from marketplace.ui.exports import csv_response
from orders.insights.models import Way as Look
from orders.insights.periods import ZONE, Period, period_of
from orders.insights.queries.funnel import Funnel, funnel

#: Where work came from; the rest of the origins are those of invitations.
SOURCES = {
    "matched": gettext_lazy("Invited from the matches"),
    "asked": gettext_lazy("Asked for a quote"),
    "applied": gettext_lazy("Answered an open need"),
    "direct": pgettext_lazy("source of work", "Ordered on a listing"),
    "other": pgettext_lazy("source of work", "Other"),
}
COLUMNS = ("source", "leads", "proposals", "contracts", "renewals", "since", "until")


@require_safe
@requires(Permission.VIEW_CONSOLE, kind="provider")
def funnel_page(request: HttpRequest) -> HttpResponse:
    period = period_of(request, timezone.now())
    found = _found(request.organization.pk, period)
    steps = [
        (_("Views of listings"), found.looked),
        (_("Leads"), found.total("leads")),
        (_("Proposals"), found.total("proposals")),
        (_("New clients"), found.total("hires")),
        (_("Renewed contracts"), found.total("renewals")),
    ]
    looks = [(Look(way).label, count) for way, count in found.views.items()]
    context = {
        "period": period,
        "found": found,
        "ways": [(SOURCES.get(way.source, way.source), way) for way in found.ways],
        "chart": FunnelChart(title=_("From a look to a contract"), items=steps, value_name=_("Number")),
        "looks": RankChart(title=_("How people came to your listings"), items=looks, value_name=_("Views")) if looks else None,
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "insights/funnel.html", context)


def _found(provider_id: int, period: Period) -> Funnel:
    first, last = _day(period.since), _day(period.until)
    return funnel(provider_id, since=period.since, until=period.until, first_day=first, last_day=last)


def _day(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


@require_safe
@requires(Permission.EXPORT, kind="provider")
def funnel_export(request: HttpRequest) -> StreamingHttpResponse:
    """The page's sources as CSV."""
    return csv_response("funnel.csv", COLUMNS, _rows(request, period_of(request, timezone.now())))


def _rows(request: HttpRequest, period: Period) -> Iterator[list[str]]:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        found = _found(request.organization.pk, period)
    days = [_day(period.since).isoformat(), _day(period.until).isoformat()]
    for way in found.ways:
        yield [way.source, *map(str, (way.leads, way.proposals, way.hires, way.renewals)), *days]
