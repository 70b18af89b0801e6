"""One scope around a request.

Safe methods run in one READ ONLY transaction around view *and* rendering. Unsafe ones get no transaction: the view calls an
operation that opens its own, then redirects; a form that is shown again renders in a read scope.
"""

from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import gettext as _

from marketplace.accounts.models import Membership
from marketplace.accounts.queries import memberships_of
from marketplace.accounts.roles import permissions_of
from marketplace.accounts.viewing import END, VISIBLE, Look, look_of, require_look_only
from marketplace.tenancy.scope import scope
from marketplace.ui.formats import covered_amounts

#: Reached without a tenant: probes, sign-in, static files, admin (its own role and rules).
UNSCOPED = ("/livez", "/readyz", "/static/", "/accounts/", "/admin/", "/i18n/", "/join/")

#: None of them asks who is signed in: probes, files, buyers' links and API keys, which name their merchant themselves.
TENANT_FREE = ("/livez", "/readyz", "/static/", "/b/", "/api/")
SAFE = ("GET", "HEAD", "OPTIONS")
SESSION_KEY = "organization_id"


class TenantMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.organization = None
        request.membership = None
        request.memberships = []
        request.rights = frozenset()
        request.look = None
        if request.path.startswith(TENANT_FREE) or not request.user.is_authenticated:
            return self.get_response(request)
        look = look_of(request)
        if look is not None and request.path != END:
            _look(request, look)
        elif look is None:
            _choose_organization(request)
        _read_in_own_language(request)
        if request.path.startswith(UNSCOPED) or request.method not in SAFE:
            return self.get_response(request)
        covered = covered_amounts() if request.look is not None else nullcontext()
        with covered, scope(_tenant(request), user_id=request.user.pk, read_only=True):
            return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        if request.method not in SAFE and getattr(request, "organization", None):
            with scope(_tenant(request), user_id=request.user.pk, read_only=True):
                response.render()
        return response


def _tenant(request: HttpRequest) -> int | None:
    return request.organization.pk if request.organization else None


def _choose_organization(request: HttpRequest) -> None:
    """The organization chosen in the session, if the person still belongs to it; otherwise the first one."""
    members = request.memberships = memberships_of(user_id=request.user.pk)
    chosen = request.session.get(SESSION_KEY)
    member = next((m for m in members if m.organization_id == chosen), None)
    if member is None and chosen is not None and request.method not in SAFE:
        # A form that was opened for an organization must not act on another one.
        raise PermissionDenied(_("You no longer belong to the organization this page was opened for."))
    member = member or (members[0] if members else None)
    if member is not None:
        if len(members) > 1 and chosen != member.organization_id:
            request.session[SESSION_KEY] = member.organization_id
        _enter(request, member)


def _enter(request: HttpRequest, member: Membership) -> None:
    request.membership = member
    request.organization = member.organization
    request.rights = permissions_of(member.role, may_export=member.may_export, kind=member.organization.kind)


def _look(request: HttpRequest, look: Look) -> None:
    """Staff looking as somebody else see as he does, and less."""
    require_look_only(request)
    request.look = look
    request.user = look.member.user
    request.memberships = [look.member]
    _enter(request, look.member)
    request.rights &= VISIBLE


def _read_in_own_language(request: HttpRequest) -> None:
    """A person's own language where this browser has not chosen one."""
    own = request.user.language if request.look is None else ""
    if own and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and own in dict(settings.LANGUAGES):
        translation.activate(own)
        request.LANGUAGE_CODE = own
