"""Roles of members, and members leaving. Every change locks the organization first, so that rules about all of them hold."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.accounts.models import Invitation, Membership, Organization, User
from marketplace.accounts.queries import has_second_step
from marketplace.accounts.roles import Role, assignable_roles, may_give_export, permissions_of
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotAllowed, NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope


class LastOwner(UserError):
    """An organization without an owner belongs to nobody."""


class AboveOwnRole(NotAllowed):
    """Nobody gives, or takes, what he does not have himself."""


def lock_organization(organization_id: int) -> Organization:
    """The organization, until the end of the transaction; the first lock of everything that changes who belongs to it."""
    return Organization.objects.select_for_update(no_key=True).get(pk=organization_id)


def authority(organization_id: int, by: Actor) -> Membership | None:
    """The acting member as he is now, under the lock; None for a part of the system, which may everything. Raises NotAllowed."""
    if by.user_id is None:
        return None
    found = Membership.objects.filter(organization_id=organization_id, user_id=by.user_id).select_related("organization").first()
    if found is None or "manage_members" not in permissions_of(found.role, may_export=False, kind=found.organization.kind):
        raise NotAllowed(_("Your role does not allow this. Ask an owner or administrator."))
    return found


def require_may_give(actor: Membership | None, role: str, may_export: bool) -> None:
    """Raises AboveOwnRole where the actor does not have himself what is given."""
    if actor is None:
        return
    if role not in assignable_roles(actor.role):
        raise AboveOwnRole(_("You cannot give a role above your own."))
    if may_export and not may_give_export(actor.role, may_export=actor.may_export):
        raise AboveOwnRole(_("You may not export yourself, so you cannot allow it to others."))


def change_member(*, organization_id: int, member_id: int, role: str, may_export: bool, by: Actor, at: datetime) -> Membership:
    """Give a member another role. Raises NotFound, AboveOwnRole, LastOwner, and NotAllowed for one's own role."""
    if role not in Role.values:
        raise UserError(_("Choose a role."))
    with scope(organization_id, durable=True):
        lock_organization(organization_id)
        actor, member = authority(organization_id, by), _member(organization_id, member_id)
        was = (member.role, member.may_export)
        if (role, may_export) == was:
            return member
        _require_may_touch(actor, member)
        if actor is not None and member.pk == actor.pk and role not in assignable_roles(actor.role) - {actor.role}:
            raise AboveOwnRole(_("Nobody changes his own rights. Ask another owner."))
        require_may_give(actor, role, may_export and not member.may_export)
        if member.role == Role.OWNER and role != Role.OWNER:
            _require_other_owner(organization_id, member)
        member.role, member.may_export = role, may_export
        member.save(update_fields=["role", "may_export"])
        _revoke_invitations(organization_id, member.user_id, at)
        facts = {"user_id": member.user_id, "role": role, "may_export": may_export, "was": was[0], "might_export": was[1]}
        record(merchant_id=organization_id, by=by, action="accounts.membership.changed", facts=facts)
        return member


def remove_member(*, organization_id: int, member_id: int, by: Actor, at: datetime) -> None:
    """Take somebody out; his open pages stop working at once. Raises NotFound, AboveOwnRole and LastOwner."""
    with scope(organization_id, durable=True):
        lock_organization(organization_id)
        actor, member = authority(organization_id, by), _member(organization_id, member_id)
        _require_may_touch(actor, member)
        _take_out(member, by, at, "accounts.membership.removed")


def leave_organization(*, organization_id: int, user: User, by: Actor, at: datetime) -> None:
    """Leave on one's own, whatever the role. Raises NotFound and LastOwner."""
    with scope(organization_id, durable=True):
        lock_organization(organization_id)
        member = Membership.objects.filter(organization_id=organization_id, user=user).first()
        if member is None:
            raise NotFound("You are no member.")
        _take_out(member, by, at, "accounts.membership.left")


def _take_out(member: Membership, by: Actor, at: datetime, action: str) -> None:
    if member.role == Role.OWNER:
        _require_other_owner(member.organization_id, member)
    organization_id, user_id = member.organization_id, member.user_id
    member.delete()
    _revoke_invitations(organization_id, user_id, at)
    record(merchant_id=organization_id, by=by, action=action, facts={"user_id": user_id, "role": member.role})


def _member(organization_id: int, member_id: int) -> Membership:
    found = Membership.objects.filter(organization_id=organization_id, pk=member_id).first()
    if found is None:
        raise NotFound("There is no such member.")
    return found


def _require_may_touch(actor: Membership | None, member: Membership) -> None:
    if actor is not None and member.role not in assignable_roles(actor.role):
        raise AboveOwnRole(_("This member's role is above your own."))


def _require_other_owner(organization_id: int, member: Membership) -> None:
    owners = Membership.objects.filter(organization_id=organization_id, role=Role.OWNER, user__is_active=True)
    if not owners.exclude(pk=member.pk).exists():
        raise LastOwner(_("An organization needs an owner. Make somebody else an owner first."))


def _revoke_invitations(organization_id: int, user_id: int, at: datetime) -> None:
    """What somebody offered with rights he no longer has is no longer offered."""
    waiting = Invitation.objects.filter(organization_id=organization_id, invited_by_id=user_id, state="pending")
    still = Membership.objects.filter(organization_id=organization_id, user_id=user_id).first()
    if still is not None and "manage_members" in permissions_of(still.role, may_export=False):
        waiting = waiting.exclude(role__in=assignable_roles(still.role))
    waiting.update(state="revoked", closed_at=at)


def rename_organization(*, organization_id: int, name: str, by: Actor) -> None:
    """Another name; the address stays, because links to it are out in the world. Raises NotAllowed."""
    with scope(organization_id, durable=True):
        organization = lock_organization(organization_id)
        authority(organization_id, by)
        was, organization.name = organization.name, name
        organization.save(update_fields=["name"])
        facts = {"name": name, "was": was}
        record(merchant_id=organization_id, by=by, action="accounts.organization.renamed", facts=facts)


def require_second_step(*, organization_id: int, required: bool, user: User, by: Actor) -> None:
    """Let members in only with two-step sign-in, or no longer. Raises UserError where the acting person has none himself."""
    with scope(organization_id, durable=True):
        organization = lock_organization(organization_id)
        actor = authority(organization_id, by)
        if actor is not None and actor.role != Role.OWNER:
            raise NotAllowed(_("Only an owner may do this."))
        if required and not has_second_step(user):
            raise UserError(_("Set up two-step sign-in for yourself first: otherwise you would lock yourself out."))
        if organization.requires_mfa != required:
            organization.requires_mfa = required
            organization.save(update_fields=["requires_mfa"])
            facts = {"required": required}
            record(merchant_id=organization_id, by=by, action="accounts.organization.second_step_required", facts=facts)
