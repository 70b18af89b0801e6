"""Reading people and organizations."""

from django.db import connection

from marketplace.accounts.models import Membership
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.scope import scope


def memberships_of(*, user_id: int) -> list[Membership]:
    """The organizations a person belongs to, readable without a tenant through the policy on `app.user`."""
    with scope(user_id=user_id, read_only=True):
        return list(Membership.objects.filter(user_id=user_id).select_related("organization").order_by("id"))


def requires_second_step(*, user_id: int) -> bool:
    """Whether one of a person's organizations wants two-step sign-in from its members."""
    return any(member.organization.requires_mfa for member in memberships_of(user_id=user_id))


def organization_id(slug: str) -> int:
    """The id behind a slug, through a look-up that returns nothing else. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT find_organization(%s)", [slug])
        (found,) = cursor.fetchone()
    if found is None:
        raise NotFound(f"No merchant with the slug {slug!r}.")
    return int(found)
