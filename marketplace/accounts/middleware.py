"""One scope around a request.

Safe methods run in one READ ONLY transaction around view *and* rendering. Unsafe ones get no transaction: the view calls an
operation that opens its own, then redirects; a form that is shown again renders in a read scope.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from marketplace.accounts.queries import memberships_of
from marketplace.accounts.roles import permissions_of
from marketplace.tenancy.scope import scope

#: Reached without a tenant: probes, sign-in, static files, admin (its own role and rules).
UNSCOPED = ("/livez", "/readyz", "/static/", "/accounts/", "/admin/", "/i18n/")

#: None of them asks who is signed in: probes, files, buyers' links and API keys, which name their merchant themselves.
TENANT_FREE = ("/livez", "/readyz", "/static/", "/files/", "/b/", "/api/")


class TenantMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.organization = None
        request.membership = None
        request.rights = frozenset()
        if request.path.startswith(TENANT_FREE) or not request.user.is_authenticated:
            return self.get_response(request)
        _choose_organization(request)
        if request.path.startswith(UNSCOPED) or request.method not in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        with scope(_tenant(request), user_id=request.user.pk, read_only=True):
            return self.get_response(request)

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        if request.method not in ("GET", "HEAD", "OPTIONS") and getattr(request, "organization", None):
            with scope(_tenant(request), user_id=request.user.pk, read_only=True):
                response.render()
        return response


def _tenant(request: HttpRequest) -> int | None:
    return request.organization.pk if request.organization else None


def _choose_organization(request: HttpRequest) -> None:
    """The organization chosen in the session, if the person still belongs to it; otherwise the first one."""
    members = memberships_of(user_id=request.user.pk)
    chosen = request.session.get("organization_id")
    member = next((m for m in members if m.organization_id == chosen), members[0] if members else None)
    if member is not None:
        request.membership = member
        request.organization = member.organization
        request.rights = permissions_of(member.role, may_export=member.may_export, kind=member.organization.kind)
