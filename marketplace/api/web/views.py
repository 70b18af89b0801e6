"""The page where a merchant makes and ends keys of the API."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.api import queries
from marketplace.api.operations import create_key, revoke_key
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope

#: What a key may be given; people's own business (members, keys) is not among it.
GRANTABLE = (Permission.VIEW_ORDERS, Permission.VIEW_MONEY, Permission.IMPORT, Permission.RUN_PROGRAMS)


class KeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("What uses the key, for example the shop system.")
    )
    rights = forms.MultipleChoiceField(
        label=gettext_lazy("Rights"),
        widget=forms.CheckboxSelectMultiple,
        choices=[(right.value, right.label) for right in GRANTABLE],
    )
    days = forms.IntegerField(
        label=gettext_lazy("Valid for days"),
        required=False,
        min_value=1,
        max_value=3_650,
        help_text=gettext_lazy("Empty: until it is revoked."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.MANAGE_KEYS)
def home(request: HttpRequest) -> HttpResponse:
    """The merchant's keys; POST makes one and shows it once."""
    if request.method != "POST":
        return TemplateResponse(request, "api/keys.html", _context(request, KeyForm()))
    form = KeyForm(request.POST)
    fresh = _made(request, form) if form.is_valid() else None
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        context = _context(request, form if fresh is None else KeyForm())
        response = TemplateResponse(request, "api/keys.html", {**context, "fresh": fresh}, status=400 if fresh is None else 200)
        response["Cache-Control"] = "no-store"
        return response.render()


def _made(request: HttpRequest, form: KeyForm) -> str | None:
    """The text of a new key; None, with the mistake on the form, when it cannot be made."""
    days = form.cleaned_data["days"]
    tomorrow = datetime.combine(timezone.now().date() + timedelta(days=1), time(), tzinfo=UTC)
    try:
        _key, token = create_key(
            merchant_id=request.organization.pk,
            name=form.cleaned_data["name"],
            rights=form.cleaned_data["rights"],
            held=request.rights,
            expires_at=tomorrow + timedelta(days=days) if days else None,
            by=person(request.user.pk),
        )
    except UserError as error:
        form.add_error("rights", str(error))
        return None
    return token


def _context(request: HttpRequest, form: KeyForm) -> dict[str, Any]:
    now = timezone.now()
    found = list(queries.keys(request.organization.pk)[:200])
    for key in found:
        expired = key.expires_at is not None and key.expires_at <= now
        key.shown_state = "revoked" if key.revoked_at else "expired" if expired else "usable"
        key.dialog = f"revoke-{key.pk}"
        key.right_labels = [Permission(right).label for right in key.rights if right in Permission.values]
    return {"keys": found, "form": form, "fresh": None}


@require_POST
@requires(Permission.MANAGE_KEYS)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a key at once."""
    revoke_key(merchant_id=request.organization.pk, pk=pk, by=person(request.user.pk), at=timezone.now())
    messages.success(request, _("The key is revoked; requests with it are refused from now on."))
    return redirect("keys:home")
