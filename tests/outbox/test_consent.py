"""Opting out: by link, by word, in free text. At once, and always."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.kernel.errors import NotFound, UserError
from marketplace.outbox import operations, queries
from marketplace.outbox.addresses import hint, normalise, spellings
from marketplace.outbox.operations.consent import ReplyEffect
from marketplace.outbox.optout_words import asks_to_stop
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.cast import Merchant
from tests.engine.doors import one, rows
from tests.outbox import letters
from tests.outbox.letters import COMMERCIAL, NOW, put, send, states

STOPS = [
    "STOP", "stop", "Stop!", "  stop.  ", "UNSUBSCRIBE", "unsubscribe", "TD", "td", "T", "t", "N", "n", "退订",
    "退订。", "回复：退订", "ＴＤ", "QX", "拒收", "别再发了", "别再发了！烦死了", "不要再给我发短信了", "请勿打扰",
    "不要发了", "别发了", "别给我发信息", "不要再发广告了", "我不想收到这些短信", "不想再收到你们的消息", "取消订阅",
    "麻烦取消短信提醒", "停止发送", "我要退订", "怎么还在发，退订！", "再发就投诉你", "别 再 发 了", "不要再骚扰我",
    "请不要再联系我", "拉黑你了", "Please stop texting me", "don't text me", "do not contact me again",
    "Don’t email me anymore", "unsubscribe me please", "remove me from your list", "leave me alone",
    "no more messages", "stop sending me this", "Opt out", "opt-out", "I want to opt out",
]  # fmt: skip
NOT_STOPS = [
    "T恤什么时候发货", "n件", "好的", "谢谢", "什么时候发货", "还没发货吗", "尺码T", "NO", "ok", "", "   ", "1",
    "退款", "我要退货", "取消订单吧", "怎么还不发货", "请尽快发货", "不要发错颜色", "别发中通快递", "不用了谢谢",
    "我没有退订", "不要退订", "误点了退订，请恢复", "When will it ship?", "don't stop", "Thanks!",
    "I did not mean to unsubscribe", "the bus stop is closed", "no", "Yes please", "next", "can you stop by the shop",
    "I want to cancel my order", "please contact me", "不要再发错颜色了", "别发旧的",
]  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_this_asks_to_be_left_alone(text: str) -> None:
    assert asks_to_stop(text) in {"word", "text"}


@pytest.mark.parametrize("text", NOT_STOPS)
def test_this_does_not(text: str) -> None:
    assert asks_to_stop(text) == ""


def reply(merchant: Merchant, text: str, *, sender: str = "+447700900123", reference: str = "r-1") -> ReplyEffect:
    return operations.receive_reply(
        merchant_id=merchant.id, channel="sms", sender=sender, text=text, reference=reference, at=NOW, by=CLI
    )


def test_a_word_stops_everything_at_once_on_every_channel(acme: Merchant, lin: int) -> None:
    put(acme, "email", key="a", recipient_id=lin)
    put(acme, "sms", key="b", recipient_id=lin, run_at=timezone.now() + timedelta(days=3))
    assert reply(acme, "TD") == ReplyEffect("opted_out", (lin,))
    assert states(acme) == {"dropped:opted_out": 2}
    put(acme, "in_app", COMMERCIAL, "c", recipient_id=lin)
    send(acme, "in_app")
    assert states(acme) == {"dropped:opted_out": 3}
    assert one(acme, "SELECT opted_out_at FROM store_buyer") == NOW, "planning leaves him out, too"


def test_free_text_does_the_same(acme: Merchant, lin: int) -> None:
    assert reply(acme, "别再发了，谢谢").effect == "opted_out"
    assert rows(acme, "SELECT source FROM outbox_suppression ORDER BY id") == [("text",), ("text",)]


def test_an_answer_is_kept_and_does_nothing(acme: Merchant, lin: int) -> None:
    put(acme, key="a", recipient_id=lin)
    assert reply(acme, "什么时候发货？").effect == "noted"
    assert states(acme) == {"ready": 1}
    assert one(acme, "SELECT text FROM outbox_reply") == "什么时候发货？"


def test_a_reply_that_comes_twice_counts_once(acme: Merchant, lin: int) -> None:
    assert [reply(acme, "STOP").effect for _ in range(2)] == ["opted_out", "repeated"]
    assert one(acme, "SELECT count(*) FROM outbox_reply") == 1


def test_a_number_nobody_has_is_suppressed_all_the_same(acme: Merchant) -> None:
    assert reply(acme, "STOP", sender="13812345678") == ReplyEffect("opted_out", ())
    later = letters.buyer(acme, "LATE", phone="+86 138 1234 5678")
    letters.rows(acme, "INSERT INTO outbox_channelsettings (merchant_id, channel) VALUES (%s, 'sms') RETURNING 1", acme.id)
    put(acme, "sms", recipient_id=later)
    send(acme, "sms")
    assert states(acme) == {"dropped:suppressed": 1}


@pytest.mark.parametrize("stored", ["13812345678", "+8613812345678", "+86 138-1234-5678"])
def test_a_chinese_number_is_found_however_it_was_written(acme: Merchant, stored: str) -> None:
    person = letters.buyer(acme, phone=stored)
    assert reply(acme, "TD", sender="8613812345678").recipients == (person,)


def test_spellings() -> None:
    assert normalise(" Lin@Example.COM ") == "lin@example.com"
    assert {normalise(text) for text in ("13812345678", "+86 138 1234 5678", "008613812345678", "8613812345678")} == {
        "+8613812345678"
    }
    assert normalise("+44 (0) 20 7946") == "+440207946"
    assert "13812345678" in spellings("+8613812345678")
    assert hint("lin@example.com") == "l•••@example.com"
    assert hint("+8613812345678") == "+86••••5678"


def test_a_link_opts_out_once_and_for_all(acme: Merchant, lin: int) -> None:
    values = {"merchant_id": acme.id, "recipient_id": lin, "source": "link", "by": CLI, "at": NOW}
    put(acme, recipient_id=lin)
    assert [operations.opt_out(**values), operations.opt_out(**values)] == [1, 0]
    assert one(acme, "SELECT count(*) FROM outbox_suppression") == 1


def test_opting_out_of_one_channel_leaves_the_other(acme: Merchant, lin: int) -> None:
    operations.opt_out(merchant_id=acme.id, recipient_id=lin, source="person", by=CLI, at=NOW, channel="sms")
    letters.rows(acme, "INSERT INTO outbox_channelsettings (merchant_id, channel) VALUES (%s, 'sms') RETURNING 1", acme.id)
    put(acme, "sms", key="a", recipient_id=lin)
    put(acme, "email", key="b", recipient_id=lin)
    send(acme, "sms")
    send(acme, "email")
    assert states(acme) == {"dropped:opted_out": 1, "sent": 1}


def test_a_stranger_opts_nobody_out(acme: Merchant, lin: int) -> None:
    stranger = cast.other()
    with pytest.raises(NotFound):
        operations.opt_out(merchant_id=stranger.id, recipient_id=lin, source="link", by=CLI, at=NOW)
    assert reply(stranger, "STOP").recipients == ()
    put(acme, recipient_id=lin)
    assert send(acme) == {"sent": 1}


# The list.


def test_a_person_adds_and_removes_with_a_reason(acme: Merchant, lin: int) -> None:
    common = {"merchant_id": acme.id, "by": CLI, "at": NOW}
    entry = operations.add_suppression(**common, channel="", address="LIN@buyer.example", note="asked on the phone")
    with pytest.raises(UserError):
        operations.add_suppression(**common, channel="", address="lin@buyer.example", note="again")
    put(acme, key="a", recipient_id=lin)
    send(acme)
    with pytest.raises(UserError):
        operations.remove_suppression(**common, suppression_id=entry, reason=" ")
    operations.remove_suppression(**common, suppression_id=entry, reason="she called again")
    with pytest.raises(UserError):
        operations.remove_suppression(**common, suppression_id=entry, reason="twice")
    put(acme, key="b", recipient_id=lin)
    send(acme)
    assert states(acme) == {"dropped:suppressed": 1, "sent": 1}


def test_whoever_wants_messages_again_is_written_to_again(acme: Merchant, lin: int) -> None:
    operations.opt_out(merchant_id=acme.id, recipient_id=lin, source="link", by=CLI, at=NOW)
    with scope(acme.id):
        entry = queries.suppressions(acme.id).get()
    operations.remove_suppression(merchant_id=acme.id, suppression_id=entry.pk, reason="her own wish", by=CLI, at=NOW)
    put(acme, recipient_id=lin)
    assert send(acme) == {"sent": 1}


@pytest.mark.parametrize("address", ["", "nobody", "a@", "12", "x@y@z z", "a@b.example,c@d.example", "<a@b.example>"])
def test_what_is_no_address_is_refused(acme: Merchant, address: str) -> None:
    with pytest.raises(UserError):
        operations.add_suppression(merchant_id=acme.id, channel="", address=address, note="", by=CLI, at=NOW)


def test_a_file_is_imported_and_its_bad_rows_are_named(acme: Merchant) -> None:
    text = "\ufeffAddress,Channel,Note\na@x.example,,asked\n13812345678,sms,\nnobody,,\nb@x.example,fax,\na@x.example,,twice\n"
    done = operations.import_suppressions(merchant_id=acme.id, text=text, by=CLI, at=NOW)
    assert (done.added, done.known, done.bad) == (2, 1, (4, 5))
    again = operations.import_suppressions(merchant_id=acme.id, text=text, by=CLI, at=NOW)
    assert (again.added, again.known) == (0, 3)
    with pytest.raises(UserError):
        operations.import_suppressions(merchant_id=acme.id, text="mail\nx@y.example\n", by=CLI, at=NOW)
