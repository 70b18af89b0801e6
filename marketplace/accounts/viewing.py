"""What staff may see while they look at a console as one of its members, and how a request comes to be such a look.

Everything is read in READ ONLY transactions; what writes, shows money or secrets, or belongs to the person is out of reach.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import Membership, User, Viewing
from marketplace.accounts.operations import end_viewing
from marketplace.accounts.queries import viewing_of
from marketplace.accounts.roles import Permission

SESSION_KEY = "viewing"
END = "/viewing/end/"
#: Looking only: no money, no secrets, no documents, no exports, nothing that somebody else has to decide.
VISIBLE = frozenset(
    {
        Permission.VIEW_CONSOLE,
        Permission.VIEW_ORDERS,
        Permission.MANAGE_MEMBERS,
        Permission.SHORTLIST,
        Permission.EDIT_PROFILE,
        Permission.EDIT_LISTINGS,
    }
)
#: The person's own affairs, the staff's own, and links that act by being opened.
CLOSED = ("/accounts/", "/admin/", "/i18n/", "/settings/account/", "/settings/keys/", "/join/", "/b/", "/gallery/")


@dataclass(frozen=True)
class Look:
    """A look that goes on: who looks, and as which member."""

    viewing: Viewing
    staff: User
    member: Membership


def look_of(request: HttpRequest, *, at: datetime | None = None) -> Look | None:
    """The look this request belongs to; one that ran out is ended here."""
    chosen = request.session.get(SESSION_KEY)
    if not chosen:
        return None
    organization_id, viewing_id = chosen
    at = at or timezone.now()
    found = viewing_of(organization_id=organization_id, viewing_id=viewing_id)
    if found is not None:
        viewing, member = found
        is_theirs = viewing.staff_id == request.user.pk and request.user.is_staff and viewing.ended_at is None
        if is_theirs and at < viewing.expires_at and member is not None and not member.user.is_staff:
            return Look(viewing, request.user, member)  # type: ignore[arg-type]
        end_viewing(organization_id=organization_id, viewing_id=viewing_id, at=at)
    del request.session[SESSION_KEY]
    return None


def require_look_only(request: HttpRequest) -> None:
    """Raises PermissionDenied for what a look does not cover."""
    if request.method not in ("GET", "HEAD"):
        raise PermissionDenied(_("You are looking as somebody else: nothing can be changed. End it first."))
    if request.path.startswith(CLOSED):
        raise PermissionDenied(_("This page is not part of looking as somebody else. End it first."))
