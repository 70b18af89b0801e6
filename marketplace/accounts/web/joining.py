"""Answering an invitation. The token leaves the address bar at once; what is shown is known to the mailbox's owner anyway."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from marketplace.accounts import operations
from marketplace.accounts.middleware import SESSION_KEY as ORGANIZATION_KEY
from marketplace.accounts.models import Invitation, User
from marketplace.accounts.roles import Role, explain_role
from marketplace.accounts.web.forms import PASSWORD_RULES, printable
from marketplace.kernel.errors import NotFound, UserError

SESSION_KEY = "invitation"


class JoinForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=gettext_lazy("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["password"].help_text = PASSWORD_RULES

    def clean_name(self) -> str:
        return printable(self.cleaned_data["name"])

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


@never_cache
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the token in the session and go on without it in the address. 160 bits need no rate limit."""
    try:
        operations.open_invitation(token=token, at=timezone.now())
    except NotFound:
        return _gone(request)
    request.session[SESSION_KEY] = token
    return redirect("join")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """What is offered, to whom; accepting it with the account there is, or with a new one."""
    token = request.session.get(SESSION_KEY)
    if not token:
        return redirect("console")
    if not ratelimit.consume(request, action="join"):
        return ratelimit.respond_429(request)
    try:
        invitation = operations.open_invitation(token=token, at=timezone.now())
    except NotFound:
        del request.session[SESSION_KEY]
        return _gone(request)
    if request.user.is_authenticated:
        return _with_account(request, invitation, token)
    if User.objects.filter(email=invitation.email).exists():
        return _page(request, invitation, "sign_in")
    return _without_account(request, invitation, token)


def _gone(request: HttpRequest) -> HttpResponse:
    """The same for used, expired, withdrawn and invented links."""
    return TemplateResponse(request, "account/invitation_gone.html", status=404)


def _page(request: HttpRequest, invitation: Invitation, step: str, form: JoinForm | None = None) -> HttpResponse:
    context = {
        "invitation": invitation,
        "role": Role(invitation.role).label,
        "role_text": explain_role(invitation.role),
        "step": step,
        "form": form,
    }
    return TemplateResponse(request, "account/invitation.html", context, status=400 if form and form.errors else 200)


def _with_account(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    if request.user.email != invitation.email:
        return _page(request, invitation, "other")
    if request.method == "POST":
        try:
            organization_id = operations.accept_invitation(token=token, user=request.user, at=timezone.now())
        except NotFound:
            return _gone(request)
        except UserError as error:
            messages.error(request, str(error))
            return redirect("join")
        return _arrive(request, organization_id, invitation)
    return _page(request, invitation, "accept")


def _without_account(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    form = JoinForm(request.POST or None, email=invitation.email)
    if request.method != "POST" or not form.is_valid():
        return _page(request, invitation, "new", form)
    try:
        user = operations.join_as_new(token=token, **form.cleaned_data, language=get_language() or "", at=timezone.now())
    except NotFound:
        return _gone(request)
    except UserError:  # somebody made the account a moment ago: sign in with it
        return redirect("join")
    get_adapter(request).login(request, user)
    return _arrive(request, invitation.organization_id, invitation)


def _arrive(request: HttpRequest, organization_id: int, invitation: Invitation) -> HttpResponse:
    request.session.pop(SESSION_KEY, None)
    request.session[ORGANIZATION_KEY] = organization_id
    messages.success(request, _("Welcome to “%(name)s”.") % {"name": invitation.organization.name})
    return redirect("console")
