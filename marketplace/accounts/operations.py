"""Writing people and organizations."""

from django.db import connection, transaction

from marketplace.accounts.models import Membership, User
from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope


def create_organization(*, kind: str, slug: str, name: str, by: Actor) -> int:
    """Create a tenant and return its id; the id of the existing one when the slug is taken.

    The row is made by a SECURITY DEFINER function: no scope can exist for a tenant that does not exist yet.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, created FROM create_organization(%s, %s, %s)", [kind, slug, name])
            org_id, created = cursor.fetchone()
        if created:
            with scope(org_id):
                record(merchant_id=org_id, by=by, action="accounts.organization.created", facts={"slug": slug, "kind": kind})
    return int(org_id)


def ensure_user(*, email: str, password: str, name: str = "", is_staff: bool = False) -> User:
    """A user with this e-mail; created with the password when new, left alone otherwise."""
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        maker = User.objects.create_superuser if is_staff else User.objects.create_user
        user = maker(email, password, name=name)
    return user


def add_member(*, organization_id: int, user: User, role: str, may_export: bool, by: Actor) -> Membership:
    """Give a person a role; a second call changes the role."""
    with scope(organization_id):
        member, _created = Membership.objects.update_or_create(
            organization_id=organization_id, user=user, defaults={"role": role, "may_export": may_export}
        )
        facts = {"user_id": user.pk, "role": role, "may_export": may_export}
        record(merchant_id=organization_id, by=by, action="accounts.membership.granted", facts=facts)
    return member
