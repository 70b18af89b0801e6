"""Staff looking at a console as one of its members. What they may see and do then is in `marketplace.accounts.viewing`."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.accounts.models import Membership, User, Viewing
from marketplace.accounts.policies import VIEWING_FOR
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotAllowed, NotFound, UserError
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope

VIEWED = "accounts.viewing.started"
SHORTEST_REASON = 10


def start_viewing(*, staff: User, organization_id: int, user_id: int, reason: str, at: datetime) -> Viewing:
    """Begin; the organization's owners are told who looks and why. Raises NotAllowed, NotFound and UserError."""
    if not (staff.is_staff and staff.is_active):
        raise NotAllowed(_("Only staff may do this."))
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise UserError(_("Say why, in at least ten characters: the organization's owners will read it."))
    with scope(organization_id, durable=True):
        member = Membership.objects.select_related("user").filter(organization_id=organization_id, user_id=user_id).first()
        if member is None or not member.user.is_active:
            raise NotFound("There is no such member.")
        if member.user.is_staff or member.user_id == staff.pk:
            raise NotAllowed(_("Nobody looks at the console as a member of staff."))
        made = Viewing.objects.create(
            organization_id=organization_id,
            user_id=user_id,
            staff=staff,
            reason=reason[:300],
            started_at=at,
            expires_at=at + VIEWING_FOR,
        )
        facts = {"id": made.pk, "user_id": user_id, "reason": made.reason, "until": made.expires_at.isoformat()}
        record(merchant_id=organization_id, by=person(staff.pk), action=VIEWED, facts=facts)
        tell(
            organization_id=organization_id,
            kind=VIEWED,
            facts={"reason": made.reason, "name": str(member.user)},
            effect_key=f"viewing:{made.pk}",
            at=at,
        )
        return made


def end_viewing(*, organization_id: int, viewing_id: int, at: datetime) -> None:
    """Stop looking. Ending twice changes nothing; one that ran out ended when it ran out."""
    with scope(organization_id, durable=True):
        viewing = Viewing.objects.select_for_update().filter(pk=viewing_id, ended_at__isnull=True).first()
        if viewing is None:
            return
        viewing.ended_at = min(at, viewing.expires_at)
        viewing.save(update_fields=["ended_at"])
        facts = {"id": viewing.pk, "user_id": viewing.user_id, "ran_out": at >= viewing.expires_at}
        record(merchant_id=organization_id, by=person(viewing.staff_id), action="accounts.viewing.ended", facts=facts)
