"""One round of reviews on both consoles: reading, writing, answering."""

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
from orders.reviews import operations, policies
from orders.reviews.axes import OF_PROVIDER, shown
from orders.reviews.errors import AlreadyWritten, BadReview, TooLate
from orders.reviews.forms import AnswerForm, ReviewForm
from orders.reviews.models import ReviewRound
from orders.reviews.queries import access_round, sealed_of
from orders.reviews.web.side import SPACES, ZONE, may_write, order_url, path_to, side_of


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = access_round(organization_id=request.organization.pk, pk=pk)
    return TemplateResponse(request, "reviews/detail.html", _page(request, row))


def _page(
    request: HttpRequest, row: ReviewRound, form: ReviewForm | None = None, answer_form: AnswerForm | None = None
) -> dict[str, Any]:
    """Needs the reader's own scope: it is what keeps the other's review from him until both are published."""
    kind, now = side_of(request), timezone.now()
    own = sealed_of(row, kind)
    may_act = may_write(request)
    return {
        "round": row,
        "own": own,
        "own_axes": shown(own.axes) if own else [],
        "merchant_axes": shown(row.merchant_axes),
        "provider_axes": shown(row.provider_axes),
        "may_write": may_act and policies.may_write(row, kind, now),
        "may_answer": may_act and policies.may_answer(row, kind, now),
        "form": form or ReviewForm(axes=_axes(row, kind)),
        "answer_form": answer_form or AnswerForm(),
        "space": SPACES[kind],
        "side": kind,
        "other": row.order.provider_name if kind == "merchant" else row.order.merchant_name,
        "has_written": policies.has_written(row, kind),
        "other_has_written": policies.has_written(row, "provider" if kind == "merchant" else "merchant"),
        "answer_until": row.published_at + policies.ANSWERING if row.published_at else None,
        "list_url": path_to(request, "list"),
        "order_url": order_url(row.order_id, kind),
        "zone": ZONE,
    }


def _axes(row: ReviewRound, kind: str) -> list[str]:
    return list(row.axes if kind == "merchant" else OF_PROVIDER)


def write(request: HttpRequest, pk: int) -> HttpResponse:
    row = _seen(request, pk)
    form = ReviewForm(request.POST, axes=_axes(row, side_of(request)))
    if form.is_valid():
        act = {"axes": form.given, "text": form.cleaned_data["text"]}
        return _do(request, pk, operations.write_review, act, _("Your review is in. It is published with the other side's."))
    return _again(request, row, form=form)


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    row = _seen(request, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        return _do(request, pk, operations.answer_review, form.cleaned_data, _("Your answer is published."))
    return _again(request, row, answer_form=form)


def _seen(request: HttpRequest, pk: int) -> ReviewRound:
    with scope(request.organization.pk, read_only=True):
        return access_round(organization_id=request.organization.pk, pk=pk)


def _do(request: HttpRequest, pk: int, operation: Any, facts: dict[str, Any], done: str) -> HttpResponse:
    by = person(request.user.pk)
    try:
        operation(organization_id=request.organization.pk, round_id=pk, by=by, at=timezone.now(), **facts)
        messages.success(request, done)
    except (AlreadyWritten, BadReview, TooLate) as error:
        _warn(request, error)
    return redirect(path_to(request, "detail", pk))


def _warn(request: HttpRequest, error: UserError) -> None:
    messages.error(request, str(error))


def _again(request: HttpRequest, row: ReviewRound, **forms: Any) -> HttpResponse:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, "reviews/detail.html", _page(request, row, **forms), status=422).render()
