"""Offering an outcome clause to the other side: a new version of the contract, which both have to accept."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.outcomes.clause import problems
from orders.outcomes.contract import describe
from orders.outcomes.metrics import metric_named, metrics
from orders.outcomes.offering import clause_of, place_of, with_clause, without_clause
from orders.outcomes.queries import agreement_of
from orders.outcomes.web.forms import FIELDS, ClauseForm, initial
from orders.outcomes.web.side import WRITES, order_url, side_of, url
from orders.service.errors import BadTerms
from orders.service.models import ContractVersion, ServiceOrder
from orders.service.operations import revise_contract
from orders.service.policies import possible
from orders.service.queries import access_order, version_of
from orders.service.terms import Terms
from orders.store.queries import shops


def _offered(request: HttpRequest, pk: int) -> tuple[ServiceOrder, ContractVersion]:
    """The contract and the version on offer. Raises NotFound."""
    order = access_order(organization_id=request.organization.pk, pk=pk)
    return order, version_of(order, order.offered_version)


def _form(request: HttpRequest, terms: Terms, data: Any = None) -> ClauseForm:
    known = list(shops(request.organization.pk).filter(currency=terms.currency)) if side_of(request) == "merchant" else None
    queryset = shops(request.organization.pk).filter(pk__in=[shop.pk for shop in known]) if known is not None else None
    return ClauseForm(data, initial=initial(clause_of(terms), terms.currency), currency=terms.currency, shops=queryset)


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """The form; sent, it is the next version of the contract."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        order, version = _offered(request, pk)
        form = _form(request, version.agreed, request.POST if request.method == "POST" else None)
        if request.method != "POST":
            return _page(request, order, version, form)
        if not form.is_valid():
            return _page(request, order, version, form, status=422)
        before = clause_of(version.agreed)
        clause = form.clause(milestone=place_of(version.agreed), shop_id=before.shop_id if before else None)
        for message, field in problems(clause, least_settle_days=metric_named(clause.metric).least_settle_days):
            form.add_error(FIELDS.get(field, field), message)
        if form.errors:
            return _page(request, order, version, form, status=422)
    try:
        _revise(request, order, with_clause(version.agreed, clause), request.POST.get("base_hash", ""))
    except BadTerms as bad:
        _point_out(form, bad)
    except NotFound:
        raise
    except UserError as error:
        form.add_error(None, str(error))
    else:
        messages.success(request, _("The outcome is part of the contract now on offer. The other side reads and accepts it."))
        return redirect(order_url(request, order.pk))
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return _page(request, order, version, form, status=422)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer the contract without its outcome."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        order, version = _offered(request, pk)
    try:
        _revise(request, order, without_clause(version.agreed), request.POST.get("base_hash", ""))
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The contract is on offer without a measured outcome."))
    return redirect(order_url(request, order.pk))


def _revise(request: HttpRequest, order: ServiceOrder, terms: Terms, base_hash: str) -> None:
    revise_contract(
        organization_id=request.organization.pk, order_id=order.pk, terms=terms, base_hash=base_hash,
        by=person(request.user.pk), at=timezone.now(),
    )  # fmt: skip


def _point_out(form: ClauseForm, bad: BadTerms) -> None:
    """The mistake beside its field, where the form has it."""
    name = bad.where.removeprefix("clauses.outcome.")
    name = FIELDS.get(name, name)
    form.add_error(name if name in form.fields else None, str(bad))


def _page(
    request: HttpRequest, order: ServiceOrder, version: ContractVersion, form: ClauseForm, status: int = 200
) -> HttpResponse:
    side, terms, running = side_of(request), version.agreed, agreement_of(order)
    context = {
        "order": order,
        "version": version,
        "form": form,
        "side": side,
        "metrics": list(metrics()),
        "clause_lines": describe(terms.clauses["outcome"], terms) if clause_of(terms) else [],
        "may_offer": "revise" in possible(order, side) and WRITES[side] in request.rights,  # type: ignore[arg-type]
        "is_recurring": terms.is_recurring,
        "order_url": order_url(request, order.pk),
        "outcome_url": url(request, "outcome", running.pk) if running else "",
    }
    response = TemplateResponse(request, "outcomes/offer.html", context, status=status)
    response.render()
    return response
