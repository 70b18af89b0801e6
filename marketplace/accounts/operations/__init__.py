"""What people do with accounts, organizations and memberships: one keyword-only function per act."""

from marketplace.accounts.operations.invitations import (
    AlreadyMember,
    OtherMailbox,
    TooManyInvitations,
    accept_invitation,
    invite,
    join_as_new,
    open_invitation,
    resend_invitation,
    revoke_invitation,
)
from marketplace.accounts.operations.members import (
    AboveOwnRole,
    LastOwner,
    change_member,
    leave_organization,
    remove_member,
    rename_organization,
    require_second_step,
)
from marketplace.accounts.operations.organizations import (
    add_member,
    create_organization,
    ensure_user,
    found_organization,
)
from marketplace.accounts.operations.own import end_sessions, keep_known_address, keep_language, keep_name
from marketplace.accounts.operations.signing_up import EmailTaken, finish_sign_up, sign_up
from marketplace.accounts.operations.viewing import end_viewing, start_viewing

__all__ = [
    "AboveOwnRole",
    "AlreadyMember",
    "EmailTaken",
    "LastOwner",
    "OtherMailbox",
    "TooManyInvitations",
    "accept_invitation",
    "add_member",
    "change_member",
    "create_organization",
    "end_sessions",
    "end_viewing",
    "ensure_user",
    "finish_sign_up",
    "found_organization",
    "invite",
    "join_as_new",
    "keep_known_address",
    "keep_language",
    "keep_name",
    "leave_organization",
    "open_invitation",
    "remove_member",
    "rename_organization",
    "require_second_step",
    "resend_invitation",
    "revoke_invitation",
    "sign_up",
    "start_viewing",
]
