"""Numbers, money and time, in both languages."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from marketplace.ui import formats
from marketplace.ui.facts import readable
from marketplace.ui.templatetags.ui import money, money_by_currency


@pytest.mark.parametrize(
    ("amount", "currency", "chinese", "english"),
    [
        (128493050, "CNY", "¥1,284,930.50", "CN¥1,284,930.50"),
        (926338, "GBP", "£9,263.38", "£9,263.38"),
        (2900, "JPY", "JP¥2,900", "JP¥2,900"),
        (505, "KWD", "KWD\N{NO-BREAK SPACE}0.505", "KWD\N{NO-BREAK SPACE}0.505"),
        (-2001, "GBP", "-£20.01", "-£20.01"),
        (0, "GBP", "£0.00", "£0.00"),
    ],
)
def test_money_has_its_currency_s_own_decimals(amount, currency, chinese, english):
    with translation.override("zh-hans"):
        assert money(amount, currency) == chinese
    with translation.override("en"):
        assert money(amount, currency) == english


def test_nothing_is_shown_for_no_amount():
    assert money(None, "GBP") == "" and money_by_currency({}) == ""


def test_amounts_of_several_currencies_stay_apart():
    with translation.override("en"):
        assert money_by_currency({"GBP": 100, "JPY": 50}) == "£1.00 · JP¥50"


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [(0, "0", "0"), (950, "950", "950"), (2500, "2,500", "2.5k"), (400_000, "40万", "400k"), (3e8, "3亿", "300M")],
)
def test_axis_labels_count_as_the_reader_does(value, chinese, english):
    with translation.override("zh-hans"):
        assert formats.compact(value) == chinese
    with translation.override("en"):
        assert formats.compact(value) == english


def test_times_are_shown_in_the_shop_s_zone():
    moment = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    with translation.override("zh-hans"):
        assert formats.local_datetime(moment, "Asia/Shanghai") == "2026-11-22 00:30"
        assert formats.local_date(moment, "Asia/Shanghai") == "2026-11-22"
    with translation.override("en"):
        assert formats.local_datetime(moment, "Europe/London") == "21 Nov 2026, 16:30"
        assert formats.short_date(date(2026, 11, 1)) == "1 Nov"


def test_stored_inputs_become_labelled_values_in_the_vocabulary_s_order():
    inputs = {"window_to": "2011-01-14T00:00:00+00:00", "kept": 10, "paid_amount": 3060, "point": 7, "tax_amount": None}
    with translation.override("en"):
        facts = readable(inputs, "GBP", "Europe/London")
    assert [fact.text for fact in facts] == ["£30.60", "10", "14 Jan 2011, 00:00"]


def test_codes_inside_a_breakdown_are_put_in_words():
    with translation.override("en"):
        (fact,) = readable({"skipped": {"price_zero": 3}})
        assert [(str(child.label), child.text) for child in fact.children] == [("A price of zero", "3")]
