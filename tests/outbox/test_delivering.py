"""A message's way: what leaves, what is dropped and why, what is tried again, and what is given up."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from marketplace.outbox import operations, unsubscribe
from marketplace.outbox.delivery.closing import FIRST_PAUSE, LONGEST_PAUSE, pause_after
from marketplace.outbox.kinds import Drop
from marketplace.outbox.vetoes import _vetoes
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests.cast import Merchant
from tests.engine.doors import one, rows
from tests.outbox import letters
from tests.outbox.conftest import Mailbox
from tests.outbox.letters import COMMERCIAL, NOW, SERVICE, of, put, send, states

HOUR = timedelta(hours=1)


def test_a_message_leaves_once_and_says_what_was_sent(acme: Merchant, lin: int) -> None:
    message = put(acme, recipient_id=lin, language="en", data={"name": "Lin"})
    assert send(acme) == {"sent": 1}
    assert send(acme) == {}
    assert [(m.to, m.subject, m.body) for m in mail.outbox] == [
        (["lin@buyer.example"], "Hello Lin", "Your order: https://shop.example/b/SECRET-token_1/")
    ]
    assert of(acme, message, "state", "rendered ->> 'to'") == ("sent", "l•••@buyer.example")
    kept = of(acme, message, "rendered ->> 'body'")
    assert kept == "Your order: https://shop.example/b/…/", "whoever reads the console could act as the buyer"
    assert rows(acme, "SELECT number, outcome FROM outbox_deliveryattempt") == [(1, "sent")]


def test_enqueuing_the_same_message_twice_keeps_one(acme: Merchant, lin: int) -> None:
    put(acme, recipient_id=lin)
    with scope(acme.id):
        again = operations.enqueue(merchant_id=acme.id, kind=SERVICE, channel="email", effect_key="m-1", recipient_id=lin)
    assert again is None
    assert send(acme) == {"sent": 1}


def test_it_is_written_in_the_buyers_language_before_it_is_the_steps_own_text(acme: Merchant) -> None:
    chinese = letters.buyer(acme, "ZH", email="zh@buyer.example", language="zh-hans")
    put(acme, key="a", recipient_id=chinese, step="t1", data={"name": "林"})  # t1 has an English text only
    put(acme, key="b", recipient_id=chinese, step="t1", language="en", data={"name": "林"})
    send(acme)
    assert sorted(m.subject for m in mail.outbox) == ["First step, 林", "您好，林"]


def test_what_is_not_due_yet_waits(acme: Merchant, lin: int) -> None:
    put(acme, recipient_id=lin, run_at=timezone.now() + HOUR)
    assert send(acme) == {}
    assert states(acme) == {"ready": 1}


def test_what_is_too_late_is_dropped_with_its_reason_and_costs_no_rate(acme: Merchant, lin: int) -> None:
    put(acme, recipient_id=lin, run_at=timezone.now() - 2 * HOUR, drop_after=timezone.now() - HOUR)
    assert send(acme) == {"dropped": 1}
    assert states(acme) == {"dropped:late": 1}
    assert mail.outbox == []


DROPS = {
    "opted_out": {"opted_out_at": NOW},
    "no_consent": {"consent": False},
    "no_address": {"email": ""},
}


@pytest.mark.parametrize("reason", sorted(DROPS))
def test_a_buyer_who_must_not_or_cannot_be_written_to_is_not(acme: Merchant, reason: str) -> None:
    person = letters.buyer(acme, **{"email": "x@buyer.example", **DROPS[reason]})
    put(acme, kind=COMMERCIAL, recipient_id=person)
    assert send(acme) == {"dropped": 1}
    assert states(acme) == {f"dropped:{reason}": 1}
    assert mail.outbox == []


def test_a_service_message_needs_no_consent(acme: Merchant) -> None:
    put(acme, recipient_id=letters.buyer(acme, email="x@buyer.example", consent=False))
    assert send(acme) == {"sent": 1}


def test_a_commercial_kind_is_commercial_even_where_its_row_says_service(acme: Merchant) -> None:
    person = letters.buyer(acme, email="x@buyer.example", consent=False)
    letters.put_many(acme, 1, person, kind=COMMERCIAL, consent_class="service")
    send(acme)
    assert states(acme) == {"dropped:no_consent": 1}


def test_an_unknown_buyer_has_no_address(acme: Merchant) -> None:
    put(acme, recipient_id=2**40)
    send(acme)
    assert states(acme) == {"dropped:no_address": 1}


def test_the_program_has_the_last_word(acme: Merchant, lin: int) -> None:
    letters.answers[SERVICE] = lambda _merchant, asked: {m.id: Drop("paid_meanwhile") for m in asked if m.step == "t1"}
    put(acme, key="a", recipient_id=lin, step="t1")
    put(acme, key="b", recipient_id=lin)
    send(acme)
    assert states(acme) == {"dropped:paid_meanwhile": 1, "dropped:not_due": 1}
    assert mail.outbox == []


def test_a_stopped_program_sends_nothing(acme: Merchant, lin: int) -> None:
    _vetoes.append(lambda _merchant, programs: {"letters"} & programs)
    try:
        put(acme, recipient_id=lin)
        send(acme)
    finally:
        _vetoes.pop()
    assert states(acme) == {"dropped:killed": 1}


def test_a_kind_nobody_knows_is_given_up_visibly(acme: Merchant, lin: int) -> None:
    letters.put_many(acme, 1, lin, kind="tests.nobody.knows")
    assert send(acme) == {"dead": 1}
    assert states(acme) == {"dead:unknown_kind": 1}


def test_a_program_that_fails_keeps_its_messages_and_harms_nobody_else(acme: Merchant, lin: int) -> None:
    def fail(_merchant: int, _asked: object) -> dict[int, Drop]:
        return rows(acme, "SELECT 1 / 0")  # type: ignore[return-value]  # aborts its part of the transaction, as a broken query would

    letters.answers[SERVICE] = fail
    broken = put(acme, key="a", recipient_id=lin)
    fine = put(acme, key="b", kind=COMMERCIAL, recipient_id=lin)
    send(acme)
    assert (of(acme, broken, "state", "reason"), of(acme, fine, "state")) == (("ready", "prepare_failed"), "sent")
    assert "DivisionByZero" in of(acme, broken, "error") or "division by zero" in of(acme, broken, "error")


def test_one_commercial_touch_a_day_across_kinds_and_channels(acme: Merchant, lin: int) -> None:
    put(acme, key="first", kind=COMMERCIAL, recipient_id=lin, run_at=timezone.now() - HOUR)
    put(acme, key="second", kind=COMMERCIAL, recipient_id=lin)
    put(acme, "in_app", key="third", kind=COMMERCIAL, recipient_id=lin)
    put(acme, key="service", recipient_id=lin)
    send(acme)
    send(acme, "in_app")
    assert states(acme) == {"sent": 2, "dropped:frequency_cap": 2}
    assert one(acme, "SELECT state FROM outbox_message WHERE effect_key = 'first'") == "sent"


def test_a_touch_that_did_not_leave_is_given_back(acme: Merchant, lin: int, mailbox: Mailbox) -> None:
    mailbox.refuse["lin@buyer.example"] = "550 5.7.1 not wanted"
    put(acme, key="a", kind=COMMERCIAL, recipient_id=lin)
    assert send(acme) == {"dead": 1}
    mailbox.refuse.clear()
    put(acme, key="b", kind=COMMERCIAL, recipient_id=lin)
    assert send(acme) == {"sent": 1}


def test_a_commercial_mail_says_how_to_opt_out(acme: Merchant, lin: int, mailbox: Mailbox) -> None:
    before = list(unsubscribe._make)
    unsubscribe.register_unsubscribe(lambda merchant_id, recipient: f"https://shop.example/b/{merchant_id}-{recipient}/")
    try:
        put(acme, key="a", kind=COMMERCIAL, recipient_id=lin, language="en")
        put(acme, key="b", recipient_id=lin, language="en")
        send(acme)
    finally:
        unsubscribe._make[:] = before
    found = [envelope.content.decode() for envelope in mailbox.taken]
    link = f"https://shop.example/b/{acme.id}-{lin}/"
    assert sorted(f"List-Unsubscribe: <{link}>" in text for text in found) == [False, True]
    assert sorted(f"Unsubscribe: {link}" in text.replace("List-Unsubscribe", "") for text in found) == [False, True]


# Attempts.


def test_a_server_that_is_busy_is_tried_again_later_with_the_same_id(acme: Merchant, lin: int, mailbox: Mailbox) -> None:
    mailbox.answer = lambda _envelope: "451 come back later"
    message = put(acme, recipient_id=lin)
    assert send(acme) == {"ready": 1}
    assert of(acme, message, "reason", "attempts") == ("retry", 1)
    wait = of(acme, message, "extract(epoch FROM run_at - now())")
    assert 0.5 * FIRST_PAUSE - 5 < wait <= 1.5 * FIRST_PAUSE
    mailbox.answer = lambda _envelope: "250 OK"
    _make_due(acme)
    assert send(acme) == {"sent": 1}
    assert f"Message-ID: <msg_{acme.id}_{message}@" in mailbox.taken[0].content.decode()
    assert rows(acme, "SELECT number, outcome, detail FROM outbox_deliveryattempt ORDER BY id") == [
        (1, "retry", "451 come back later"),
        (2, "sent", ""),
    ]


def _make_due(merchant: Merchant) -> None:
    rows(merchant, "UPDATE outbox_message SET run_at = now() WHERE state = 'ready' RETURNING 1")


def test_after_its_last_attempt_it_is_given_up_and_a_person_can_replay_it(acme: Merchant, lin: int, mailbox: Mailbox) -> None:
    mailbox.answer = lambda _envelope: "421 no"
    message = put(acme, recipient_id=lin)
    rows(acme, "UPDATE outbox_message SET max_attempts = 3 RETURNING 1")
    for _ in range(5):
        send(acme)
        _make_due(acme)
    assert states(acme) == {"dead:gave_up": 1}
    assert one(acme, "SELECT count(*) FROM outbox_deliveryattempt") == 3
    assert operations.replay(merchant_id=acme.id, by=CLI, at=timezone.now(), ids=[message]) == 1
    assert operations.replay(merchant_id=acme.id, by=CLI, at=timezone.now(), ids=[message]) == 0
    mailbox.answer = lambda _envelope: "250 OK"
    assert send(acme) == {"sent": 1}
    assert one(acme, "SELECT facts ->> 'count' FROM audit_auditevent WHERE action = 'outbox.messages.replayed' LIMIT 1") == "1"


def test_an_address_that_does_not_exist_is_suppressed(acme: Merchant, lin: int, mailbox: Mailbox) -> None:
    mailbox.refuse["lin@buyer.example"] = "550 5.1.1 no such user"
    put(acme, key="a", recipient_id=lin)
    assert send(acme) == {"dead": 1}
    mailbox.refuse.clear()
    put(acme, key="b", recipient_id=lin)
    send(acme)
    assert states(acme) == {"dead:bounced": 1, "dropped:suppressed": 1}
    assert mailbox.taken == []


def test_a_server_that_is_away_costs_an_attempt_not_a_message(acme: Merchant, lin: int, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # type: ignore[attr-defined]
    put(acme, recipient_id=lin)
    assert send(acme) == {"ready": 1}


def test_pauses_double_and_are_spread() -> None:
    for attempt in range(1, 15):
        middle = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
        found = [pause_after(attempt) for _ in range(50)]
        assert all(0.5 * middle <= pause <= 1.5 * middle for pause in found)
        assert len(set(found)) > 40
    assert pause_after(1, asked=10_000) == 10_000


def test_a_text_with_an_unknown_variable_is_given_up_and_says_which(acme: Merchant, lin: int) -> None:
    rows(
        acme,
        "INSERT INTO outbox_template (merchant_id, kind, channel, language, version, subject, body, state, edited_by)"
        " VALUES (%s, %s, 'email', 'en', 1, 'Hi', 'Dear {nobody}', 'active', 'x') RETURNING 1",
        acme.id,
        SERVICE,
    )
    message = put(acme, recipient_id=lin, language="en")
    assert send(acme) == {"dead": 1}
    assert of(acme, message, "reason") == "wording"
    assert "{nobody}" in of(acme, message, "error")


def test_a_channel_that_is_off_drops(acme: Merchant, lin: int) -> None:
    operations.save_channel(
        merchant_id=acme.id, channel="email", is_active=False, config={}, per_minute=None, quiet=None, by=CLI, at=NOW
    )
    put(acme, recipient_id=lin)
    send(acme)
    assert states(acme) == {"dropped:channel_off": 1}


def test_the_merchants_sender_is_on_the_mail(acme: Merchant, lin: int) -> None:
    config = {"from_name": "云朵 Shop", "from_email": "hello@acme.example", "reply_to": "help@acme.example"}
    operations.save_channel(
        merchant_id=acme.id, channel="email", is_active=True, config=config, per_minute=60, quiet=None, by=CLI, at=NOW
    )
    put(acme, recipient_id=lin)
    send(acme)
    sent = mail.outbox[0]
    assert "hello@acme.example" in sent.from_email
    assert sent.reply_to == ["help@acme.example"]
    assert "云朵" in str(sent.message()["From"]) or "=?utf-8?" in str(sent.message()["From"])


def test_a_line_break_in_a_value_makes_no_header(acme: Merchant, lin: int, mailbox: Mailbox) -> None:
    put(acme, recipient_id=lin, language="en", data={"name": "Lin\r\nBcc: thief@else.example"})
    assert send(acme) == {"sent": 1}
    head = mailbox.taken[0].content.decode().partition("\r\n\r\n")[0]
    assert not any(line.lower().startswith("bcc:") for line in head.splitlines())
    assert mailbox.taken[0].rcpt_tos == ["lin@buyer.example"]


# The rate.


def test_no_more_leaves_than_the_rate_allows(acme: Merchant, lin: int) -> None:
    operations.save_channel(
        merchant_id=acme.id, channel="email", is_active=True, config={}, per_minute=60, quiet=None, by=CLI, at=NOW
    )
    letters.put_many(acme, 40, lin)
    assert send(acme) == {"sent": 10}  # ten seconds' worth at once
    assert send(acme).get("sent", 0) <= 3
    rows(acme, "UPDATE outbox_bucket SET refilled_at = refilled_at - interval '5 seconds' RETURNING 1")
    assert 5 <= send(acme)["sent"] <= 8


def test_dropped_messages_give_their_rate_back(acme: Merchant, lin: int) -> None:
    operations.save_channel(
        merchant_id=acme.id, channel="email", is_active=True, config={}, per_minute=60, quiet=None, by=CLI, at=NOW
    )
    letters.put_many(acme, 200, letters.buyer(acme, "gone", email="g@x.example", opted_out_at=NOW))
    assert send(acme) == {"dropped": 200}


# In-app.


def test_an_in_app_message_is_there_for_the_buyer_in_his_language(acme: Merchant, lin: int) -> None:
    put(acme, "in_app", recipient_id=lin, language="en", data={"name": "Lin"})
    assert send(acme, "in_app") == {"sent": 1}
    recipient, texts, url = rows(acme, "SELECT recipient_id, texts::text, url FROM outbox_notice")[0]
    assert (recipient, url) == (lin, "/orders/")
    assert '"About Lin."' in texts
    assert '"zh"' not in texts


def test_a_notice_to_the_merchant_is_there_in_both_languages(acme: Merchant) -> None:
    put(acme, "in_app", kind=letters.ALERT, data={"name": "budget"})
    assert send(acme, "in_app") == {"sent": 1}
    recipient, english, chinese = rows(
        acme, "SELECT recipient_id, texts -> 'en' ->> 'body', texts -> 'zh' ->> 'body' FROM outbox_notice"
    )[0]
    assert (recipient, english, chinese) == (None, "About budget.", "关于budget。")
    assert operations.read_notices(merchant_id=acme.id, by=CLI, at=datetime.now(tz=NOW.tzinfo)) == 1
