"""How messages leave: one card per channel, and the merchant's webhook endpoints."""

import base64
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings as site
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.sealing import Unreadable, seal, unseal
from marketplace.outbox import operations, queries
from marketplace.outbox.channels import NAMES, Outcome, fields_of
from marketplace.outbox.directory import zone
from marketplace.outbox.kinds import all_kinds
from marketplace.outbox.web.labels import CHANNEL_NAMES
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope

WITH_SECRET = frozenset({"sms"})
WITH_QUIET_HOURS = frozenset({"email", "sms"})
#: Where a new secret waits, sealed, for the page that shows it once.
FRESH = "fresh_webhook_secret"


class ChannelForm(forms.Form):
    """Settings of one channel; its own fields come from the channel's folder."""

    is_active = forms.BooleanField(label=gettext_lazy("Switched on"), required=False)
    per_minute = forms.IntegerField(
        label=gettext_lazy("At most per minute"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=gettext_lazy("Empty: no limit."),
    )

    def __init__(self, *values: Any, channel: str, **more: Any) -> None:
        super().__init__(*values, **{**more, "prefix": channel})
        self.channel = channel
        for name, label, help_text in fields_of(channel):
            self.fields[name] = forms.CharField(label=label, help_text=help_text, required=False, max_length=500)
        if channel in WITH_QUIET_HOURS:
            time_input = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            self.fields["quiet_from"] = forms.TimeField(label=gettext_lazy("Quiet from"), required=False, widget=time_input)
            self.fields["quiet_to"] = forms.TimeField(
                label=gettext_lazy("Quiet until"),
                required=False,
                widget=time_input,
                help_text=gettext_lazy("In the buyer's local time."),
            )
        if channel in WITH_SECRET:
            self.fields["secret"] = forms.CharField(
                label=gettext_lazy("Secret key"),
                required=False,
                widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
                help_text=gettext_lazy("Stored encrypted. Empty: the one that is stored stays."),
            )

    def values(self) -> dict[str, Any]:
        """What `save_channel` takes."""
        given = self.cleaned_data
        bounds = (given.get("quiet_from"), given.get("quiet_to"))
        return {
            "channel": self.channel,
            "is_active": given["is_active"],
            "config": {name: given.get(name, "") for name, _label, _help in fields_of(self.channel)},
            "per_minute": given["per_minute"],
            "quiet": bounds if all(bound is not None for bound in bounds) else None,
            "secret": given.get("secret") or None,
        }


@dataclass(frozen=True)
class Card:
    """One channel on the page."""

    channel: str
    label: Any
    is_active: bool
    is_sandbox: bool
    form: ChannelForm


def _shown(merchant_id: int, channel: str) -> Card:
    settings = queries.channel_settings(merchant_id, channel)
    quiet = settings.quiet or (None, None)
    initial = {**settings.config, "is_active": settings.is_active, "per_minute": settings.per_minute}
    form = ChannelForm(channel=channel, initial={**initial, "quiet_from": quiet[0], "quiet_to": quiet[1]})
    sandbox = (channel == "sms" and not settings.config.get("endpoint")) or (channel == "email" and not site.EMAIL_HOST)
    return Card(channel, CHANNEL_NAMES[channel], settings.is_active, sandbox, form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def home(request: HttpRequest) -> HttpResponse:
    """Every channel; POST saves one."""
    if request.method == "POST":
        return _save(request)
    response = TemplateResponse(request, "messages/channels.html", _context(request))
    response["Cache-Control"] = "no-store"
    return response


def _context(request: HttpRequest, wrong: ChannelForm | None = None) -> dict[str, Any]:
    merchant_id = request.organization.pk
    cards = [_shown(merchant_id, channel) for channel in NAMES]
    if wrong is not None:
        cards = [replace(card, form=wrong) if card.channel == wrong.channel else card for card in cards]
    endpoints = list(queries.endpoints(merchant_id))
    for endpoint in endpoints:
        endpoint.dialog = f"endpoint-{endpoint.pk}"
        endpoint.overlapping = bool(endpoint.previous_until and endpoint.previous_until > timezone.now())
    return {
        "cards": cards,
        "endpoints": endpoints,
        "kinds": [kind for kind in all_kinds() if "webhook" in kind.channels],
        "fresh": _fresh_secret(request),
        "tz": zone(merchant_id),
        "may_edit": Permission.EDIT_POLICY in request.rights,
    }


def _fresh_secret(request: HttpRequest) -> str:
    sealed = request.session.pop(FRESH, "") if request.method == "GET" else ""
    if not sealed:
        return ""
    try:
        return unseal(base64.b64decode(sealed), merchant_id=request.organization.pk, purpose=FRESH)
    except Unreadable:
        return ""


def _keep_fresh(request: HttpRequest, secret: str) -> None:
    sealed = seal(secret, merchant_id=request.organization.pk, purpose=FRESH)
    request.session[FRESH] = base64.b64encode(sealed).decode()


def _save(request: HttpRequest) -> HttpResponse:
    if Permission.EDIT_POLICY not in request.rights:
        raise PermissionDenied(_("Your role does not allow this. Ask an owner or administrator."))
    channel = request.POST.get("channel", "")
    if channel not in NAMES:
        messages.error(request, _("Choose a channel."))
        return redirect("messages:channels")
    form = ChannelForm(request.POST, channel=channel)
    try:
        if form.is_valid():
            operations.save_channel(**_common(request), **form.values())
            messages.success(request, _("%(channel)s is set.") % {"channel": CHANNEL_NAMES[channel]})
            return redirect("messages:channels")
    except UserError as error:
        form.add_error(None, str(error))
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, "messages/channels.html", _context(request, form), status=400).render()


def _common(request: HttpRequest) -> dict[str, Any]:
    return {"merchant_id": request.organization.pk, "by": person(request.user.pk), "at": timezone.now()}


@require_POST
@requires(Permission.EDIT_POLICY)
def add(request: HttpRequest) -> HttpResponse:
    """A new webhook endpoint; its secret is shown on the next page, once."""
    known = {kind.name for kind in all_kinds()}
    kinds = [name for name in request.POST.getlist("kinds") if name in known]
    try:
        _endpoint, secret = operations.add_endpoint(**_common(request), url=request.POST.get("url", "").strip(), kinds=kinds)
    except UserError as error:
        messages.error(request, str(error))
    else:
        _keep_fresh(request, secret)
    return redirect("messages:channels")


@require_POST
@requires(Permission.EDIT_POLICY)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Try an endpoint, replace its secret, or switch it on or off."""
    act, common = request.POST.get("act", ""), {**_common(request), "endpoint_id": pk}
    try:
        if act == "try":
            _say_result(request, operations.try_endpoint(**common))
        elif act == "replace":
            _keep_fresh(request, operations.replace_secret(**common))
        elif act in ("on", "off"):
            operations.switch_endpoint(**common, is_active=act == "on")
        else:
            messages.error(request, _("Choose what to do with this endpoint."))
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    return redirect("messages:channels")


def _say_result(request: HttpRequest, result: Any) -> None:
    if result.outcome == Outcome.SENT:
        messages.success(request, _("The endpoint accepted the test event (%(detail)s).") % {"detail": result.detail})
    else:
        messages.error(request, _("The endpoint did not accept the test event (%(detail)s).") % {"detail": result.detail})
