"""One's own account: name, language, password, where one is signed in, which organizations one belongs to."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language

from marketplace.accounts import operations, queries
from marketplace.accounts.access import requires
from marketplace.accounts.middleware import SESSION_KEY
from marketplace.accounts.roles import Permission, Role
from marketplace.accounts.viewing import SESSION_KEY as LOOK_KEY
from marketplace.accounts.web.devices import device
from marketplace.accounts.web.forms import printable
from marketplace.accounts.web.tabs import settings_tabs
from marketplace.kernel.errors import NotFound, UserError
from marketplace.outbox.people import language_of
from marketplace.tenancy.actor import person


class OwnForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Of your pages and of the letters we write to you."),
    )

    def clean_name(self) -> str:
        return printable(self.cleaned_data["name"])


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """The page; POST keeps name and language."""
    form = OwnForm(request.POST or None, initial={"name": request.user.name, "language": language_of(request.user)})
    if request.method == "POST" and form.is_valid():
        operations.keep_name(user_id=request.user.pk, name=form.cleaned_data["name"])
        language = form.cleaned_data["language"]
        operations.keep_language(user_id=request.user.pk, language=language)
        with translation.override(language):
            messages.success(request, _("Saved."))
        return _remember(redirect("own:account"), language)
    return TemplateResponse(request, "settings/account.html", _context(request, form), status=400 if form.errors else 200)


def _context(request: HttpRequest, form: OwnForm) -> dict[str, Any]:
    sessions = list(UserSession.objects.filter(user_id=request.user.pk).order_by("-last_seen_at")[:50])
    for session in sessions:
        session.device = device(session.user_agent)
        session.is_this = session.session_key == request.session.session_key
    for member in request.memberships:
        member.role_label = Role(member.role).label
        member.is_current = member.organization_id == getattr(request.organization, "pk", None)
    return {
        "form": form,
        "sessions": sessions,
        "others": sum(not session.is_this for session in sessions),
        "memberships": request.memberships,
        "verified": EmailAddress.objects.filter(user=request.user, email=request.user.email, verified=True).exists(),
        "has_second_step": queries.has_second_step(request.user),
        "steps": Authenticator.objects.filter(user=request.user).count(),
        "tabs": settings_tabs(request, "account"),
    }


def _remember(response: HttpResponse, language: str) -> HttpResponse:
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax")
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Django's switch; who is signed in keeps the language for his letters, too."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        operations.keep_language(user_id=request.user.pk, language=chosen)
    return set_language(request)


@require_POST
@login_required
def end_session(request: HttpRequest) -> HttpResponse:
    """Sign out one other session. A foreign or unknown one changes nothing."""
    chosen = request.POST.get("session", "")
    only = [int(chosen)] if chosen.isdecimal() and len(chosen) < 19 else []
    if operations.end_sessions(user_id=request.user.pk, keep=request.session.session_key or "", only=only):
        messages.success(request, _("Signed out there."))
    return redirect("own:account")


@require_POST
@login_required
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    operations.end_sessions(user_id=request.user.pk, keep=request.session.session_key or "")
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("own:account")


@require_POST
@requires(Permission.VIEW_CONSOLE)
def switch(request: HttpRequest) -> HttpResponse:
    """Work in another of one's organizations. The session gets a new key: its rights change."""
    chosen = request.POST.get("to", "")
    member = next((one for one in request.memberships if str(one.organization_id) == chosen), None)
    if member is None:
        raise NotFound("You do not belong to such an organization.")
    was = request.session.session_key
    request.session[SESSION_KEY] = member.organization_id
    request.session.cycle_key()
    UserSession.objects.filter(session_key=was).update(session_key=request.session.session_key)
    return redirect("console")


@require_POST
@requires(Permission.VIEW_CONSOLE)
def leave(request: HttpRequest) -> HttpResponse:
    """Leave the current organization."""
    name = request.organization.name
    if request.POST.get("confirm") != "yes":
        messages.info(request, _("Nothing was changed: leaving needs a confirmation."))
        return redirect("own:account")
    try:
        operations.leave_organization(
            organization_id=request.organization.pk, user=request.user, by=person(request.user.pk), at=timezone.now()
        )
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    else:
        request.session.pop(SESSION_KEY, None)
        messages.success(request, _("You have left “%(name)s”.") % {"name": name})
    return redirect("own:account")


@require_POST
@login_required
def viewing_end(request: HttpRequest) -> HttpResponse:
    """Staff stop looking as somebody else."""
    chosen = request.session.pop(LOOK_KEY, None)
    if chosen:
        organization_id, viewing_id = chosen
        operations.end_viewing(organization_id=organization_id, viewing_id=viewing_id, at=timezone.now())
        messages.success(request, _("You are yourself again."))
    return redirect("admin:index" if request.user.is_staff else "console")
