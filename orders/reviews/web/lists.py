"""A company's reviews: the list and the same as CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from marketplace.accounts.roles import Permission
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_datetime, number
from orders.reviews import policies
from orders.reviews.axes import stars
from orders.reviews.models import ReviewRound, RoundState, Verdict
from orders.reviews.queries import rounds_of
from orders.reviews.web.side import ZONE, path_to, side_of

PER_PAGE = 20
MINE = [("write", gettext_lazy("Review to be written")), ("answer", gettext_lazy("Answer may be given"))]


class ReviewFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="search", label=gettext_lazy("Title, number or company"), widget=forms.TextInput({"type": "search"})
    )
    state = django_filters.ChoiceFilter(choices=RoundState, label=gettext_lazy("Status"), empty_label=gettext_lazy("All"))
    waits = django_filters.ChoiceFilter(
        choices=MINE, method="for_us", label=pgettext_lazy("reviews", "For us"), empty_label=gettext_lazy("All")
    )
    verdict = django_filters.ChoiceFilter(choices=Verdict, label=gettext_lazy("In the score"), empty_label=gettext_lazy("All"))
    o = django_filters.OrderingFilter(
        fields=(("order__title", "title"), ("closes_at", "until"), ("published_at", "published"), ("opened_at", "opened"))
    )

    def __init__(self, data: Any, *, request: HttpRequest, at: datetime) -> None:
        super().__init__(data, queryset=rounds_of(request.organization.pk, side_of(request)), request=request)
        self.side, self.at = side_of(request), at

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        text, other = value.replace("\x00", "").strip(), "provider" if self.side == "merchant" else "merchant"
        found = Q(order__title__icontains=text) | Q(order__number__icontains=text)
        return queryset.filter(found | Q(**{f"order__{other}_name__icontains": text}))

    def for_us(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "write":
            return queryset.filter(state="open", closes_at__gt=self.at, **{f"{self.side}_at": None})
        if self.side == "merchant":
            return queryset.none()
        answerable = queryset.filter(state="published", answered_at=None, published_at__gt=self.at - policies.ANSWERING)
        return answerable.exclude(merchant_text="")


@dataclass(frozen=True)
class Line:
    """One row of the list as its reader sees it. `until` is how long the reader may still act."""

    round: ReviewRound
    url: str
    other: str
    act: str
    until: datetime | None
    mean: str


def review_list(request: HttpRequest) -> HttpResponse:
    now, side = timezone.now(), side_of(request)
    found = ReviewFilter(request.GET, request=request, at=now)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page_obj": page,
        "rows": [_line(request, row, now) for row in page.object_list],
        "has_any": bool(page.paginator.count) or rounds_of(request.organization.pk, side).exists(),
        "may_export": Permission.EXPORT in request.rights,
        "export_url": path_to(request, "export"),
        "side": side,
        "zone": ZONE,
    }
    return TemplateResponse(request, "reviews/list.html", context)


def _line(request: HttpRequest, row: ReviewRound, now: datetime) -> Line:
    side, act, until = side_of(request), "", None
    if policies.may_write(row, side, now):
        act, until = _("Write yours"), row.closes_at
    elif policies.may_answer(row, side, now) and row.published_at:
        act, until = _("You may answer"), row.published_at + policies.ANSWERING
    elif row.state == RoundState.OPEN:
        act, until = _("Waits for the other side"), row.closes_at
    return Line(row, path_to(request, "detail", row.pk), other_of(row, side), act, until, _mean(row.merchant_axes))


def other_of(row: ReviewRound, side: str) -> str:
    return row.order.provider_name if side == "merchant" else row.order.merchant_name


def _mean(axes: dict[str, int]) -> str:
    return number(stars(axes) / 10) if axes else ""


def export(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV, filtered as on the page."""
    organization_id, side, now = request.organization.pk, side_of(request), timezone.now()

    def rows() -> Iterator[list[str]]:
        with scope(organization_id, read_only=True):
            for row in ReviewFilter(request.GET, request=request, at=now).qs.iterator():
                yield _cells(row, side)

    columns = [
        _("Contract no."), _("Contract"), _("Company"), _("Status"), _("Until"), pgettext("reviews", "Published on"),
        _("In the score"), _("Why excluded"), _("The merchant's mean"), _("The merchant's review"), _("The provider's mean"),
        _("The provider's review"), _("The provider's answer"),
    ]  # fmt: skip
    return csv_response("reviews.csv", columns, rows())


def _cells(row: ReviewRound, side: str) -> list[str]:
    return [
        row.order.number, row.order.title, other_of(row, side), str(row.get_state_display()), local_datetime(row.closes_at, ZONE),
        local_datetime(row.published_at, ZONE) if row.published_at else "", str(row.get_verdict_display()),
        str(row.get_reason_display()), _mean(row.merchant_axes), row.merchant_text, _mean(row.provider_axes), row.provider_text,
        row.answer,
    ]  # fmt: skip
