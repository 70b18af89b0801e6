"""The door of every page for members: signed in, member of an organization, allowed to."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from marketplace.accounts.queries import has_second_step
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotAllowed, NotFound

View = Callable[..., HttpResponse]


def needs_second_step(request: HttpRequest) -> bool:
    """Whether the organization keeps this member out until his sign-in takes a second step."""
    organization = request.organization  # type: ignore[attr-defined]
    return organization.requires_mfa and request.look is None and not has_second_step(request.user)  # type: ignore


def requires(permission: Permission, *, kind: str = "") -> Callable[[View], View]:
    """Anonymous → sign-in; no organization or not allowed → 403; an object that is foreign or missing → 404.

    `kind` names whose console a page is in where both kinds of organization have the right.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if getattr(request, "organization", None) is None:
                raise PermissionDenied(_("You are not a member of an organization yet. Ask an owner to invite you."))
            if kind and request.organization.kind != kind:  # type: ignore[attr-defined]
                raise PermissionDenied(_("This page is for another kind of organization than yours."))
            if needs_second_step(request):
                messages.info(request, _("Your organization requires two-step sign-in. Set it up to go on."))
                return redirect("mfa_index")
            if permission not in request.rights:  # type: ignore[attr-defined]
                raise PermissionDenied(_("Your role does not allow this. Ask an owner or administrator."))
            try:
                return view(request, *args, **kwargs)
            except NotFound as error:
                raise Http404 from error
            except NotAllowed as error:
                raise PermissionDenied(str(error)) from error

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return login_required(guarded)

    return decorate
