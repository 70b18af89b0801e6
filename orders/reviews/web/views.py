"""Reviews on both consoles: the list, one round, writing, answering."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.reviews import operations, policies
from orders.reviews.axes import OF_PROVIDER, shown
from orders.reviews.errors import AlreadyWritten, BadReview, TooLate
from orders.reviews.forms import AnswerForm, ReviewForm
from orders.reviews.models import ReviewRound
from orders.reviews.queries import access_round, rounds_of, sealed_of

SPACES = {"merchant": "reviews", "provider": "desk_reviews"}
WRITES = {"merchant": Permission.HIRE, "provider": Permission.SELL}
PER_PAGE, ZONE = 20, "Asia/Shanghai"


def _kind(request: HttpRequest) -> str:
    return str(request.organization.kind)


def review_list(request: HttpRequest) -> HttpResponse:
    kind, now = _kind(request), timezone.now()
    page = Paginator(rounds_of(request.organization.pk, kind), PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        (row, reverse(f"{SPACES[kind]}:detail", args=[row.pk]), policies.may_write(row, kind, now)) for row in page.object_list
    ]
    return TemplateResponse(request, "reviews/list.html", {"page_obj": page, "rows": rows, "zone": ZONE})


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = access_round(organization_id=request.organization.pk, pk=pk)
    return TemplateResponse(request, "reviews/detail.html", _page(request, row))


def _page(
    request: HttpRequest, row: ReviewRound, form: ReviewForm | None = None, answer_form: AnswerForm | None = None
) -> dict[str, Any]:
    """Needs the reader's own scope: it is what keeps the other's review from him until both are published."""
    kind, now = _kind(request), timezone.now()
    own = sealed_of(row, kind)
    may_act = WRITES[kind] in request.rights and request.look is None
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
        "order_url": f"/contracts/{row.order_id}/" if kind == "merchant" else f"/desk/jobs/{row.order_id}/",
        "zone": ZONE,
    }


def _axes(row: ReviewRound, kind: str) -> list[str]:
    return list(row.axes if kind == "merchant" else OF_PROVIDER)


def write(request: HttpRequest, pk: int) -> HttpResponse:
    row = _seen(request, pk)
    form = ReviewForm(request.POST, axes=_axes(row, _kind(request)))
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
    return redirect(reverse(f"{SPACES[_kind(request)]}:detail", args=[pk]))


def _warn(request: HttpRequest, error: UserError) -> None:
    messages.error(request, str(error))


def _again(request: HttpRequest, row: ReviewRound, **forms: Any) -> HttpResponse:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, "reviews/detail.html", _page(request, row, **forms), status=422).render()
