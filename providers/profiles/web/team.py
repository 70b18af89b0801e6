"""People and certificates: lists inside the document, edited one entry at a time and named by their place."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.ui.formats import language
from providers.profiles import operations
from providers.profiles.content import Certificate, Member
from providers.profiles.web.common import picture, require_editing, shown
from providers.profiles.web.forms import CertificateForm, PersonForm
from providers.profiles.web.profile import _content, editor_context

MOST = {"team": 40, "certificates": 40}
Entry = Member | Certificate
Made = Callable[[forms.Form, Entry | None], Entry | None]


def _member(form: forms.Form, old: Entry | None) -> Entry | None:
    photo = picture(form, "photo", old.photo if isinstance(old, Member) else "")
    return None if photo is None else form.member(photo)  # type: ignore[attr-defined]


def _certificate(form: forms.Form, old: Entry | None) -> Entry | None:
    return form.certificate()  # type: ignore[attr-defined, no-any-return]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_CONSOLE, kind="provider")
def people(request: HttpRequest) -> HttpResponse:
    """Who is in the team; POST adds somebody."""
    return _list(request, "team", PersonForm, _member)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_CONSOLE, kind="provider")
def certificates(request: HttpRequest) -> HttpResponse:
    """What was awarded; POST adds one."""
    return _list(request, "certificates", CertificateForm, _certificate)


def _list(request: HttpRequest, step: str, form_class: type[forms.Form], made: Made) -> HttpResponse:
    """The list with a form for a new entry, or for the one whose place is named: in the address, or in what is sent."""
    entries = list(getattr(_content(request), step))
    place = _place(request, len(entries))
    old = entries[place - 1] if place else None
    if request.method != "POST":
        form = form_class(initial=_initial(old)) if old else form_class()
        return _page(request, step, form, place=place, entry=old)
    require_editing(request)
    act = request.POST.get("act", "save")
    if old and act in ("remove", "up"):
        return _save(request, step, None, _moved(entries, place - 1, act))
    form = form_class(request.POST, request.FILES)
    if not old and len(entries) >= MOST[step]:
        form.add_error(None, _("There are forty entries already. Take one away first."))
    entry = made(form, old) if form.is_valid() else None
    if entry is None:
        return _page(request, step, form, place=place, entry=old, status=400)
    return _save(request, step, form, [*entries[: place - 1], entry, *entries[place:]] if old else [*entries, entry])


def _place(request: HttpRequest, count: int) -> int:
    """The place of an entry, from 1; 0 for a new one. Raises Http404 when there is none there (any more)."""
    text = (request.POST if request.method == "POST" else request.GET).get("place", "")
    if not text:
        return 0
    if not text.isdigit() or not 1 <= int(text) <= count:
        raise Http404
    return int(text)


def _initial(entry: Entry) -> dict[str, Any]:
    values = asdict(entry)
    values.pop("photo", None)
    return values


def _moved(entries: list[Entry], index: int, act: str) -> list[Entry]:
    rest = entries[:index] + entries[index + 1 :]
    if act == "remove":
        return rest
    target = max(0, index - 1)
    return [*rest[:target], entries[index], *rest[target:]]


def _save(request: HttpRequest, step: str, form: forms.Form | None, entries: list[Entry]) -> HttpResponse:
    try:
        operations.save_section(
            provider_id=request.organization.pk, values={step: entries}, by=person(request.user.pk), at=timezone.now()
        )
    except UserError as error:
        if form is not None:
            form.add_error(None, str(error))
            return _page(request, step, form, status=400)
        messages.error(request, str(error))
        return redirect(f"profile:{step}")
    messages.success(request, _("Saved."))
    return redirect(f"profile:{step}")


def _page(
    request: HttpRequest, step: str, form: forms.Form, *, place: int = 0, entry: Entry | None = None, status: int = 200
) -> HttpResponse:
    def context() -> dict[str, Any]:
        found = editor_context(request, step, form=form, place=place, entry=entry)
        found["entries"] = [_row(one, place) for place, one in enumerate(getattr(found["content"], step), 1)]
        return found

    return shown(request, f"profiles/{step}.html", context, status=status)


def _row(entry: Entry, place: int) -> dict[str, Any]:
    row: dict[str, Any] = {"place": place, "name": entry.text("name", language()), "entry": entry}
    if isinstance(entry, Member):
        row["role"] = entry.text("role", language())
    return row
