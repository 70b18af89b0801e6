"""The gallery: every component in every state, on one page."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from marketplace.ui.gallery import samples


@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    """For staff, and for everybody signed in while developing."""
    if not (settings.DEBUG or request.user.is_staff):
        raise Http404
    if "toasts" in request.GET:
        messages.success(request, samples.TOASTS[0])
        messages.warning(request, samples.TOASTS[1])
        messages.error(request, samples.TOASTS[2])
    return TemplateResponse(request, "ui/gallery.html", samples.context())
