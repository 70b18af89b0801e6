"""Sign-ups that were never confirmed are forgotten after thirty days; nobody else is."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from marketplace.accounts.models import Letter, SignUp, User
from marketplace.accounts.operations import finish_sign_up, purging, sign_up
from marketplace.accounts.tasks import purge
from tests.accounts.test_letters import NOW, letters, written

pytestmark = pytest.mark.django_db(transaction=True)
OLD = timezone.now() - timedelta(days=30, minutes=1)


def came(email: str, at: object = OLD) -> User:
    return sign_up(
        kind="merchant", organization_name=email, email=email, password="a-long-password-7", name="", language="en", at=at,  # type: ignore[arg-type]
    )  # fmt: skip


def left() -> set[str]:
    return set(User.objects.values_list("email", flat=True))


def test_only_the_old_and_unconfirmed_are_forgotten_and_their_address_is_free_again() -> None:
    came("old@xin.example"), came("young@xin.example", timezone.now() - timedelta(days=29))
    confirmed = came("confirmed@xin.example")
    EmailAddress.objects.filter(user=confirmed).update(verified=True)
    finish_sign_up(user_id=confirmed.pk, at=timezone.now())
    half = came("half@xin.example")  # confirmed, and the founding is still to come
    EmailAddress.objects.filter(user=half).update(verified=True)
    staff = came("staff@xin.example")
    User.objects.filter(pk=staff.pk).update(is_staff=True)
    assert purge() == 1 and purge() == 0
    assert left() == {f"{name}@xin.example" for name in ("young", "confirmed", "half", "staff")}
    assert not EmailAddress.objects.filter(email="old@xin.example").exists()
    came("old@xin.example")


def test_who_confirms_at_this_moment_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    user, found = came("late@xin.example"), purging.unconfirmed
    asked = list(found(timezone.now()).values_list("user_id", flat=True))
    EmailAddress.objects.filter(user=user).update(verified=True)
    assert asked == [user.pk] and not purging._purge(user.pk, timezone.now())
    assert SignUp.objects.filter(user=user).exists()


def test_letters_are_forgotten_too() -> None:
    row = written()
    letters.deliver_letter(letter_id=row.pk, at=NOW)
    assert purging.purge_letters(at=NOW + timedelta(days=29)) == 0
    assert purging.purge_letters(at=NOW + timedelta(days=31)) == 1 and not Letter.objects.exists()
