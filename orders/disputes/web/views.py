"""Disputes: the list, one dispute with its ladder, opening one, acting in one, and what a share would come to."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.accounts.roles import Permission
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_datetime, minor_to_decimal
from orders.disputes import operations, policies
from orders.disputes.errors import AlreadyDisputed, BadAmount, FeeNotCovered, NothingSaid, TooLate
from orders.disputes.forms import ActForm, OpenForm, ShareField
from orders.disputes.models import Dispute
from orders.disputes.queries import access_dispute, consequences, disputes_of, is_decided
from orders.disputes.showing import ZONE, shown
from orders.disputes.states import DisputeState, Outcome
from orders.service.models import Milestone, ServiceOrder
from orders.service.queries import access_milestone

SPACES = {"merchant": "disputes", "provider": "desk_disputes"}
WRITES = {"merchant": Permission.HIRE, "provider": Permission.SELL}
PER_PAGE = 20
#: What the person can put right; what is foreign or not allowed is refused at the door.
_Correctable = (AlreadyDisputed, BadAmount, FeeNotCovered, NothingSaid, NotPossible, TooLate)


class DisputeFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search", label=gettext_lazy("Contract"), widget=forms.TextInput({"type": "search"}))
    state = django_filters.ChoiceFilter(choices=DisputeState, label=gettext_lazy("Status"), empty_label=gettext_lazy("All"))
    o = django_filters.OrderingFilter(fields=(("due_at", "due"), ("opened_at", "opened"), ("at_stake", "amount")))

    def search(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        text = value.replace("\x00", "").strip()
        found = Q(order__title__icontains=text) | Q(order__number__icontains=text)
        if text.upper().startswith("D-") and text[2:].isdecimal():
            found |= Q(pk=int(text[2:][:15]))
        return queryset.filter(found)


def _kind(request: HttpRequest) -> str:
    return str(request.organization.kind)


def path_to(request: HttpRequest, name: str, *args: int) -> str:
    return reverse(f"{SPACES[_kind(request)]}:{name}", args=args)


def _listed(request: HttpRequest) -> DisputeFilter:
    return DisputeFilter(request.GET, queryset=disputes_of(request.organization.pk, _kind(request)), request=request)


def dispute_list(request: HttpRequest) -> HttpResponse:
    found, kind = _listed(request), _kind(request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page_obj": page,
        "rows": [(row, policies.acts_next(row) in (kind, "both")) for row in page.object_list],
        "has_disputes": bool(page.paginator.count) or disputes_of(request.organization.pk, kind).exists(),
        "may_export": Permission.EXPORT in request.rights,
        "space": SPACES[kind],
        "zone": ZONE,
    }
    return TemplateResponse(request, "disputes/list.html", context)


def export(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV, filtered as on the page."""
    organization_id = request.organization.pk

    def rows() -> Iterator[list[str]]:
        with scope(organization_id, read_only=True):
            for row in _listed(request).qs.iterator():
                final = "" if row.final_to_provider is None else str(minor_to_decimal(row.final_to_provider, row.currency))
                yield [
                    row.number, row.order.number, row.order.title, row.milestone.name, str(row.get_reason_display()),
                    str(row.get_state_display()), row.currency, str(minor_to_decimal(row.at_stake, row.currency)), final,
                    str(Outcome(row.outcome).label) if row.outcome else "", local_datetime(row.opened_at, ZONE),
                    local_datetime(row.closed_at, ZONE) if row.closed_at else "",
                ]  # fmt: skip

    columns = [
        _("Dispute"), _("Contract no."), _("Contract"), _("Milestone"), _("Reason"), _("Status"), _("Currency"), _("At stake"),
        _("To the provider"), _("Outcome"), _("Opened"), _("Closed"),
    ]  # fmt: skip
    return csv_response("disputes.csv", columns, rows())


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    dispute = access_dispute(organization_id=request.organization.pk, pk=pk)
    return TemplateResponse(request, "disputes/detail.html", _page(request, dispute, None))


