"""Where money moves: paying a milestone in, accepting it, dividing it. Each shows what it comes to before it is confirmed."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.scope import scope
from orders.escrow.errors import NotEnoughInWallet
from orders.escrow.operations import wallet
from orders.payments.gateways import usable
from orders.payments.operations.starting import open_pay_in, start_pay_in
from orders.payments.remarks import remark_text
from orders.service import operations
from orders.service.errors import BadAmounts
from orders.service.models import Milestone, ServiceOrder
from orders.service.operations.accepting import preview
from orders.service.operations.recurring import counted_money, terms_of
from orders.service.policies import possible_with
from orders.service.queries import open_split
from orders.service.web.acts import done, facts_of, milestone_of, who_when
from orders.service.web.forms import SplitForm
from orders.service.web.pages import frame
from orders.service.web.side import side_of, url

PURPOSE = "milestone"


def _about(request: HttpRequest, order: ServiceOrder, milestone: Milestone) -> dict[str, Any]:
    """The frame of a page about one milestone."""
    back = url(request, "milestone", milestone.pk)
    return frame(request, order, here=milestone.pk) | {"milestone": milestone, "milestone_url": back}


@require_http_methods(["GET", "HEAD", "POST"])
def fund(request: HttpRequest, pk: int) -> HttpResponse:
    """From the wallet where it suffices; otherwise pay in first, and the milestone is funded when the money arrives."""
    order, milestone = milestone_of(request, pk)
    if request.method == "POST":
        return _pay_in(request, order, milestone) if request.POST.get("gateway") else _from_wallet(request, order, milestone)
    return TemplateResponse(request, "service/fund.html", _funding(request, order, milestone))


def _funding(request: HttpRequest, order: ServiceOrder, milestone: Milestone) -> dict[str, Any]:
    available = wallet(order.merchant_id, order.currency)
    return _about(request, order, milestone) | {
        "available": available,
        "missing": max(0, milestone.to_pay - available),
        "left_over": max(0, available - milestone.to_pay),
        "is_open": "fund" in possible_with(order, milestone, side_of(request)),
        "gateways": usable(order.currency),
        "key": uuid4().hex,
        "preview": preview(order, milestone.amount, timezone.now()),
    }


def _from_wallet(request: HttpRequest, order: ServiceOrder, milestone: Milestone) -> HttpResponse:
    try:
        operations.fund_milestone(**facts_of(request, order, milestone))
    except NotFound:
        raise
    except NotEnoughInWallet as error:
        messages.error(request, str(error))
        return redirect(url(request, "fund", milestone.pk))
    except UserError as error:
        messages.error(request, str(error))
        return redirect(url(request, "detail", order.pk))
    messages.success(request, _("The money is held. The provider has been told to begin."))
    return redirect(url(request, "detail", order.pk))


def _pay_in(request: HttpRequest, order: ServiceOrder, milestone: Milestone) -> HttpResponse:
    """What is missing comes from outside; the wallet gives the rest."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        missing = milestone.to_pay - wallet(order.merchant_id, order.currency)
        is_open = "fund" in possible_with(order, milestone, side_of(request))
    if missing <= 0 or not is_open:
        return _from_wallet(request, order, milestone)
    try:
        payment = start_pay_in(
            merchant_id=request.organization.pk, amount=missing, currency=order.currency, gateway=request.POST["gateway"],
            purpose=PURPOSE, subject_id=milestone.pk, memo=f"{order.number} · {milestone.name}",
            key=request.POST.get("key", "")[:40], **who_when(request),
        )  # fmt: skip
    except UserError as error:
        messages.error(request, str(error))
        return redirect(url(request, "fund", milestone.pk))
    try:  # the payment stands; its page offers to try again where the company did not answer
        open_pay_in(merchant_id=request.organization.pk, pay_in_id=payment.pk, **who_when(request))
    except UserError as error:
        messages.error(request, str(remark_text(str(error))))
    return redirect(reverse("money:pay_in", args=[payment.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """What the release comes to, for both; then the one button that moves it."""
    order, milestone = milestone_of(request, pk)
    if request.method == "POST":
        facts = facts_of(request, order, milestone)
        done(request, lambda: operations.accept_milestone(**facts), _("Accepted. The money is released to the provider."))
        return redirect(url(request, "milestone", pk))
    confirmed, excess = counted_money(terms_of(order, milestone), milestone)
    context = _about(request, order, milestone) | {
        "is_open": "accept" in possible_with(order, milestone, side_of(request)),
        "preview": preview(order, confirmed, timezone.now()) if confirmed else None,
        "rest": milestone.amount - confirmed,
        "excess": excess,
    }
    return TemplateResponse(request, "service/accept.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to divide what is held: first what it comes to for both sides, then the proposal is sent."""
    order, milestone = milestone_of(request, pk)
    is_sent = request.method == "POST"
    data = request.POST if is_sent else request.GET if "to_provider" in request.GET else None
    form = SplitForm(data, order=order, milestone=milestone)
    if is_sent and form.is_valid():
        try:
            operations.propose_split(
                to_provider=form.cleaned_data["to_provider"], note=form.cleaned_data["note"],
                **facts_of(request, order, milestone),
            )  # fmt: skip
            messages.success(request, _("Proposed. The other side has been asked."))
            return redirect(url(request, "milestone", pk))
        except BadAmounts as error:
            form.add_error("to_provider", str(error))
        except NotFound:
            raise
        except UserError as error:
            messages.error(request, str(error))
            return redirect(url(request, "milestone", pk))
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        context = _about(request, order, milestone) | {"form": form, **_shares(order, milestone, form)}
        context["is_open"] = "split" in possible_with(order, milestone, side_of(request))
    return TemplateResponse(request, "service/split.html", context, status=422 if is_sent or (data and form.errors) else 200)


def _shares(order: ServiceOrder, milestone: Milestone, form: SplitForm) -> dict[str, Any]:
    if not form.is_bound or not form.is_valid():
        return {}
    to_provider = form.cleaned_data["to_provider"]
    if to_provider > milestone.amount:
        form.add_error("to_provider", _("More cannot be shared out than is held."))
        return {}
    return {"preview": preview(order, to_provider, timezone.now()), "to_merchant": milestone.amount - to_provider}


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The other side's proposal with what it comes to: agree, or decline; one's own can be taken back."""
    order, milestone = milestone_of(request, pk)
    if request.method == "POST":
        return _answered(request, order, milestone)
    found = open_split(milestone)
    if found is None:
        messages.info(request, _("There is no open proposal any more."))
        return redirect(url(request, "milestone", pk))
    context = _about(request, order, milestone) | {
        "split": found,
        "is_ours": found.proposed_by == side_of(request),
        "preview": preview(order, found.to_provider, timezone.now()),
        "to_merchant": found.to_merchant,
    }
    return TemplateResponse(request, "service/split_answer.html", context)


@require_POST
def _answered(request: HttpRequest, order: ServiceOrder, milestone: Milestone) -> HttpResponse:
    number, yes = request.POST.get("split", ""), request.POST.get("answer") == "agree"
    if not number.isdecimal() or len(number) > 18:
        raise Http404
    facts = facts_of(request, order, milestone) | {"split_id": int(number)}
    operation = operations.agree_split if yes else operations.decline_split
    words = _("Agreed. The money has moved as proposed.") if yes else _("The proposal is off the table. Nothing has moved.")
    done(request, lambda: operation(**facts), words)
    return redirect(url(request, "milestone", milestone.pk))
