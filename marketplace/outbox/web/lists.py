"""Messages: the list, one message, what was given up, the export."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.outbox import operations, queries
from marketplace.outbox.directory import zone
from marketplace.outbox.models import Message
from marketplace.outbox.tasks import deliver
from marketplace.outbox.web.filters import MessageFilter
from marketplace.outbox.web.labels import CONSENT, described
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response

PAGE = 50
COLUMNS = "id key kind step channel consent recipient state reason error attempts due closed to".split()


@require_safe
@requires(Permission.VIEW_ORDERS)
def message_list(request: HttpRequest) -> HttpResponse:
    found = queries.messages(request.organization.pk)
    narrowed = MessageFilter(request.GET, queryset=found, request=request)
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    for message in page.object_list:
        described(message)
    context = {
        "page_obj": page,
        "filter": narrowed,
        "has_messages": page.paginator.count > 0 or found.exists(),
        "tz": zone(request.organization.pk),
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "messages/list.html", context)


@require_safe
@requires(Permission.VIEW_ORDERS)
def message_detail(request: HttpRequest, pk: int) -> HttpResponse:
    message = described(queries.access_message(merchant_id=request.organization.pk, pk=pk))
    kept = message.rendered or {}
    context = {
        "message": message,
        "consent": CONSENT.get(message.consent_class, message.consent_class),
        "words": {"subject": kept.get("subject", ""), "body": kept.get("body", "")},
        "payload": kept.get("payload"),
        "template": kept.get("template", ""),
        "tries": queries.tries(message)[:100],
        "tz": zone(request.organization.pk),
        "may_replay": message.state == Message.State.DEAD and Permission.RUN_PROGRAMS in request.rights,
    }
    return TemplateResponse(request, "messages/detail.html", context)


@require_safe
@requires(Permission.VIEW_ORDERS)
def given_up(request: HttpRequest) -> HttpResponse:
    """What every attempt failed for, so that a person can look, mend, and send it again."""
    found = queries.messages(request.organization.pk).filter(state=Message.State.DEAD)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    for message in page.object_list:
        described(message)
    context = {
        "page_obj": page,
        "tz": zone(request.organization.pk),
        "may_replay": Permission.RUN_PROGRAMS in request.rights,
    }
    return TemplateResponse(request, "messages/given_up.html", context)


@require_POST
@requires(Permission.RUN_PROGRAMS)
def replay(request: HttpRequest) -> HttpResponse:
    """Send the chosen given-up messages again, or all of them."""
    everything = request.POST.get("act") == "all"
    ids = [int(pk) for pk in request.POST.getlist("message") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    if not everything and not ids:
        messages.error(request, _("Choose at least one message."))
        return redirect("messages:given_up")
    common: dict[str, Any] = {"merchant_id": request.organization.pk, "by": person(request.user.pk), "at": timezone.now()}
    count = operations.replay(**common, ids=None if everything else ids)
    deliver.delay(merchant_id=request.organization.pk)
    messages.success(
        request,
        ngettext("%(count)s message will be sent again.", "%(count)s messages will be sent again.", count) % {"count": count},
    )
    return redirect("messages:given_up")


@require_safe
@requires(Permission.EXPORT)
def message_export(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered list as CSV, in a scope of its own."""
    return csv_response("messages.csv", COLUMNS, _export_rows(request))


def _export_rows(request: HttpRequest) -> Iterator[list[str]]:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        found = MessageFilter(request.GET, queryset=queries.messages(request.organization.pk), request=request).qs
        for row in found.iterator(chunk_size=2_000):
            yield _cells(row)


def _cells(row: Message) -> list[str]:
    recipient = "" if row.recipient_id is None else str(row.recipient_id)
    times = [moment.isoformat() if moment else "" for moment in (row.run_at, row.closed_at)]
    what = [str(row.pk), row.effect_key, row.kind, row.step, row.channel, row.consent_class, recipient]
    return [*what, row.state, row.reason, row.error, str(row.attempts), *times, (row.rendered or {}).get("to", "")]
