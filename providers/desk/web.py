"""The provider's home: what waits, and for whom."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.outbox.directory import zone
from marketplace.outbox.models import Notice
from marketplace.outbox.queries import notices
from marketplace.ui.formats import language

NOTICES = 5


@require_safe
@requires(Permission.VIEW_CONSOLE, kind="provider")
def home(request: HttpRequest) -> HttpResponse:
    context = {"notices": _notices(request.organization.pk), "tz": zone(request.organization.pk)}
    return TemplateResponse(request, "desk/home.html", context)


def _notices(provider_id: int) -> list[Notice]:
    """The newest notices in the reader's language."""
    found = list(notices(provider_id)[:NOTICES])
    for notice in found:
        notice.words = notice.texts.get(language()) or next(iter(notice.texts.values()), {})
        notice.path = notice.url if notice.url.startswith("/") and not notice.url.startswith("//") else ""
    return found
