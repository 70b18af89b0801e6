"""The buttons of a contract and of a milestone: one operation each, one sentence back."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.kit import Text
from orders.service import operations
from orders.service.errors import BadAmounts, BadFile, GateClosed
from orders.service.files import checked
from orders.service.models import Delivery, Milestone, ServiceOrder
from orders.service.operations.delivering import NothingSaid
from orders.service.queries import access_milestone, access_order, signed_terms
from orders.service.web.forms import ChangesForm, CommentForm, DeliverForm, ExtendForm, ReasonForm, counts
from orders.service.web.pages import frame, milestone_context
from orders.service.web.side import url

Act = Callable[..., Any]
PLAIN: dict[str, tuple[Act, Text]] = {
    "resume": (operations.resume_order, gettext_lazy("The work goes on. What was due while it rested is due that much later.")),
    "withdraw_notice": (operations.withdraw_notice, gettext_lazy("The notice is withdrawn. The contract goes on.")),
    "continue_trial": (operations.continue_trial, gettext_lazy("The contract goes on after the trial.")),
}
REASONED: dict[str, tuple[Act, Text]] = {
    "cancel": (operations.cancel_order, gettext_lazy("The contract is cancelled. Nothing was held for it.")),
    "pause": (operations.pause_order, gettext_lazy("The work rests until you resume it.")),
    "give_notice": (operations.give_notice, gettext_lazy("Notice is given. The end date stands on this page.")),
    "end_trial": (operations.end_trial, gettext_lazy("The trial has ended. What was held went back to the merchant.")),
    "cancel_late": (
        operations.cancel_late,
        gettext_lazy("The contract is cancelled. What was not accepted went back to the wallet."),
    ),
}


def who_when(request: HttpRequest) -> dict[str, Any]:
    return {"by": person(request.user.pk), "at": timezone.now()}


def order_of(request: HttpRequest, pk: int) -> ServiceOrder:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True, savepoint=False):
        return access_order(organization_id=request.organization.pk, pk=pk)


def milestone_of(request: HttpRequest, pk: int) -> tuple[ServiceOrder, Milestone]:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True, savepoint=False):
        return access_milestone(organization_id=request.organization.pk, pk=pk)


def done(request: HttpRequest, operation: Callable[[], Any], words: Text) -> bool:
    """Run an operation; what it says goes to the reader. Whether it worked."""
    try:
        operation()
    except NotFound:
        raise
    except GateClosed as error:
        messages.error(request, " ".join([str(error), *(str(reason.text) for reason in error.reasons)]))
        return False
    except UserError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, str(words))
    return True


def order_act(name: str) -> Callable[..., HttpResponse]:
    """The view of a button on the contract's page; acts that end or stop something take a reason."""

    @require_POST
    def act(request: HttpRequest, pk: int) -> HttpResponse:
        order_of(request, pk)
        operation, words = (PLAIN | REASONED)[name]
        facts: dict[str, Any] = {"organization_id": request.organization.pk, "order_id": pk, **who_when(request)}
        if name in REASONED:
            form = ReasonForm(request.POST)
            if not form.is_valid():
                messages.error(request, _("Say it in at most 500 characters."))
                return redirect(url(request, "detail", pk))
            facts["reason"] = form.cleaned_data["reason"]
        done(request, lambda: operation(**facts), words)
        return redirect(url(request, "detail", pk))

    return act


@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the version that was read, named by its hash. Whose contract it is, the operation asks."""
    facts = {"organization_id": request.organization.pk, "order_id": pk, **who_when(request)}
    if request.POST.get("read") != "on":
        order_of(request, pk)
        messages.error(request, _("Tick that you have read the contract, then sign."))
        return redirect(f"{url(request, 'contract', pk)}#sign")
    words = _("Signed. What comes next is said on top of the page.")
    worked = done(request, lambda: operations.accept_contract(version_hash=request.POST.get("hash", ""), **facts), words)
    return redirect(url(request, "detail" if worked else "contract", pk))


@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    order_of(request, pk)
    item = request.POST.get("item", "")
    if not item.isdecimal() or len(item) > 18:
        raise Http404
    facts = {"organization_id": request.organization.pk, "order_id": pk, "item_id": int(item), **who_when(request)}
    done(request, lambda: operations.hand_over(**facts), _("Noted on the checklist."))
    return redirect(f"{url(request, 'detail', pk)}#handover")


@require_POST
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer to go on; the form stands on the contract's page."""
    order = order_of(request, pk)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        terms = signed_terms(order)
    form = ExtendForm(request.POST, order=order, terms=terms)
    if not form.is_valid():
        return TemplateResponse(request, "service/extend.html", _extending(request, order, form), status=422)
    facts = {"organization_id": request.organization.pk, "order_id": pk, **who_when(request)}
    months, note = form.cleaned_data.get("months") or 0, form.cleaned_data["note"]
    worked = done(
        request,
        lambda: operations.extend_contract(milestones=form.milestones(), months=months, note=note, **facts),
        _("Offered. It stands as soon as the other side accepts the new version."),
    )
    return redirect(url(request, "contract" if worked else "detail", pk))


