"""Notices to the merchant's people: what the bell leads to."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.outbox import operations, queries
from marketplace.outbox.directory import zone
from marketplace.outbox.web.labels import kind_label
from marketplace.tenancy.actor import person
from marketplace.ui.formats import language

PAGE = 30


@require_safe
@requires(Permission.VIEW_CONSOLE)
def home(request: HttpRequest) -> HttpResponse:
    """Notices, newest first, in the reader's language."""
    merchant_id = request.organization.pk
    page = Paginator(queries.notices(merchant_id), PAGE).get_page(request.GET.get("page"))
    for notice in page.object_list:
        notice.words = notice.texts.get(language()) or next(iter(notice.texts.values()), {})
        notice.kind_label = kind_label(notice.kind)
        # A path of the console and nothing else: a notice is no way out of the site.
        notice.path = notice.url if notice.url.startswith("/") and not notice.url.startswith("//") else ""
    context = {"page_obj": page, "unread": queries.unread_count(merchant_id), "tz": zone(merchant_id)}
    return TemplateResponse(request, "messages/notices.html", context)


@require_POST
@requires(Permission.VIEW_CONSOLE)
def read(request: HttpRequest) -> HttpResponse:
    """Mark all notices as read."""
    operations.read_notices(merchant_id=request.organization.pk, by=person(request.user.pk), at=timezone.now())
    return redirect("messages:notices")
