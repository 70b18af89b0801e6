"""Coming to the market on one's own: an account first, and an organization once the mailbox is shown to be one's own.

Until then nothing of an organization exists: a stranger who types somebody else's address takes neither a name nor a place.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from marketplace.accounts.models import Organization, SignUp, User
from marketplace.accounts.operations.organizations import found_organization
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person


class EmailTaken(UserError):
    """There is an account with this address. Whoever asks must not be told so on the page."""


def sign_up(
    *, kind: str, organization_name: str, email: str, password: str | None, name: str, language: str, at: datetime
) -> User:
    """An account with an unconfirmed mailbox that wants an organization of this kind. Raises EmailTaken.

    Without a password nobody can sign in until one was set through a letter.
    """
    if kind not in Organization.Kind.values:
        raise ValueError(kind)
    try:
        with transaction.atomic():
            user = User.objects.create_user(email, password, name=name, language=language)
            EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)
            SignUp.objects.create(user=user, kind=kind, organization_name=organization_name, created_at=at)
    except IntegrityError as error:
        raise EmailTaken from error
    return user


def finish_sign_up(*, user_id: int, at: datetime) -> int | None:
    """Found the organization of somebody whose mailbox is confirmed; its id. None where nothing is left to found."""
    with transaction.atomic():
        waiting = SignUp.objects.select_for_update().filter(user_id=user_id, founded_at__isnull=True).first()
        if waiting is None or not EmailAddress.objects.filter(user_id=user_id, verified=True).exists():
            return None
        waiting.founded_at = at
        waiting.save(update_fields=["founded_at"])
        return found_organization(
            kind=waiting.kind, name=waiting.organization_name, owner=waiting.user, by=person(user_id), at=at
        )
