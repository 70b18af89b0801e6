"""Capacity: how much at once, when not at all, and when merchants reach somebody."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from providers.profiles import operations, queries
from providers.profiles.capacity import load_of
from providers.profiles.web.common import may_edit, require_editing, shown
from providers.profiles.web.forms import CapacityForm, PauseForm

FIELDS = ("max_active_jobs", "contact_days", "contact_from", "contact_until", "timezone")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_CONSOLE, kind="provider")
def home(request: HttpRequest) -> HttpResponse:
    """The page; POST saves limits and hours."""
    if request.method != "POST":
        return _page(request)
    require_editing(request)
    form = CapacityForm(request.POST)
    if not form.is_valid():
        return _page(request, status=400, form=form)
    try:
        operations.save_capacity(
            provider_id=request.organization.pk, by=person(request.user.pk), at=timezone.now(), **form.cleaned_data
        )
    except UserError as error:
        form.add_error(None, str(error))
        return _page(request, status=400, form=form)
    messages.success(request, _("Saved; in force at once."))
    return redirect("capacity:home")


@require_POST
@requires(Permission.EDIT_PROFILE)
def add(request: HttpRequest) -> HttpResponse:
    """A pause."""
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _page(request, status=400, pause_form=form)
    try:
        operations.add_pause(
            provider_id=request.organization.pk, by=person(request.user.pk), at=timezone.now(), **form.cleaned_data
        )
    except UserError as error:
        form.add_error(None, str(error))
        return _page(request, status=400, pause_form=form)
    messages.success(request, _("No new orders on these days. Jobs that run go on."))
    return redirect("capacity:home")


@require_POST
@requires(Permission.EDIT_PROFILE)
def remove(request: HttpRequest) -> HttpResponse:
    """Take orders again on these days. A pause that is gone already is no mistake of anybody's."""
    chosen = request.POST.get("pause", "")
    try:
        operations.remove_pause(
            provider_id=request.organization.pk,
            pause_id=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0,
            by=person(request.user.pk),
            at=timezone.now(),
        )
        messages.success(request, _("You take orders on these days again."))
    except UserError as error:
        messages.info(request, str(error))
    return redirect("capacity:home")


def _page(request: HttpRequest, *, status: int = 200, **given: Any) -> HttpResponse:
    def context() -> dict[str, Any]:
        provider_id, today = request.organization.pk, timezone.now().date()
        profile = queries.profile_of(provider_id)
        return {
            "form": CapacityForm(initial={name: getattr(profile, name) for name in FIELDS}),
            "pause_form": PauseForm(),
            "pauses": queries.pauses(provider_id, since=today),
            "availability": queries.availability(provider_id, on=today),
            "load": load_of(provider_id),
            "profile": profile,
            "today": today,
            "may_edit": may_edit(request),
            **given,
        }

    return shown(request, "profiles/capacity.html", context, status=status)
