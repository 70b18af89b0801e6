"""The texts of messages: which there are, an editor with a live preview, versions, and approval by a second person."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.outbox import operations, queries
from marketplace.outbox.channels.sms.segments import Size, measure
from marketplace.outbox.directory import zone
from marketplace.outbox.kinds import Kind, editable_kinds
from marketplace.outbox.models import Template
from marketplace.outbox.web.labels import CHANNEL_NAMES, LANGUAGE_NAMES, kind_label, step_label
from marketplace.outbox.wording import (
    LANGUAGES,
    UNSUBSCRIBE,
    WITH_SUBJECT,
    Wording,
    WordingError,
    check,
    default_wording,
    overrides,
    render,
    samples,
)
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.kit import Tab


@dataclass(frozen=True)
class Place:
    """Which text: of a kind, a step, a channel, a language."""

    kind: Kind
    step: str
    channel: str
    language: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        return (self.kind.name, self.step, self.channel, self.language)

    @property
    def key_of_default(self) -> tuple[Kind, str, str, str]:
        return (self.kind, self.step, self.channel, self.language)

    @property
    def values(self) -> dict[str, str]:
        return dict(zip(("kind", "step", "channel", "language"), self.key, strict=True))

    @property
    def url(self) -> str:
        return f"{reverse('messages:wording')}?{urlencode(self.values)}"


def _places() -> list[Place]:
    return [
        Place(kind, step, channel, language)
        for kind in editable_kinds()
        for step in kind.steps
        for channel in kind.channels
        if channel != "webhook"
        for language in LANGUAGES
    ]


def _place(values: Any) -> Place:
    """The text a request names; without any, the first there is. Raises NotFound."""
    names = ("kind", "step", "channel", "language")
    places = _places()
    if not any(name in values for name in names) and places:
        return places[0]
    wanted = tuple(values.get(name, "") for name in names)
    found = next((place for place in places if place.key == wanted), None)
    if found is None:
        raise NotFound("There is no such text.")
    return found


class WordingForm(forms.Form):
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200, required=False)
    body = forms.CharField(
        label=gettext_lazy("Text"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 9, "class": "long"})
    )

    def __init__(self, *values: Any, channel: str, **more: Any) -> None:
        super().__init__(*values, **more)
        if channel not in WITH_SUBJECT:
            del self.fields["subject"]


@require_safe
@requires(Permission.VIEW_ORDERS)
def wording_list(request: HttpRequest) -> HttpResponse:
    """Every text there is, with its state; those that wait for approval first."""
    merchant_id = request.organization.pk
    own = overrides(merchant_id, [kind.name for kind in editable_kinds()])
    pending = list(queries.pending_templates(merchant_id)[:100])
    waiting = {(row.kind, row.step, row.channel, row.language) for row in pending}
    for row in pending:
        _describe(row)
    context = {
        "groups": [group for group in (_group(kind, own, waiting) for kind in editable_kinds()) if group["rows"]],
        "pending": pending,
        "may_decide": Permission.APPROVE in request.rights,
        "tz": zone(merchant_id),
    }
    return TemplateResponse(request, "messages/wordings.html", context)


def _describe(row: Template) -> None:
    row.kind_label, row.step_label = kind_label(row.kind), step_label(row.kind, row.step)
    row.channel_label, row.language_label = CHANNEL_NAMES[row.channel], LANGUAGE_NAMES[row.language]
    query = urlencode({"kind": row.kind, "step": row.step, "channel": row.channel, "language": row.language})
    row.url = f"{reverse('messages:wording')}?{query}"


def _group(kind: Kind, own: dict[Any, Wording], waiting: set[Any]) -> dict[str, Any]:
    """One kind: a row per step and channel, a cell per language."""
    rows = []
    for step in kind.steps:
        for channel in kind.channels:
            if channel == "webhook":
                continue
            cells = [_cell(Place(kind, step, channel, language), own, waiting) for language in LANGUAGES]
            rows.append({"step": step_label(kind.name, step), "channel": CHANNEL_NAMES[channel], "cells": cells})
    return {"kind": kind, "label": kind_label(kind.name), "commercial": kind.consent_class == "commercial", "rows": rows}


def _cell(place: Place, own: dict[Any, Wording], waiting: set[Any]) -> dict[str, Any]:
    wording = own.get(place.key) or default_wording(*place.key_of_default)
    state = "pending" if place.key in waiting else "custom" if place.key in own else "default" if wording else "missing"
    text = (wording.subject or wording.body.partition("\n")[0]) if wording else ""
    return {"url": place.url, "language": LANGUAGE_NAMES[place.language], "state": state, "text": text}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def edit(request: HttpRequest) -> HttpResponse:
    """One text; POST saves a new version."""
    if request.method != "POST":
        return TemplateResponse(request, "messages/wording.html", _context(request, _place(request.GET), None))
    if Permission.EDIT_POLICY not in request.rights:
        raise PermissionDenied(_("Your role does not allow this. Ask an owner or administrator."))
    place = _place(request.POST)
    form = WordingForm(request.POST, channel=place.channel)
    try:
        if form.is_valid():
            words = {"subject": form.cleaned_data.get("subject", ""), "body": form.cleaned_data["body"]}
            saved = operations.save_wording(**_common(request), **place.values, **words)
            waits = saved.state == Template.State.PENDING
            messages.success(request, _("Saved; a second person must approve it.") if waits else _("Saved; it is in use now."))
            return redirect(place.url)
    except NotFound:
        raise
    except UserError as error:
        form.add_error("body", str(error))
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, "messages/wording.html", _context(request, place, form), status=400).render()


def _common(request: HttpRequest) -> dict[str, Any]:
    return {"merchant_id": request.organization.pk, "by": person(request.user.pk), "at": timezone.now()}


def _context(request: HttpRequest, place: Place, form: WordingForm | None) -> dict[str, Any]:
    merchant_id = request.organization.pk
    default = default_wording(*place.key_of_default)
    own = overrides(merchant_id, [place.kind.name]).get(place.key)
    wording = own or default
    initial = {"subject": wording.subject, "body": wording.body} if wording else {}
    history = list(queries.versions(merchant_id, *place.key)[:20])
    me = person(request.user.pk).label
    for row in history:
        row.may_decide = row.state == "pending" and row.edited_by != me and Permission.APPROVE in request.rights
    shown = form or WordingForm(initial=initial, channel=place.channel)
    given = form.data if form else initial
    return {
        "place": place,
        "kind_label": kind_label(place.kind.name),
        "step_label": step_label(place.kind.name, place.step),
        "channel_label": CHANNEL_NAMES[place.channel],
        "languages_tabs": _tabs(place),
        "siblings": _siblings(place),
        "form": shown,
        "variables": [*place.kind.variables, {"name": UNSUBSCRIBE, "label": _("opt-out link")}],
        "commercial": place.kind.consent_class == "commercial",
        "is_own": own is not None,
        "preview": _preview(place, given.get("subject", ""), given.get("body", "")),
        "history": history,
        "tz": zone(merchant_id),
        "may_edit": Permission.EDIT_POLICY in request.rights,
    }


def _tabs(place: Place) -> list[Tab]:
    others = [Place(place.kind, place.step, place.channel, language) for language in LANGUAGES]
    return [Tab(LANGUAGE_NAMES[o.language], o.url, active=o.language == place.language) for o in others]


def _siblings(place: Place) -> list[dict[str, Any]]:
    """The other texts of this kind."""
    others = [other for other in _places() if other.language == place.language and other.kind == place.kind]
    return [{"url": other.url, "label": _title(other), "active": other.key[:3] == place.key[:3]} for other in others]


def _title(place: Place) -> str:
    parts = (step_label(place.kind.name, place.step), CHANNEL_NAMES[place.channel])
    return " · ".join(str(part) for part in parts if part)


def _preview(place: Place, subject: str, body: str) -> dict[str, Any]:
    """The text with sample values, as a buyer would see it; or what is wrong with it."""
    commercial = place.kind.consent_class == "commercial"
    try:
        check(place.kind.name, place.channel, subject if place.channel in WITH_SUBJECT else "", body)
        wording = Wording(subject, body, "preview", place.language)
        shown_subject, shown = render(wording, samples(place.kind, place.language), channel=place.channel, commercial=commercial)
    except WordingError as error:
        return {"error": error.translated}
    size: Size | None = measure(shown) if place.channel == "sms" else None
    return {"subject": shown_subject, "body": shown, "characters": len(shown), "size": size}


@require_POST
@requires(Permission.VIEW_ORDERS)
def preview(request: HttpRequest) -> HttpResponse:
    """The preview of a text that is being written; stores nothing."""
    place = _place(request.POST)
    if not request.htmx:
        return redirect(place.url)
    words = (request.POST.get("subject", "")[:200], request.POST.get("body", "")[:5_000])
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        context = {"place": place, "preview": _preview(place, *words)}
        return TemplateResponse(request, "messages/_preview.html", context).render()


@require_POST
@requires(Permission.EDIT_POLICY)
def reset(request: HttpRequest) -> HttpResponse:
    """Back to the text that comes with the program."""
    place = _place(request.POST)
    operations.reset_wording(**_common(request), **place.values)
    messages.success(request, _("The text that comes with the program is in use again."))
    return redirect(place.url)


@require_POST
@requires(Permission.APPROVE)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person approves or rejects a waiting text."""
    act = request.POST.get("act", "")
    try:
        if act not in ("approve", "reject"):
            raise UserError(_("Choose to approve or to reject."))
        operations.decide_wording(**_common(request), template_id=pk, approve=act == "approve")
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The decision is recorded."))
    return redirect("messages:wordings")
