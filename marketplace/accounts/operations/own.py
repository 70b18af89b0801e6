"""What a person does with his own account. It belongs to no organization, so no organization's audit hears of it."""

from collections.abc import Collection

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction

from marketplace.accounts.models import User
from marketplace.kernel.errors import NotFound


def keep_language(*, user_id: int, language: str) -> None:
    """The language of one's pages and letters. Raises NotFound for one the site does not have."""
    if language not in dict(settings.LANGUAGES):
        raise NotFound("There is no such language.")
    User.objects.filter(pk=user_id).update(language=language)


def keep_name(*, user_id: int, name: str) -> None:
    """How one is called."""
    User.objects.filter(pk=user_id).update(name=name)


def keep_known_address(*, user_id: int, email: str) -> None:
    """The one address of an account, counted as confirmed: an administrator vouches for it."""
    with transaction.atomic():
        EmailAddress.objects.filter(user_id=user_id).delete()
        EmailAddress.objects.create(user_id=user_id, email=email.lower(), verified=True, primary=True)


def end_sessions(*, user_id: int, keep: str, only: Collection[int] | None = None) -> int:
    """Sign out everywhere but in the session `keep`, or in some sessions only; how many ended. Foreign ones are left alone."""
    found = UserSession.objects.filter(user_id=user_id).exclude(session_key=keep)
    ended = list(found if only is None else found.filter(pk__in=only))
    for session in ended:
        session.end()
    return len(ended)
