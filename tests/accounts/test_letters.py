"""Letters about people's own accounts: written down in the request, sent once by whoever takes them, never lost."""

from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from marketplace.accounts import adapter
from marketplace.accounts.models import Letter
from marketplace.accounts.operations import letters
from marketplace.accounts.tasks import deliver
from marketplace.health.operations import beat
from tests.accounts.conftest import letters_to, link_in, together, visitor

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
TO = "lin@xin.example"


def written() -> Letter:
    message = EmailMessage("Hello", "A link: http://127.0.0.1:8000/secret-key/", "no-reply@shangban.example", [TO])
    return Letter.objects.get(pk=letters.post_letter(message=message, at=NOW))


def signed_up() -> None:
    form = {
        "email": TO, "password1": "a-long-password-7", "kind": "merchant", "organization_name": "Xin", "name": "Lin",
    }  # fmt: skip
    answer = visitor().post(reverse("account_signup"), form)
    assert answer.status_code == 302, answer.content


def test_without_a_worker_the_letter_leaves_from_the_request() -> None:
    signed_up()
    (letter,) = letters_to(TO)
    assert "confirm" in link_in(letter)
    row = Letter.objects.get()
    assert (row.state, row.sealed, letter.extra_headers["Message-ID"]) == ("sent", None, row.message_id)


def test_with_a_worker_the_request_only_writes_it_down(monkeypatch: pytest.MonkeyPatch) -> None:
    beat(name="worker@here")
    asked: list[int] = []
    monkeypatch.setattr(adapter.deliver, "delay", lambda letter_id: asked.append(letter_id))
    signed_up()
    row = Letter.objects.get()
    assert (letters_to(TO), asked, row.state) == ([], [row.pk], "waiting")
    assert deliver(letter_id=row.pk) and not deliver(letter_id=row.pk)
    assert len(letters_to(TO)) == 1


def test_a_letter_survives_a_broker_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    beat(name="worker@here")

    def away(**_facts: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(adapter.deliver, "delay", away)
    signed_up()
    assert letters.sweep_letters(at=timezone.now()) == 1 and len(letters_to(TO)) == 1


def test_the_text_is_sealed_while_it_waits_and_gone_afterwards() -> None:
    row = written()
    assert b"secret-key" not in bytes(row.sealed or b"")
    letters.deliver_letter(letter_id=row.pk, at=NOW)
    row.refresh_from_db()
    assert (row.state, row.sealed) == ("sent", None) and "secret-key" in letters_to(TO)[0].body


def test_a_server_that_is_away_costs_an_attempt_and_after_three_days_people_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    row = written()

    def refuse(*_args: Any) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as patched:
        patched.setattr(letters.EmailMultiAlternatives, "send", refuse)
        assert not letters.deliver_letter(letter_id=row.pk, at=NOW)
        assert not letters.deliver_letter(letter_id=row.pk, at=NOW), "not before its pause is over"
        row.refresh_from_db()
        assert (row.state, row.attempts, row.error) == ("waiting", 1, "ConnectionRefusedError")
        letters.deliver_letter(letter_id=row.pk, at=NOW + timedelta(days=3))
    row.refresh_from_db()
    assert row.state == "failed" and letters.sweep_letters(at=NOW + timedelta(days=4)) == 0
    assert letters.send_again(letter_id=row.pk, at=NOW) and letters.sweep_letters(at=NOW) == 1
    assert len(letters_to(TO)) == 1


def test_what_a_dead_worker_held_is_sent_under_the_same_id() -> None:
    row = written()
    assert letters._taken(row.pk, NOW) is not None  # and then it died
    assert letters.sweep_letters(at=NOW) == 0
    assert letters.sweep_letters(at=NOW + letters.LEASE) == 1
    assert letters_to(TO)[0].extra_headers["Message-ID"] == row.message_id


@pytest.mark.parametrize("is_taken_first", [True, False], ids=["taken first", "without taking it"])
def test_two_workers_at_once_send_it_once(is_taken_first: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    row, barrier = written(), Barrier(2)
    send = letters.EmailMultiAlternatives.send

    def slowly(message: Any) -> int:
        with suppress(BrokenBarrierError):  # alone, as it should be
            barrier.wait(1.0)
        return send(message)

    monkeypatch.setattr(letters.EmailMultiAlternatives, "send", slowly)
    if not is_taken_first:
        monkeypatch.setattr(letters, "_taken", lambda pk, _at: Letter.objects.get(pk=pk))
    together(*[lambda: letters.deliver_letter(letter_id=row.pk, at=NOW)] * 2)
    assert (len(mail.outbox) == 1) == is_taken_first
