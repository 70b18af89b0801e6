"""The utterances the design names, and the border cases next to them."""

import pytest

from aftersales.programs.refund_retention.intents.classifying import classify
from tests.intents.cases import DESIGN


@pytest.mark.parametrize(("text", "intent"), DESIGN)
def test_design_utterance(text: str, intent: str) -> None:
    assert classify(text).intent == intent


def test_a_condition_starts_no_refund() -> None:
    assert classify("如果今晚不能送达我想取消订单").conditional
    assert not classify("今晚没送达，我取消订单了").conditional


def test_wishes_become_actions() -> None:
    assert classify("里面好多裂缝瑕疵的 能不能换").action == "exchange"
    assert classify("商家打电话来说没有货了，需要我取消订单").action == "compensate"
    assert classify("不退了，你拒绝申请吧").action == "undo"


def test_the_platforms_reason_comes_first() -> None:
    found = classify("快点处理", "质量问题")
    assert (found.intent, found.source) == ("quality", "reason_code")


def test_wanting_to_undo_wins_over_the_reason() -> None:
    assert classify("不退了，取消退款申请", "质量问题").intent == "withdraw"


def test_a_reason_that_says_nothing_leaves_it_to_the_text() -> None:
    found = classify("颜色发错了", "其他")
    assert (found.intent, found.source) == ("fulfilment_error", "lexicon")
