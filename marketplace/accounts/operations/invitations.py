"""Offering a place, and taking it. The link reaches the mailbox only; what is stored does not open anything."""

import hashlib
from datetime import datetime, timedelta
from secrets import token_hex

from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from marketplace.accounts import policies
from marketplace.accounts.models import Invitation, Membership, User
from marketplace.accounts.operations.members import authority, lock_organization, require_may_give
from marketplace.accounts.operations.signing_up import EmailTaken
from marketplace.accounts.roles import Role, assignable_roles, permissions_of
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.sealing import keyed_hash
from marketplace.outbox.operations.enqueueing import enqueue
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor, person
from marketplace.tenancy.scope import scope

KIND, JOINED = "accounts.invitation.sent", "accounts.member.joined"
#: Letters one organization may send an hour: an account must not become a machine that writes to strangers.
LETTERS_PER_HOUR = 30
HOUR = timedelta(hours=1)


class TooManyInvitations(UserError):
    """The organization has sent its share of letters for now."""


class AlreadyMember(UserError):
    """Whoever is invited belongs to the organization."""


class OtherMailbox(UserError):
    """The invitation went to another address than the account's."""


def token_of(invitation: Invitation) -> str:
    """What the letter's link ends with: 160 bits that only the application's key can make from the row."""
    return keyed_hash(invitation.nonce, merchant_id=invitation.organization_id, purpose="invitation")[:40]


def hash_of(token: str) -> str:
    """What a link is found by."""
    return hashlib.sha256(token.encode()).hexdigest()


def invite(
    *, organization_id: int, email: str, role: str, may_export: bool, language: str, by: Actor, at: datetime
) -> Invitation:
    """Offer somebody a place; inviting the same address again replaces what was offered and sends a new link.

    `language` is the letter's where the reader's own is unknown. Raises AboveOwnRole, AlreadyMember and TooManyInvitations.
    """
    if role not in Role.values:
        raise UserError(_("Choose a role."))
    email = email.strip().lower()
    with scope(organization_id, durable=True):
        lock_organization(organization_id)
        require_may_give(authority(organization_id, by), role, may_export)
        if Membership.objects.filter(organization_id=organization_id, user__email=email).exists():
            raise AlreadyMember(_("%(email)s is a member already.") % {"email": email})
        waiting = Invitation.objects.filter(organization_id=organization_id, email=email, state="pending").first()
        invitation = waiting or Invitation(organization_id=organization_id, email=email, created_at=at)
        invitation.role, invitation.may_export, invitation.language = role, may_export, language
        _send(invitation, by, at)
        facts = {"id": invitation.pk, "role": role, "may_export": may_export}
        record(merchant_id=organization_id, by=by, action="accounts.invitation.sent", facts=facts)
        return invitation


def resend_invitation(*, organization_id: int, invitation_id: int, by: Actor, at: datetime) -> Invitation:
    """A new letter with a new link; the old one stops working. Raises NotFound, AboveOwnRole and TooManyInvitations."""
    with scope(organization_id, durable=True):
        lock_organization(organization_id)
        invitation = _waiting(organization_id, invitation_id)
        require_may_give(authority(organization_id, by), invitation.role, invitation.may_export)
        _send(invitation, by, at)
        record(merchant_id=organization_id, by=by, action="accounts.invitation.resent", facts={"id": invitation.pk})
        return invitation


def revoke_invitation(*, organization_id: int, invitation_id: int, by: Actor, at: datetime) -> None:
    """Take an offer back. Raises NotFound and AboveOwnRole."""
    with scope(organization_id, durable=True):
        lock_organization(organization_id)
        invitation = Invitation.objects.filter(organization_id=organization_id, pk=invitation_id).first()
        if invitation is None:
            raise NotFound("There is no such invitation.")
        require_may_give(authority(organization_id, by), invitation.role, False)
        if invitation.state == Invitation.State.REVOKED:
            return
        if invitation.state == Invitation.State.ACCEPTED:
            raise UserError(_("This invitation was accepted already. Remove the member instead."))
        _close(invitation, Invitation.State.REVOKED, at)
        record(merchant_id=organization_id, by=by, action="accounts.invitation.revoked", facts={"id": invitation.pk})


