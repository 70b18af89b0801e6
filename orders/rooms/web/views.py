"""Conversations: the list, one thread with what was decided and sent in it, and the record as evidence."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.accounts.roles import Permission
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import language, local_datetime
from orders.rooms import operations
from orders.rooms.models import Conversation, Message
from orders.rooms.queries import (
    access_conversation,
    access_decision,
    access_file,
    conversation_files,
    conversations,
    search_messages,
    with_unread,
)
from orders.rooms.registry import subject_kind
from orders.rooms.web.downloads import file_response
from orders.rooms.web.filters import TalkFilter
from orders.rooms.web.forms import draft_in, files_in, whole
from orders.rooms.web.paths import kind_of, other_name, subject_path, talk_path
from orders.rooms.web.showing import ZONE, decision_log, said, talk_of, who

PER_PAGE = 20
MOST_FOUND = 30


def _listed(request: HttpRequest) -> TalkFilter:
    kind = kind_of(request)
    rows = with_unread(conversations(request.organization.pk, kind), kind, request.user.pk)
    return TalkFilter(request.GET, queryset=rows, request=request)


def talk_list(request: HttpRequest) -> HttpResponse:
    """Every conversation, newest first: with whom, about what, and who has to answer."""
    found, organization_id = _listed(request), request.organization.pk
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page_obj": page,
        "rows": [(row, other_name(row, organization_id), subject_kind(row.subject_kind).label) for row in page.object_list],
        "has_talks": bool(page.paginator.count) or conversations(organization_id, kind_of(request)).exists(),
        "may_export": Permission.EXPORT in request.rights,
        "kind": kind_of(request),
        "zone": str(ZONE),
    }
    return TemplateResponse(request, "rooms/list.html", context)


def export(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV, filtered as on the page."""
    organization_id = request.organization.pk

    def rows() -> Iterator[list[str]]:
        with scope(organization_id, read_only=True):
            for row in _listed(request).qs.iterator():
                yield [
                    str(row.pk), other_name(row, organization_id), str(subject_kind(row.subject_kind).label), row.title,
                    str(row.message_count), row.last_text, local_datetime(row.last_at, ZONE),
                    local_datetime(row.opened_at, ZONE),
                ]  # fmt: skip

    columns = [
        _("No."), _("With"), pgettext("conversation", "About"), _("Title"), _("Messages"), _("Newest message"),
        _("Written"), pgettext("conversation", "Opened"),
    ]  # fmt: skip
    return csv_response("conversations.csv", columns, rows())


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One conversation. `?before=` shows earlier messages, `?around=` those around one, `?q=` what was found."""
    conversation = access_conversation(organization_id=request.organization.pk, pk=pk)
    return TemplateResponse(request, "rooms/detail.html", _page(request, conversation))


def _page(request: HttpRequest, conversation: Conversation, **typed: Any) -> dict[str, Any]:
    kind, words = kind_of(request), request.GET.get("q", "").replace("\x00", "").strip()[:80]
    window = {"before": whole(request.GET.get("before")), "around": whole(request.GET.get("around"))}
    talk = talk_of(request, conversation, **window, **typed)
    return {
        "talk": talk,
        "subject_label": subject_kind(conversation.subject_kind).label,
        "subject_url": subject_path(conversation, kind),
        "decisions": decision_log(conversation, talk.is_open),
        "sent_files": [row.file for row in conversation_files(conversation)[:MOST_FOUND]],
        "words": words,
        "found": _found(conversation, words, talk.is_open) if words else [],
        "may_export": Permission.EXPORT in request.rights,
        "zone": str(ZONE),
    }


def _found(conversation: Conversation, words: str, is_open: bool) -> list[tuple[Message, str, str]]:
    said_here = Message.objects.filter(merchant_id=conversation.merchant_id, conversation_id=conversation.pk)
    rows = search_messages(said_here, words, column="text" if is_open else "masked")[:MOST_FOUND]
    return [(row, said(row, is_open), who(row, conversation)) for row in rows]


def log(request: HttpRequest, pk: int) -> HttpResponse:
    """The messages alone, for who looks at the page: nothing (204) as long as nothing changed since `?seen=`."""
    conversation = access_conversation(organization_id=request.organization.pk, pk=pk)
    if request.GET.get("seen") == str(conversation.revision):
        return HttpResponse(status=204)
    return TemplateResponse(request, "rooms/_log.html", {"talk": talk_of(request, conversation), "zone": str(ZONE)})


def _back(request: HttpRequest, pk: int) -> str:
    """The page of ours the form was on, else the conversation's."""
    asked = request.POST.get("next", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return talk_path(kind_of(request), "detail", pk) + "#newest"


def _is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def post(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something. The thread alone comes back where the page asked for no more."""
    draft, error = draft_in(request), ""
    try:
        operations.post_message(
            organization_id=request.organization.pk, conversation_id=pk, text=draft.text, files=files_in(request),
            is_decision=draft.is_decision, key=draft.key, by=person(request.user.pk), at=timezone.now(),
        )  # fmt: skip
    except (operations.NothingSaid, operations.TooMuch, operations.BadFile) as wrong:
        error = str(wrong)
    if not error and not _is_part(request):
        return redirect(_back(request, pk))
    return _again(request, pk, error, {"text": draft.text, "is_decision": draft.is_decision} if error else {})


def _again(request: HttpRequest, pk: int, error: str, typed: dict[str, Any]) -> HttpResponse:
    """The thread after a form: new when it went well, as it was typed when it did not."""
    status, part = (422 if error else 200), _is_part(request)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        conversation = access_conversation(organization_id=request.organization.pk, pk=pk)
        given = {"back": request.POST.get("next", "") if part else "", "error": error, **typed}
        if part:
            context = {"talk": talk_of(request, conversation, **given), "zone": str(ZONE)}
            return TemplateResponse(request, "rooms/thread.html", context, status=status).render()
        return TemplateResponse(request, "rooms/detail.html", _page(request, conversation, **given), status=status).render()


def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Remember that this person has seen everything up to a message."""
    up_to = whole(request.POST.get("up_to")) or 0
    operations.mark_read(
        organization_id=request.organization.pk, conversation_id=pk, up_to=up_to, by=person(request.user.pk), at=timezone.now()
    )
    return HttpResponse(status=204) if _is_part(request) else redirect(_back(request, pk))


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to a decision of the other side, decline it, or withdraw one's own."""
    with scope(request.organization.pk, read_only=True):
        decision = access_decision(organization_id=request.organization.pk, pk=pk)
    try:
        operations.answer_decision(
            organization_id=request.organization.pk, decision_id=pk, act=request.POST.get("act", ""),
            by=person(request.user.pk), at=timezone.now(),
        )  # fmt: skip
    except operations.NotPossible as wrong:  # answered meanwhile: the page shows how
        messages.error(request, str(wrong))
    if not _is_part(request):
        return redirect(_back(request, decision.conversation_id))
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        # The messages alone: what stands in the form beneath stays.
        return log(request, decision.conversation_id).render()


def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file that was sent; `?inline=1` shows a picture."""
    found = access_file(organization_id=request.organization.pk, pk=pk)
    return file_response(found, organization_id=request.organization.pk, inline=request.GET.get("inline") == "1")


def evidence(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The record as an archive; that it was made is itself on record."""
    bundle = operations.export_evidence(
        organization_id=request.organization.pk, conversation_id=pk, by=person(request.user.pk), at=timezone.now()
    )
    response = HttpResponse(bundle.content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{bundle.name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Manifest-SHA256"] = bundle.sha256
    return response


def new(request: HttpRequest) -> HttpResponse:
    """A merchant's first question about a service: `?listing=<slug>`."""
    slug, draft, error = request.POST.get("listing") or request.GET.get("listing", ""), draft_in(request), ""
    if not slug and request.method != "POST":
        return TemplateResponse(request, "rooms/new.html", {"listing": None})
    if request.method == "POST":
        try:
            message = operations.ask_about_listing(
                merchant_id=request.organization.pk, listing_slug=slug, text=draft.text, files=files_in(request),
                key=draft.key, by=person(request.user.pk), at=timezone.now(),
            )  # fmt: skip
            return redirect(talk_path("merchant", "detail", message.conversation_id))
        except (operations.NothingSaid, operations.TooMuch, operations.BadFile) as wrong:
            error = str(wrong)
    listing = operations.listing_named(slug)
    title = getattr(listing, f"title_{language()}")
    context = {"listing": listing, "title": title, "text": draft.text, "error": error, "key": uuid4().hex}
    return TemplateResponse(request, "rooms/new.html", context, status=422 if error else 200)
