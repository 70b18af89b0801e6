"""The suppression list: who must not be written to."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.sealing import Unreadable, unseal
from marketplace.outbox import operations, queries
from marketplace.outbox.addresses import PURPOSE, address_hash
from marketplace.outbox.directory import zone
from marketplace.outbox.models import Channel, Suppression
from marketplace.outbox.web.labels import CHANNEL_NAMES
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response

PAGE = 50
MAX_FILE = 10 * 1024 * 1024
CHANNELS = [("", gettext_lazy("All channels")), ("email", Channel.EMAIL.label), ("sms", Channel.SMS.label)]


class AddForm(forms.Form):
    address = forms.CharField(label=gettext_lazy("E-mail address or phone number"), max_length=200)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=CHANNELS, required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"), help_text=gettext_lazy("Column address; channel (email, sms) and note are optional.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def suppression_list(request: HttpRequest) -> HttpResponse:
    """The list; POST adds an address. `q` is a whole address: addresses are sealed, so there is no search in their middle."""
    if request.method == "POST":
        return _add(request)
    merchant_id = request.organization.pk
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    found = queries.suppressions(merchant_id)
    if text:
        found = found.filter(address_hash=address_hash(text, merchant_id=merchant_id))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    for entry in page.object_list:
        entry.channel_label = CHANNEL_NAMES.get(entry.channel) or _("All channels")
        entry.dialog = f"remove-{entry.pk}"
    context = {
        "page_obj": page,
        "q": text,
        "tz": zone(merchant_id),
        "add_form": AddForm(),
        "import_form": ImportForm(),
        "has_entries": bool(page.paginator.count) or queries.suppressions(merchant_id).exists(),
        "may_add": Permission.RUN_PROGRAMS in request.rights,
        "may_remove": Permission.EDIT_POLICY in request.rights,
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "messages/suppressions.html", context)


def _common(request: HttpRequest) -> dict[str, Any]:
    return {"merchant_id": request.organization.pk, "by": person(request.user.pk), "at": timezone.now()}


def _add(request: HttpRequest) -> HttpResponse:
    if Permission.RUN_PROGRAMS not in request.rights:
        raise PermissionDenied(_("Your role does not allow this. Ask an owner or administrator."))
    form = AddForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter an e-mail address or a phone number."))
        return redirect("messages:suppressions")
    try:
        operations.add_suppression(**_common(request), **form.cleaned_data)
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("This address gets no more messages."))
    return redirect("messages:suppressions")


@require_POST
@requires(Permission.RUN_PROGRAMS)
def import_file(request: HttpRequest) -> HttpResponse:
    """Add every address of a CSV file."""
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid() or form.cleaned_data["file"].size > MAX_FILE:
        messages.error(request, _("Choose a CSV file of at most 10 MB."))
        return redirect("messages:suppressions")
    try:
        text = form.cleaned_data["file"].read().decode("utf-8-sig")
        done = operations.import_suppressions(**_common(request), text=text)
    except UnicodeDecodeError:
        messages.error(request, _("The file is not in UTF-8."))
    except UserError as error:
        messages.error(request, str(error))
    else:
        said = {"added": done.added, "known": done.known, "bad": len(done.bad)}
        messages.success(request, _("%(added)s added, %(known)s listed already, %(bad)s rows without an address.") % said)
    return redirect("messages:suppressions")


@require_POST
@requires(Permission.EDIT_POLICY)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an entry off the list, with a reason."""
    try:
        operations.remove_suppression(**_common(request), suppression_id=pk, reason=request.POST.get("reason", ""))
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The entry is off the list; messages may be sent again."))
    return redirect("messages:suppressions")


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The whole list with its addresses, to take elsewhere; its columns are those of the import."""
    return csv_response("suppressions.csv", ["address", "channel", "note", "source", "since", "buyer"], _rows(request))


def _rows(request: HttpRequest) -> Iterator[list[str]]:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        for row in queries.suppressions(request.organization.pk).iterator(chunk_size=2_000):
            buyer = "" if row.recipient_id is None else str(row.recipient_id)
            yield [_address(row), row.channel, row.note, row.source, row.created_at.isoformat(), buyer]


def _address(row: Suppression) -> str:
    if row.address_cipher is None:
        return ""
    try:
        return unseal(row.address_cipher, merchant_id=row.merchant_id, purpose=PURPOSE)
    except Unreadable:
        return row.address_hint
