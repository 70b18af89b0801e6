"""Contact details before a contract, openly and in disguise; and what only looks like them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rooms.contacts import COVER, mask

LEAKS = [
    ("phone", "13800138000"),
    ("phone", "电话 138-0013-8000 谢谢"),
    ("phone", "１３８００１３８０００"),
    ("phone", "1 3 8 0 0 1 3 8 0 0 0"),
    ("phone", "1*3*8*0*0*1*3*8*0*0*0"),
    ("phone", "一三八零零一三八零零零"),
    ("phone", "幺三八洞洞幺三八洞洞洞"),
    ("phone", "①③⑧⓪⓪①③⑧⓪⓪⓪"),
    ("phone", "138O0l38000"),
    ("phone", "138\u200b0013\u200b8000"),
    ("phone", "+86 138 0013 8000"),
    ("phone", "+44 20 7946 0958"),
    ("phone", "call 010-88886666"),
    ("phone", "400-820-8820"),
    ("phone", "预算 3000 元，13900139000"),
    ("wechat", "加我微信 lamp_shop88"),
    ("wechat", "VX：abc12345"),
    ("wechat", "wechat id: lamp-shop"),
    ("wechat", "薇 信：13800138000"),
    ("wechat", "ｗｅｃｈａｔ：ｌａｍｐ２０２６"),
    ("qq", "QQ 12345678"),
    ("qq", "扣扣号：8 8 8 6 6 6 1"),
    ("email", "write to lin@lamp.example"),
    ("email", "lin＠lamp．com"),
    ("email", "lin (at) lamp (dot) com"),
    ("link", "https://lamp.shop/contact"),
    ("link", "看 www.lamp-house.cn 就行"),
    ("link", "lamphouse.vip"),
    ("link", "https://jd.com.evil.top/x"),
    ("account", "Telegram: @lampshop"),
    ("account", "WhatsApp lamp.house99"),
]
HARMLESS = [
    "预算 68,000 元，30 天交付，分 3 个里程碑。",
    "订单号 202611221400123456 已处理",
    "2026-11-22 14:30 开会，12 点前回复",
    "We had 1,380,013 orders in 2025 and 3.5 % returns.",
    "https://item.jd.com/100012043978.html",
    "https://detail.tmall.com/item.htm?id=1",
    "我们负责微信群运营和 QQ 群",
    "We run your WeChat official account and WhatsApp marketing.",
    "SKU 15012-A, 150 x 80 x 60 mm, ¥1,288.00",
    "版本 v2.0.1，见第 3.2 节",
    "e.g. an index of 1.35 at 20 percent",
]


@pytest.mark.parametrize(("kind", "text"), LEAKS)
def test_a_contact_detail_is_covered_however_it_is_written(kind: str, text: str) -> None:
    found = mask(text)
    assert kind in found.kinds
    assert COVER in found.text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_one_stays(text: str) -> None:
    assert mask(text) == type(mask(""))(text, ())


def test_only_what_was_found_is_covered() -> None:
    found = mask("Call 13800138000 or write to lin@lamp.example, thanks.")
    assert found.text == f"Call {COVER} or write to {COVER}, thanks."
    assert set(found.kinds) == {"phone", "email"}


def test_a_number_sent_in_pieces_is_covered_in_the_piece_that_completes_it() -> None:
    assert mask("8000", before=["138", "0013"]).kinds == ("phone",)
    assert mask("号码后四位 8000", before=["1380013"]).text == f"号码后四位 {COVER}"
    assert mask("8000", before=["138", "we talk about the price tomorrow", "0013"]).kinds == ()
    assert mask("8000").kinds == ()


@given(st.text(max_size=300))
def test_any_text_comes_back_whole_or_covered(text: str) -> None:
    found = mask(text)
    assert (found.text == text) == (found.kinds == ())


@given(st.text(alphabet="0123456789 -.", max_size=60), st.integers(13000000000, 19999999999), st.text(max_size=20))
def test_a_number_never_survives_in_clear(before: str, number: int, after: str) -> None:
    shown = mask(f"{before} | {number} | {after}").text
    assert str(number) not in shown


def test_a_long_hostile_text_takes_no_time() -> None:
    started = time.monotonic()
    for text in ("1-" * 2500, "a@" * 2500, "www." * 1250, "微信" * 2500, "a." * 2500, "0" * 5000, "http://" * 700):
        mask(text)
    assert time.monotonic() - started < 2