@require_http_methods(["GET", "HEAD", "POST"])
def extending(request: HttpRequest, pk: int) -> HttpResponse:
    """Longer, or more: the form, and what happens to it."""
    if request.method == "POST":
        return extend(request, pk)
    order = order_of(request, pk)
    form = ExtendForm(order=order, terms=signed_terms(order))
    return TemplateResponse(request, "service/extend.html", _extending(request, order, form))


def _extending(request: HttpRequest, order: ServiceOrder, form: forms.Form) -> dict[str, Any]:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return frame(request, order) | {"form": form}


# Milestones ----------------------------------------------------------------------------------------------------------


def again(request: HttpRequest, order: ServiceOrder, milestone: Milestone, **shown: forms.Form) -> HttpResponse:
    """The milestone's page with a form that was not filled in well, and what was typed in it."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        context = milestone_context(request, order, milestone)
    context["forms"] |= shown
    context["open_form"] = next(iter(shown))
    return TemplateResponse(request, "service/milestone.html", context, status=422)


def facts_of(request: HttpRequest, order: ServiceOrder, milestone: Milestone) -> dict[str, Any]:
    return {
        "organization_id": request.organization.pk, "order_id": order.pk, "milestone_id": milestone.pk, **who_when(request),
    }  # fmt: skip


@require_POST
def deliver(request: HttpRequest, pk: int) -> HttpResponse:
    order, milestone = milestone_of(request, pk)
    form = DeliverForm(request.POST, request.FILES, counts=counts(order, milestone))
    if not form.is_valid():
        return again(request, order, milestone, deliver=form)
    try:
        files = [checked(upload.read(), name=upload.name or "") for upload in form.cleaned_data["files"]]
        operations.deliver(
            note=form.cleaned_data["note"], files=files, quantity=form.cleaned_data.get("quantity"),
            **facts_of(request, order, milestone),
        )  # fmt: skip
    except (BadFile, BadAmounts, NothingSaid) as error:
        form.add_error("files" if isinstance(error, BadFile) else None, str(error))
        return again(request, order, milestone, deliver=form)
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
        return redirect(url(request, "milestone", pk))
    messages.success(request, _("Delivered. The merchant has been told, and the time to look has begun."))
    return redirect(url(request, "milestone", pk))


@require_POST
def request_changes(request: HttpRequest, pk: int) -> HttpResponse:
    order, milestone = milestone_of(request, pk)
    form = ChangesForm(request.POST, auto_id="changes_%s")
    if not form.is_valid():
        return again(request, order, milestone, changes=form)
    facts = facts_of(request, order, milestone) | {"text": form.cleaned_data["text"]}
    done(request, lambda: operations.request_changes(**facts), _("The provider has been told what to change."))
    return redirect(url(request, "milestone", pk))


@require_POST
def look_longer(request: HttpRequest, pk: int) -> HttpResponse:
    order, milestone = milestone_of(request, pk)
    facts = facts_of(request, order, milestone)
    done(request, lambda: operations.extend_review(**facts), _("You have seven more days to look."))
    return redirect(url(request, "milestone", pk))


@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The provider returns a milestone's money."""
    order, milestone = milestone_of(request, pk)
    facts = facts_of(request, order, milestone)
    done(request, lambda: operations.refund_milestone(**facts), _("The money went back to the merchant."))
    return redirect(url(request, "milestone", pk))


@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """About one version of a delivery."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        delivery = Delivery.objects.filter(**{f"{request.organization.kind}_id": request.organization.pk}, pk=pk).first()
        if delivery is None:
            raise Http404
        milestone = delivery.milestone
    form = CommentForm(request.POST, auto_id=False)
    if not form.is_valid():
        messages.error(request, _("Write a comment of at most 2,000 characters."))
        return redirect(f"{url(request, 'milestone', milestone.pk)}#v{delivery.number}")
    facts = {"organization_id": request.organization.pk, "order_id": milestone.order_id, **who_when(request)}
    done(
        request,
        lambda: operations.comment(delivery_id=pk, text=form.cleaned_data["text"], **facts),
        _("The comment stands beneath the delivery."),
    )
    return redirect(f"{url(request, 'milestone', milestone.pk)}#v{delivery.number}")
