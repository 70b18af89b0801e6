"""Reading people and organizations."""

from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from marketplace.accounts.models import Invitation, Membership, User, Viewing
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.scope import scope


def memberships_of(*, user_id: int) -> list[Membership]:
    """The organizations a person belongs to, readable without a tenant through the policy on `app.user`."""
    with scope(user_id=user_id, read_only=True):
        return list(Membership.objects.filter(user_id=user_id).select_related("organization").order_by("id"))


def requires_second_step(*, user_id: int) -> bool:
    """Whether one of a person's organizations wants two-step sign-in from its members."""
    return any(bool(member.organization.requires_mfa) for member in memberships_of(user_id=user_id))


def organization_id(slug: str) -> int:
    """The id behind a slug, through a look-up that returns nothing else. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT find_organization(%s)", [slug])
        (found,) = cursor.fetchone()
    if found is None:
        raise NotFound(f"No merchant with the slug {slug!r}.")
    return int(found)


#: Recovery codes alone are no second step: they are the way out when one is lost.
STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_step(user: User) -> bool:
    """Whether this person's sign-in takes a second step."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=STEPS).exists())


def members(organization_id: int) -> QuerySet[Membership]:
    """An organization's members with their people, and whether each has a second step. Needs the organization's scope."""
    step = Authenticator.objects.filter(user_id=OuterRef("user_id"), type__in=STEPS)
    found = Membership.objects.filter(organization_id=organization_id).select_related("user")
    return found.annotate(has_second_step=Exists(step)).order_by("id")


def waiting_invitations(organization_id: int) -> QuerySet[Invitation]:
    """Offers nobody has answered, newest first; those that ran out among them. Needs the organization's scope."""
    found = Invitation.objects.filter(organization_id=organization_id, state="pending")
    return found.select_related("invited_by").order_by("-id")


def viewing_of(*, organization_id: int, viewing_id: int) -> tuple[Viewing, Membership | None] | None:
    """A look of staff's, and the membership it goes by as it is now; None where there is no such look."""
    with scope(organization_id, read_only=True):
        viewing = Viewing.objects.filter(organization_id=organization_id, pk=viewing_id).first()
        if viewing is None:
            return None
        member = Membership.objects.filter(organization_id=organization_id, user_id=viewing.user_id, user__is_active=True)
        return viewing, member.select_related("user", "organization").first()