def open_invitation(*, token: str, at: datetime) -> Invitation:
    """The invitation a link leads to, with its organization. Raises NotFound for used, expired, revoked and invented ones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_id, invitation_id FROM find_invitation(%s)", [hash_of(token)])
        organization_id, invitation_id = cursor.fetchone()
    if organization_id is None:
        raise NotFound("There is no such invitation.")
    with scope(organization_id):
        found = Invitation.objects.select_related("organization", "invited_by").filter(pk=invitation_id).first()
        if found is None or not policies.is_open(found, at=at) or not _still_offered(found):
            raise NotFound("There is no such invitation.")
        return found


def accept_invitation(*, token: str, user: User, at: datetime) -> int:
    """Take the place; the organization's id. Raises NotFound, and OtherMailbox where the account is not the invited one."""
    organization_id = open_invitation(token=token, at=at).organization_id
    with scope(organization_id, durable=True):
        lock_organization(organization_id)
        invitation = open_invitation(token=token, at=at)
        if invitation.email != user.email or not _owns(user, invitation.email):
            raise OtherMailbox(_("This invitation was sent to another address."))
        _take_place(invitation, user, at)
    return organization_id


def join_as_new(*, token: str, name: str, password: str, language: str, at: datetime) -> User:
    """An account for who is invited and has none; the link has shown that the mailbox is his. Raises NotFound, EmailTaken."""
    invitation = open_invitation(token=token, at=at)
    try:
        with scope(invitation.organization_id, durable=True):
            lock_organization(invitation.organization_id)
            invitation = open_invitation(token=token, at=at)
            with transaction.atomic():
                user = User.objects.create_user(invitation.email, password, name=name, language=language)
                EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
            _take_place(invitation, user, at)
    except IntegrityError as error:
        raise EmailTaken from error
    return user


def _take_place(invitation: Invitation, user: User, at: datetime) -> None:
    organization_id = invitation.organization_id
    _close(invitation, Invitation.State.ACCEPTED, at)
    _member, new = Membership.objects.get_or_create(
        organization_id=organization_id, user=user, defaults={"role": invitation.role, "may_export": invitation.may_export}
    )
    facts = {"id": invitation.pk, "user_id": user.pk, "role": invitation.role, "may_export": invitation.may_export}
    record(merchant_id=organization_id, by=person(user.pk), action="accounts.invitation.accepted", facts=facts)
    if new:
        tell(
            organization_id=organization_id,
            kind=JOINED,
            facts={"name": str(user), "email": user.email},
            url="/settings/members/",
            effect_key=f"invitation:{invitation.pk}:joined",
            at=at,
        )


def _send(invitation: Invitation, by: Actor, at: datetime) -> None:
    """Renew the link and put its letter into the outbox."""
    recent = Invitation.objects.filter(organization_id=invitation.organization_id, sent_at__gt=at - HOUR)
    if recent.count() >= LETTERS_PER_HOUR:
        raise TooManyInvitations(_("Your organization has sent many invitations. Wait an hour, then go on."))
    invitation.nonce = token_hex(16)
    invitation.token_hash = hash_of(token_of(invitation))
    invitation.invited_by_id, invitation.sent_at, invitation.expires_at = by.user_id, at, at + policies.VALID_FOR
    invitation.save()
    enqueue(
        merchant_id=invitation.organization_id,
        kind=KIND,
        channel="email",
        subject_id=invitation.pk,
        effect_key=f"invitation:{invitation.pk}:{invitation.nonce}",
        drop_after=invitation.expires_at,
    )


def _close(invitation: Invitation, state: str, at: datetime) -> None:
    if not policies.may_become(invitation, state):
        raise NotFound("There is no such invitation.")
    invitation.state, invitation.closed_at = state, at
    invitation.save(update_fields=["state", "closed_at"])


def _waiting(organization_id: int, invitation_id: int) -> Invitation:
    found = Invitation.objects.filter(organization_id=organization_id, pk=invitation_id, state="pending").first()
    if found is None:
        raise NotFound("There is no such invitation.")
    return found


def _still_offered(invitation: Invitation) -> bool:
    """Whether who invited could still do so; an offer of the system stays."""
    if invitation.invited_by_id is None:
        return True
    inviter = Membership.objects.filter(organization_id=invitation.organization_id, user_id=invitation.invited_by_id).first()
    if inviter is None or "manage_members" not in permissions_of(inviter.role, may_export=False):
        return False
    return invitation.role in assignable_roles(inviter.role)


def _owns(user: User, email: str) -> bool:
    return EmailAddress.objects.filter(user=user, email=email, verified=True).exists()
