"""The console's search: a page of its own, and the results alone for the palette (Ctrl K)."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.ui.finding import search


@require_safe
@requires(Permission.VIEW_CONSOLE)
def find(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")
    template = "find/_results.html" if "palette" in request.GET else "find/home.html"
    return TemplateResponse(request, template, {"words": words.strip(), "groups": search(request, words)})
