"""Where the company stands: what is missing, who acts next, how long it usually takes."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import UserError
from marketplace.kernel.transitions import allows
from marketplace.ui.formats import local_date, money
from marketplace.ui.kit import Check
from providers.moderation.models import Review
from providers.onboarding import facts, queries
from providers.onboarding.deposits import CURRENCY, deposit_of, required_in_full
from providers.onboarding.gate import circumstances
from providers.onboarding.models import Application
from providers.onboarding.operations import applying
from providers.onboarding.states import APPLICATION, LOCKED, VERIFIED
from providers.onboarding.web.common import ZONE, actor, reason_texts, step_tabs


@require_safe
@requires(Permission.VIEW_CONSOLE)
def home(request: HttpRequest) -> HttpResponse:
    provider_id = request.organization.pk
    application = queries.application_of(provider_id)
    state = application.state if application else "draft"
    missing = queries.missing_for_submission(provider_id)
    may = Permission.ONBOARD in request.rights
    context = {
        "application": application,
        "state": state,
        "tabs": step_tabs(provider_id, application, "home") if may else [],
        "checks": _checks(provider_id, application, may, timezone.now()),
        "reasons": reason_texts(applying.COMPANY, application.reasons) if application else [],
        "review": _review(provider_id, applying.COMPANY),
        "missing": missing,
        "may_submit": may and allows(APPLICATION, state, "submit") and (state != "verified" or _has_changed(application)),
        "may_withdraw": may and allows(APPLICATION, state, "withdraw"),
        "is_renewal": state in ("verified", "expired"),
        "tz": ZONE,
    }
    return TemplateResponse(request, "onboarding/home.html", context)


def _has_changed(application: Application | None) -> bool:
    """Whether something was edited since the last approval; papers count by the day they came."""
    if application is None:
        return False
    papers = queries.company_documents(application.provider_id).values()
    since = application.decided_at or application.created_at
    return facts.snapshot(application) != application.verified_facts or any(paper.uploaded_at > since for paper in papers)


def _review(provider_id: int, kind: str) -> Review | None:
    return Review.objects.filter(provider_id=provider_id, kind=kind, state="waiting").first()


def _checks(provider_id: int, application: Application | None, may: bool, at: datetime) -> list[Check]:
    return [
        *_company_checks(provider_id, application, may),
        _category_check(provider_id, may),
        _review_check(provider_id, application),
        _deposit_check(provider_id, application, at),
    ]


def _company_checks(provider_id: int, application: Application | None, may: bool) -> list[Check]:
    documents, found = queries.company_documents(provider_id), []
    locked = application is not None and application.state in LOCKED
    for step in facts.STEPS:
        missing = queries.missing_of(step, application, documents)
        page = reverse(f"onboarding:{step.name}") if may else ""
        if missing:
            text = _("Still missing: %(what)s.") % {"what": _(", ").join(map(str, missing))}
            found.append(Check(step.label, "todo", text, _("You"), page, _("Continue")))
        else:
            found.append(Check(step.label, "done", _("Complete."), "", page, _("Look") if locked else _("Change")))
    return found


def _category_check(provider_id: int, may: bool) -> Check:
    chosen = queries.chosen_categories(provider_id)
    page = reverse("onboarding:categories") if may else ""
    lacking = [each for each in chosen if each.missing]
    if not chosen:
        return Check(_("Categories"), "todo", _("Choose what you want to offer."), _("You"), page, _("Choose"))
    names = _(", ").join(each.name for each in chosen)
    if lacking:
        what = _(", ").join(each.name for each in lacking)
        text = _("Papers are missing for: %(what)s.") % {"what": what}
        return Check(_("Categories"), "todo", text, _("You"), page, _("Continue"))
    is_open = any(each.qualification.state not in LOCKED for each in chosen)
    return Check(_("Categories"), "done", names, "", page, _("Change") if is_open else _("Look"))


def _review_check(provider_id: int, application: Application | None) -> Check:
    label, state = pgettext("market", "Review"), application.state if application else "draft"
    if state in VERIFIED and application is not None:
        until = application.verified_until
        text = _("Verified until %(day)s.") % {"day": local_date(until)} if until else _("Verified; the licence has no end.")
        return Check(label, "done", text)
    review = _review(provider_id, applying.COMPANY)
    if review is not None:
        text = _("Usually within two working days; by %(day)s at the latest.") % {"day": local_date(review.due_at, ZONE)}
        return Check(label, "waiting", text, _("Shangban"))
    if state in ("changes_requested", "rejected", "suspended", "expired"):
        return Check(label, "blocked", _("Read what we wrote above, put it right and hand it in again."), _("You"))
    return Check(label, "later", _("After you hand in; usually two working days."), _("Shangban"))


def _deposit_check(provider_id: int, application: Application | None, at: datetime) -> Check:
    label, page = pgettext("market", "Deposit"), reverse("deposit:home")
    required, deposit = required_in_full(provider_id), deposit_of(provider_id, at)
    if required == 0:
        return Check(label, "later", _("The amount follows from the categories you are approved for."), "", page, _("Look"))
    amount = money(deposit.short_of(required), CURRENCY)
    if deposit.held >= required:
        return Check(label, "done", _("Paid in full."), "", page, _("Look"))
    known = circumstances(provider_id, None, at)
    if known.is_on_trial:
        text = ngettext(
            "%(amount)s are due after %(count)s more trial order.",
            "%(amount)s are due after %(count)s more trial orders.",
            known.orders_left,
        ) % {"amount": amount, "count": known.orders_left}
        return Check(label, "later", text, _("You"), page, _("Pay in"))
    return Check(label, "todo", _("%(amount)s are missing.") % {"amount": amount}, _("You"), page, _("Pay in"))


@require_POST
@requires(Permission.ONBOARD)
def submit(request: HttpRequest) -> HttpResponse:
    """Hand the company in."""
    try:
        applying.submit(provider_id=request.organization.pk, by=actor(request), at=timezone.now())
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Handed in. We tell you as soon as it is decided."))
    return redirect("onboarding:home")


@require_POST
@requires(Permission.ONBOARD)
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the application back."""
    try:
        applying.withdraw(provider_id=request.organization.pk, by=actor(request), at=timezone.now())
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Withdrawn. Change what you need and hand it in again."))
    return redirect("onboarding:home")
