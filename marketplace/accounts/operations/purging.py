"""Forgetting who signed up and never showed that the mailbox is his, and letters that left long ago."""

import logging
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress, EmailConfirmation
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from marketplace.accounts.models import Letter, Membership, SignUp, User

log = logging.getLogger(__name__)
KEPT = timedelta(days=30)
SLICE = 500


def purge_sign_ups(*, at: datetime) -> int:
    """Delete accounts that were signed up 30 days ago and never confirmed; how many. Each in a transaction of its own."""
    oldest = unconfirmed(at).order_by("created_at").values_list("user_id", flat=True)[:SLICE]
    return sum(_purge(user_id, at) for user_id in oldest)


def unconfirmed(at: datetime) -> QuerySet[SignUp]:
    """Sign-ups of which nothing came: no confirmed mailbox, no membership, no rights of staff."""
    own = {"user_id": OuterRef("user_id")}
    found = SignUp.objects.using("system").filter(founded_at__isnull=True, created_at__lte=at - KEPT)
    return found.filter(user__is_staff=False, user__is_superuser=False).exclude(
        Exists(EmailAddress.objects.filter(**own, verified=True)) | Exists(Membership.objects.filter(**own))
    )


def _purge(user_id: int, at: datetime) -> bool:
    """Who confirms or joins at this moment holds the sign-up's or the person's row: then nothing is deleted."""
    try:
        return _forget(user_id, at)
    except IntegrityError:
        log.warning("sign-up of person %s stays: something refers to it", user_id)
        return False


def _forget(user_id: int, at: datetime) -> bool:
    with transaction.atomic(using="system"):
        if not SignUp.objects.using("system").select_for_update(skip_locked=True).filter(user_id=user_id).exists():
            return False
        if not User.objects.using("system").select_for_update(skip_locked=True).filter(pk=user_id).exists():
            return False
        if not unconfirmed(at).filter(user_id=user_id).exists():
            return False
        # One by one: Django's cascade would delete from tables in which nobody may delete, such as looks of the support.
        EmailConfirmation.objects.using("system").filter(email_address__user_id=user_id).delete()
        for model in (EmailAddress, SignUp):
            model.objects.using("system").filter(user_id=user_id).delete()
        User.objects.using("system").filter(pk=user_id)._raw_delete("system")
    return True


def purge_letters(*, at: datetime) -> int:
    """Delete what is known of letters that left or were given up 30 days ago; how many."""
    return Letter.objects.filter(state__in=["sent", "failed"], created_at__lte=at - KEPT).delete()[0]
