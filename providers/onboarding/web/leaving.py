"""Leaving the market: what is still open, asking, staying after all, and taking one's data along."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.ui.kit import Step, StepState
from providers.onboarding import queries
from providers.onboarding.deposits import CURRENCY, deposit_of
from providers.onboarding.downloads import as_download
from providers.onboarding.leaving import blockers
from providers.onboarding.models import Exit
from providers.onboarding.operations import exiting, exporting
from providers.onboarding.operations.documents import open_document
from providers.onboarding.tasks import export as make_export
from providers.onboarding.web.common import ZONE, actor

#: Which of the four steps is current in each state.
PLACES = {"": 0, "requested": 1, "left": 2, "refunded": 4}


@require_safe
@requires(Permission.ONBOARD)
def home(request: HttpRequest) -> HttpResponse:
    provider_id, now = request.organization.pk, timezone.now()
    row = queries.exit_of(provider_id)
    context = {
        "exit": row,
        "steps": _steps(row),
        "blockers": blockers(provider_id, now),
        "held": deposit_of(provider_id, now).held,
        "currency": CURRENCY,
        "export": queries.latest_export(provider_id),
        "may_export": Permission.EXPORT in request.rights,
        "may_leave": Permission.MANAGE_MEMBERS in request.rights,
        "tz": ZONE,
    }
    return TemplateResponse(request, "onboarding/exit.html", context)


def _steps(row: Exit | None) -> list[Step]:
    place = PLACES[row.state if row else ""]
    labels = (_("Ask to leave"), _("Close what is open"), _("30 days of waiting"), _("Deposit paid back"))

    def state(number: int) -> StepState:
        return "done" if number < place else "current" if number == place and place else "todo"

    return [Step(label, state(number)) for number, label in enumerate(labels)]


@require_POST
@requires(Permission.MANAGE_MEMBERS)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask to leave, or stay after all."""
    common = {"provider_id": request.organization.pk, "by": actor(request), "at": timezone.now()}
    try:
        if request.POST.get("act") == "withdraw":
            exiting.withdraw_exit(**common)
            messages.success(request, _("Good: you stay. Orders and listings are open again."))
        else:
            row = exiting.request_exit(**common, reason=request.POST.get("reason", ""))
            left = _("You have left. Your deposit is paid back in 30 days.")
            asked = _("Noted. New business has stopped; you leave as soon as nothing is open.")
            messages.success(request, left if row.state == "left" else asked)
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    return redirect("exit:home")


@require_POST
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponse:
    """Have everything packed into one file."""
    try:
        row = exporting.request_export(provider_id=request.organization.pk, by=actor(request), at=timezone.now())
    except UserError:
        messages.info(request, _("Your data is being packed already."))
        return redirect("exit:home")
    make_export.delay(merchant_id=request.organization.pk, export_id=row.pk)
    messages.success(request, _("Your data is being packed; we tell you when it is ready."))
    return redirect("exit:home")


@require_safe
@requires(Permission.EXPORT)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an export is; asked again every two seconds while it runs."""
    found = queries.access_export(provider_id=request.organization.pk, pk=pk)
    return TemplateResponse(request, "onboarding/_export.html", {"export": found, "may_export": True, "tz": ZONE})


@require_POST
@requires(Permission.EXPORT)
def download(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """The packed file, while it is kept."""
    document = open_document(provider_id=request.organization.pk, document_id=pk, purpose="export", by=actor(request))
    if document.kind != "export":
        raise NotFound("There is no such export.")
    return as_download(document)
