"""Rows of the accounts, for an organization of either kind."""

from datetime import UTC, datetime

from django.utils import timezone

from marketplace.accounts.models import Invitation, Membership
from marketplace.accounts.operations import add_member, ensure_user, invite, start_viewing
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(of: cast.Merchant | cast.Provider) -> dict[str, int]:
    """Invitations that wait, members who can be changed and removed, and a look of our support; their ids."""
    found = {name: _invitation(of, name).pk for name in ("invitation", "revocable")}
    for name in ("member", "removable"):
        person = ensure_user(email=f"{name}@{of.slug}.example", password=cast.PASSWORD)
        add_member(organization_id=of.id, user=person, role="viewer", may_export=False, by=CLI)
        with scope(of.id):
            found[name] = Membership.objects.get(organization_id=of.id, user=person).pk
    support = ensure_user(email="support@staff.example", password=cast.PASSWORD, is_staff=True)
    start_viewing(staff=support, organization_id=of.id, user_id=of.owner.pk, reason=f"{of.slug} asked for help", at=NOW)
    return found


def _invitation(of: cast.Merchant | cast.Provider, name: str) -> Invitation:
    return invite(
        organization_id=of.id, role="viewer", may_export=False, email=f"{name}@{of.slug}.example", language="en", by=CLI,
        at=timezone.now(),
    )  # fmt: skip
