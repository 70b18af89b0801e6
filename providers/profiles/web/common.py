"""What these pages share: reading in a scope after a refused form, and the editor's steps."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from marketplace.accounts.roles import Permission
from marketplace.files.operations import store_image
from marketplace.kernel.errors import UserError
from marketplace.tenancy.scope import scope

Context = Callable[[], dict[str, Any]]


def may_edit(request: HttpRequest) -> bool:
    return Permission.EDIT_PROFILE in request.rights


def require_editing(request: HttpRequest) -> None:
    if not may_edit(request):
        raise PermissionDenied(_("Your role does not allow this. Ask an owner or administrator."))


def shown(request: HttpRequest, template: str, context: Context, *, status: int = 200) -> HttpResponse:
    """The page, read and rendered in one scope, also after a form was refused."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return TemplateResponse(request, template, context(), status=status).render()


def picture(form: Form, field: str, kept: str) -> str | None:
    """The key of the picture a form leaves: a new one, none when it was taken away, else the one there was.

    A file that is no picture becomes the field's error, and None.
    """
    upload = form.cleaned_data.get(field)
    if upload:
        try:
            return store_image(upload).key
        except UserError as error:
            form.add_error(field, str(error))
            return None
    return "" if form.cleaned_data.get(f"no_{field}") else kept
