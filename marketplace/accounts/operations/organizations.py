"""Organizations and the people of theirs that administrators and commands add."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import connection, transaction

from marketplace.accounts.founding import founded
from marketplace.accounts.models import Membership, User
from marketplace.accounts.roles import Role
from marketplace.accounts.slugs import slugs_for
from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope


def create_organization(*, kind: str, slug: str, name: str, by: Actor) -> int:
    """Create a tenant and return its id; the id of the existing one when the slug is taken.

    The row is made by a SECURITY DEFINER function: no scope can exist for a tenant that does not exist yet.
    """
    organization_id, _new = _create(kind, slug, name, by)
    return organization_id


def found_organization(*, kind: str, name: str, owner: User, by: Actor, at: datetime) -> int:
    """A new organization of a person's own, under an address made from its name; its id. Never one that exists already."""
    with transaction.atomic():
        for slug in slugs_for(name):
            organization_id, new = _create(kind, slug, name, by)
            if new:
                break
        add_member(organization_id=organization_id, user=owner, role=Role.OWNER, may_export=True, by=by)
        with scope(organization_id):
            founded(organization_id, kind, at)
    return organization_id


def _create(kind: str, slug: str, name: str, by: Actor) -> tuple[int, bool]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, created FROM create_organization(%s, %s, %s)", [kind, slug, name])
            organization_id, new = cursor.fetchone()
        if new:
            with scope(organization_id):
                facts = {"slug": slug, "kind": kind}
                record(merchant_id=organization_id, by=by, action="accounts.organization.created", facts=facts)
    return int(organization_id), bool(new)


def ensure_user(*, email: str, password: str, name: str = "", is_staff: bool = False) -> User:
    """A user with this e-mail; created with the password when new, left alone otherwise.

    For commands, which know the people: the mailbox counts as theirs.
    """
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        maker = User.objects.create_superuser if is_staff else User.objects.create_user
        with transaction.atomic():
            user = maker(email, password, name=name)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def add_member(*, organization_id: int, user: User, role: str, may_export: bool, by: Actor) -> Membership:
    """Give a person a role; a second call changes the role. For administrators and commands: people use `change_member`."""
    with scope(organization_id):
        member, _created = Membership.objects.update_or_create(
            organization_id=organization_id, user=user, defaults={"role": role, "may_export": may_export}
        )
        facts = {"user_id": user.pk, "role": role, "may_export": may_export}
        record(merchant_id=organization_id, by=by, action="accounts.membership.granted", facts=facts)
    return member
