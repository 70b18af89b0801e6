"""The door to the console: everybody is sent to the home of his own kind of organization."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

#: Kind of organization → URL name of its home.
HOMES = {"merchant": "dashboard", "provider": "desk:home"}


@require_safe
@login_required
def console(request: HttpRequest) -> HttpResponse:
    """Where people arrive after signing in; staff without an organization work in the administration."""
    organization = getattr(request, "organization", None)
    if organization is not None:
        return redirect(HOMES[organization.kind])
    if request.user.is_staff:
        return redirect("admin:index")
    raise PermissionDenied(_("You are not a member of an organization yet. Ask an owner to invite you."))
