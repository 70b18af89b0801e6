"""Rows of the accounts, for an organization of either kind."""

from datetime import UTC, datetime

from django.utils import timezone

from marketplace.accounts.models import Membership
from marketplace.accounts.operations import add_member, ensure_user, invite, start_viewing
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)


def fill(of: cast.Merchant | cast.Provider) -> dict[str, int]:
    """An invitation that waits, a member who can be removed, and a look of our support; their ids."""
    invitation = invite(
        organization_id=of.id, role="viewer", may_export=False, email=f"new@{of.slug}.example", language="en", by=CLI,
        at=timezone.now(),
    )  # fmt: skip
    extra = ensure_user(email=f"extra@{of.slug}.example", password=cast.PASSWORD)
    add_member(organization_id=of.id, user=extra, role="viewer", may_export=False, by=CLI)
    support = ensure_user(email="support@staff.example", password=cast.PASSWORD, is_staff=True)
    start_viewing(staff=support, organization_id=of.id, user_id=extra.pk, reason=f"{of.slug} asked for help", at=NOW)
    with scope(of.id):
        return {"invitation": invitation.pk, "member": Membership.objects.get(organization_id=of.id, user=extra).pk}
