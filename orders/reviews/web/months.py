"""The monthly question of a standing contract: all its months, and the mark of the one that is asked about."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.reviews import policies
from orders.reviews.errors import AlreadyWritten, BadReview, TooLate
from orders.reviews.forms import MonthForm
from orders.reviews.models import Pulse
from orders.reviews.pulses import mark_month
from orders.reviews.queries import access_pulse, pulses_of
from orders.reviews.web.side import ZONE, may_write, order_url, path_to, side_of


def month(request: HttpRequest, pk: int) -> HttpResponse:
    row = access_pulse(organization_id=request.organization.pk, pk=pk)
    return TemplateResponse(request, "reviews/month.html", _page(request, row, MonthForm()))


def _page(request: HttpRequest, row: Pulse, form: MonthForm) -> dict[str, Any]:
    side = side_of(request)
    return {
        "pulse": row,
        "form": form,
        "months": pulses_of(row.order),
        "may_mark": may_write(request) and policies.may_mark(row, side, timezone.now()),
        "is_open": policies.may_mark(row, "merchant", timezone.now()),
        "side": side,
        "list_url": path_to(request, "list"),
        "order_url": order_url(row.order_id, side),
        "needed": policies.PULSES,
        "zone": ZONE,
    }


def mark(request: HttpRequest, pk: int) -> HttpResponse:
    organization_id = request.organization.pk
    with scope(organization_id, read_only=True):
        row = access_pulse(organization_id=organization_id, pk=pk)
    form = MonthForm(request.POST)
    if form.is_valid():
        try:
            by = person(request.user.pk)
            mark_month(organization_id=organization_id, pulse_id=pk, mark=form.cleaned_data["mark"], by=by, at=timezone.now())
            messages.success(request, _("Thank you. The provider sees your mark."))
        except (AlreadyWritten, BadReview, TooLate) as error:
            _warn(request, error)
        return redirect(path_to(request, "month", pk))
    with scope(organization_id, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, "reviews/month.html", _page(request, row, form), status=422).render()


def _warn(request: HttpRequest, error: UserError) -> None:
    messages.error(request, str(error))