def _page(request: HttpRequest, dispute: Dispute, form: ActForm | None) -> dict[str, Any]:
    kind, now = _kind(request), timezone.now()
    may_act = WRITES[kind] in request.rights and request.look is None
    return {
        "page": shown(dispute, kind, now),
        "dispute": dispute,
        "form": form or ActForm(currency=dispute.currency, at_stake=dispute.at_stake, initial={"act": ""}),
        "wrong_act": request.POST.get("act", ""),
        "may_act": may_act,
        "space": SPACES[kind],
        "order_url": f"/contracts/{dispute.order_id}/" if kind == "merchant" else f"/desk/jobs/{dispute.order_id}/",
        "zone": ZONE,
    }


def do(request: HttpRequest, pk: int) -> HttpResponse:
    """One act; what is wrong is said beside the form, which keeps what was typed."""
    organization_id = request.organization.pk
    with scope(organization_id, read_only=True):
        dispute = access_dispute(organization_id=organization_id, pk=pk)
    form = ActForm(request.POST, currency=dispute.currency, at_stake=dispute.at_stake)
    if form.is_valid():
        try:
            operations.act_in_dispute(
                organization_id=organization_id, dispute_id=pk, act=request.POST.get("act", ""), by=person(request.user.pk),
                at=timezone.now(), **form.cleaned_data,
            )  # fmt: skip
            messages.success(request, _("Done. The other side was told."))
            return redirect(path_to(request, "detail", pk))
        except NotPossible as error:  # somebody else was first: the page shows what
            messages.error(request, str(error))
            return redirect(path_to(request, "detail", pk))
        except _Correctable as error:
            form.add_error(None, str(error))
    with scope(organization_id, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, "disputes/detail.html", _page(request, dispute, form), status=422).render()


def opening(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a dispute about a milestone."""
    organization_id = request.organization.pk
    with scope(organization_id, read_only=True):
        order, milestone = access_milestone(organization_id=organization_id, pk=pk)
        may_open = policies.may_open(milestone, timezone.now()) and not is_decided(milestone)
    stake = policies.at_stake(milestone)
    form = OpenForm(request.POST or None, currency=order.currency, at_stake=stake)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.open_dispute(
                organization_id=organization_id,
                milestone_id=pk,
                by=person(request.user.pk),
                at=timezone.now(),
                **form.cleaned_data,
            )
            return redirect(path_to(request, "detail", made.pk))
        except _Correctable as error:
            messages.error(request, str(error))
            return redirect(path_to(request, "list"))
    status = 422 if form.errors else 200
    return TemplateResponse(request, "disputes/open.html", _opening(request, order, milestone, form, may_open), status=status)


def _opening(
    request: HttpRequest, order: ServiceOrder, milestone: Milestone, form: OpenForm, may_open: bool
) -> dict[str, Any]:  # fmt: skip
    return {
        "order": order,
        "milestone": milestone,
        "form": form,
        "stake": policies.at_stake(milestone),
        "may_open": may_open,
        "until": policies.open_until(milestone),
        "space": SPACES[_kind(request)],
        "zone": ZONE,
    }


def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What a share would come to on both sides, as it is typed (`?to_provider=`)."""
    dispute = access_dispute(organization_id=request.organization.pk, pk=pk)
    field = ShareField(currency=dispute.currency, at_stake=dispute.at_stake, required=False)
    try:
        chosen = field.clean(request.GET.get("to_provider", ""))
    except forms.ValidationError:
        chosen = None
    if dispute.closed_at is not None or chosen is None:
        return TemplateResponse(request, "disputes/_share.html", {"share": None, "dispute": dispute})
    context = {"share": consequences(dispute, chosen, timezone.now()), "dispute": dispute}
    return TemplateResponse(request, "disputes/_share.html", context)
