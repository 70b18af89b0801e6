"""Saving sections: two people at once, strange values, prices to the minor unit."""

import re
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.operations import add_member, ensure_user
from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from marketplace.ui.richtext import markdown_html
from providers.catalogue.lists import BELTS, INDUSTRIES, LANGUAGES, PLATFORMS, label
from providers.catalogue.models import Category, CategoryAttribute
from providers.listings import operations
from providers.listings.errors import EditedMeanwhile
from providers.listings.models import Listing
from providers.listings.prices import least_price, per_month, with_month_prices
from providers.listings.projection import in_both_languages
from providers.listings.risk import is_typo_level
from providers.listings.shape import OFFER, BadContent, clean_text
from tests import cast
from tests.providers.listings.stories import AT, COMPLETE, published, started, version, versions, write


@pytest.fixture
def studio(transactional_db: None) -> cast.Provider:
    return cast.studio()


def save(provider: cast.Provider, listing: Listing, section: str, revision: int, by: int | None = None, **values: Any) -> int:
    return operations.save_section(
        provider_id=provider.id, listing_id=listing.pk, section=section, values=values, revision=revision,
        by=person(by or provider.owner.pk), at=AT + timedelta(minutes=1),
    )  # fmt: skip


def colleague(provider: cast.Provider) -> int:
    user = ensure_user(email="colleague@acme-studio.example", password=cast.PASSWORD, name="A colleague")
    add_member(organization_id=provider.id, user=user, role="admin", may_export=False, by=CLI)
    return user.pk


# Two people.


def test_whoever_saves_second_is_told_and_nothing_is_overwritten(studio: cast.Provider) -> None:
    listing, other = started(studio), colleague(studio)
    count = version(listing, 1).revisions["basics"]
    save(studio, listing, "basics", count, by=other, title_en="The colleague's")
    with pytest.raises(EditedMeanwhile) as refusal:
        save(studio, listing, "basics", count, title_en="The owner's")
    assert (refusal.value.revision, refusal.value.who) == (count + 1, f"user:{other}")
    assert version(listing, 1).title_en == "The colleague's"
    save(studio, listing, "basics", refusal.value.revision, title_en="The owner's, knowingly")
    assert version(listing, 1).title_en == "The owner's, knowingly"


def test_two_people_in_different_sections_do_not_disturb_each_other(studio: cast.Provider) -> None:
    listing = started(studio)
    counts = version(listing, 1).revisions
    save(studio, listing, "basics", counts["basics"], title_en="A title")
    save(studio, listing, "text", counts["text"], body_en="A text")
    assert (version(listing, 1).title_en, version(listing, 1).body_en) == ("A title", "A text")


def test_of_many_saves_at_the_same_moment_exactly_one_wins(studio: cast.Provider) -> None:
    """Also where no draft is open yet: not two drafts, and not a lost save."""
    listing = published(studio)
    start, outcomes = Barrier(6), []

    def one(n: int) -> None:
        try:
            start.wait()
            outcomes.append(save(studio, listing, "basics", 1, title_en=f"Writer {n}"))
        except EditedMeanwhile:
            outcomes.append(0)
        finally:
            connection.close()

    threads = [Thread(target=one, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [0, 0, 0, 0, 0, 2]
    assert versions(listing) == [(1, "published"), (2, "draft")]


def test_without_the_count_the_same_race_loses_work(studio: cast.Provider) -> None:
    """The control: saves that name no count all succeed, and only the last one's words remain."""
    listing = started(studio)
    for n in range(3):
        write(studio, listing, title_en=f"Writer {n}")
    assert version(listing, 1).title_en == "Writer 2"


# Values.


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("basics", {"title_zh": "字" * 61}),
        ("basics", {"state": "published"}),
        ("fit", {"platforms": ["myspace"]}),
        ("fit", {"attributes": {"team_size": -1}}),
        ("fit", {"attributes": {"scope": "everything"}}),
        ("fit", {"attributes": {"secret": True}}),
        ("price", {"pricing_model": "barter"}),
        ("price", {"currency": "XXX"}),
        ("price", {"offer": {"packages": [{"key": "a", "price_minor": 1.5}]}}),
        ("price", {"offer": {"packages": [{"key": "a", "price_minor": True}]}}),
        ("price", {"offer": {"packages": [{"key": "a", "price_minor": -1}]}}),
        ("price", {"offer": {"packages": [{"key": "a", "price_minor": 10**16}]}}),
        ("price", {"offer": {"packages": [{"key": "<b>", "price_minor": 1}]}}),
        ("price", {"offer": {"packages": [{"key": str(n), "price_minor": n} for n in range(4)]}}),
        ("price", {"offer": {"editions": [{"key": "a", "prices": {"2": 1}}]}}),
        ("price", {"offer": {"commission": {"rate": 10_001}}}),
        ("price", {"offer": {"sessions": [{"key": "a", "price_minor": 1, "starts_at": "2026-12-01T10:00:00"}]}}),
        ("price", {"offer": {"onclick": "alert(1)"}}),
        ("terms", {"terms": {"free": "everything"}}),
        ("images", {"images": [{"key": "../../etc/passwd", "width": 1, "height": 1}]}),
    ],
)
def test_impossible_values_are_refused_and_change_nothing(studio: cast.Provider, section: str, values: dict[str, Any]) -> None:
    listing = started(studio)
    with pytest.raises(BadContent):
        save(studio, listing, section, version(listing, 1).revisions[section], **values)
    assert version(listing, 1).offer == COMPLETE["offer"]


def test_another_category_asks_other_questions(studio: cast.Provider) -> None:
    listing = started(studio)
    live = Category.objects.select_related("parent").get(slug="live-operation")
    save(studio, listing, "basics", 1, category=live, title_en="Live")
    assert set(version(listing, 1).attributes) == {"shop_stage", "team_size"}


def test_a_top_category_is_none_for_listings(studio: cast.Provider) -> None:
    with pytest.raises(BadContent):
        started(studio, category="agency-operation")


def test_invisible_characters_do_not_survive() -> None:
    assert clean_text(" safe\u202egnp.exe\u200b\x00\r\nsecond ") == "safegnp.exe\nsecond"
    assert clean_text("e\u0301") == "é"


NAMES = st.sampled_from(["packages", "editions", "prices", "key", "price_minor", "scope", "cells", "sessions", "1"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=12)


@given(TREES)
def test_whatever_comes_is_cleaned_or_refused(value: Any) -> None:
    try:
        cleaned = OFFER(value, "")
    except BadContent:
        return
    assert OFFER(cleaned, "") == cleaned


# Prices.


@given(st.integers(0, 10**12), st.sampled_from([1, 3, 6, 12]))
def test_a_month_of_a_period_is_rounded_half_up(price: int, months: int) -> None:
    month = per_month(price, months)
    assert -months < 2 * (month * months - price) <= months


def test_every_price_model_names_its_least_price() -> None:
    assert least_price("retainer", COMPLETE["offer"]) == 680_000
    assert least_price("quote", {"packages": [{"price_minor": 1}]}) is None
    editions = {"editions": [{"key": "pro", "prices": {"1": 29_900, "12": 299_000}}, {"key": "max", "prices": {"12": 400_000}}]}
    assert least_price("subscription", editions) == 24_917
    assert with_month_prices(editions)["editions"][0]["per_month"] == {"1": 29_900, "12": 24_917}
    assert with_month_prices(editions)["periods"] == [1, 12]
    assert least_price("metered", {"metered": {"base_minor": 0, "tiers": [{"price_minor": 9}, {"price_minor": 5}]}}) == 5
    assert least_price("session", {"sessions": [{"price_minor": 300}, {"price_minor": 200}]}) == 200
    assert least_price("fixed", {}) is None


# Text.


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt&colon;alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://evil.example/track.png)",
        "<svg/onload=alert(1)>",
        '<a href="https://x.example" onclick="alert(1)">x</a>',
        '"><iframe src="https://evil.example"></iframe>',
        "<style>body{display:none}</style>",
        '[x](https://x.example "onmouseover=alert(1)")',
        "<math><mtext></p><img src=x onerror=alert(1)>",
    ],
)
def test_markdown_is_harmless(hostile: str) -> None:
    html = markdown_html(f"## Heading\n\n{hostile}\n\n- item")
    tags = re.findall(r"<[^>]*>", html)
    assert not any(re.match(r"</?(script|img|svg|iframe|style|math|mtext|object|form|input)\b", tag) for tag in tags)
    assert not any(re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', tag)) for tag in tags)
    assert not re.search(r'href="(?!https?://|mailto:)', html)
    assert "<h3>Heading</h3>" in html


def test_links_do_not_pass_authority_on() -> None:
    assert markdown_html("[x](https://x.example)") == '<p><a href="https://x.example" rel="nofollow noopener">x</a></p>\n'


def test_the_missing_language_falls_back_everywhere() -> None:
    cells, free = [{"zh": "", "en": "24 h"}, True], [{"zh": "拍照"}]
    filled = in_both_languages({"name_zh": "基础", "name_en": "", "cells": cells, "free": free})
    assert (filled["name_zh"], filled["name_en"]) == ("基础", "基础")
    assert filled["cells"] == [{"zh": "24 h", "en": "24 h"}, True]
    assert filled["free"] == [{"zh": "拍照", "en": "拍照"}]


# Risk.


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("before", "after", "low"),
    [
        ("We looks after campaigns.", "We look after campaigns.", True),
        ("每周複盘一次", "每周复盘一次", True),
        ("Free photos included", "Photos included", False),
        ("包邮包退", "包邮不包退", False),
        ("Delivered in 3 days", "Delivered in 8 days", False),
        ("Write to us", "Write to us at a@b.example", False),
        ("A calm sentence.", "Something wholly different stands here now.", False),
        ("负责售后", "负责售前", False),
        ("Help after the sale", "Help before the sale", False),
    ],
)
def test_a_typo_is_told_from_a_promise(before: str, after: str, low: bool) -> None:
    studio = cast.studio()
    listing = published(studio, summary_zh=before, summary_en=before)
    write(studio, listing, summary_zh=after)
    assert is_typo_level(version(listing, 1), version(listing, 2)) == low


@pytest.mark.django_db(transaction=True)
def test_a_price_is_never_a_typo() -> None:
    studio = cast.studio()
    listing = published(studio)
    write(studio, listing, currency="USD")
    assert not is_typo_level(version(listing, 1), version(listing, 2))


# The catalogue.


def test_codes_mean_one_thing() -> None:
    codes = [term.code for vocabulary in (PLATFORMS, INDUSTRIES, BELTS, LANGUAGES) for term in vocabulary]
    assert len(codes) == len(set(codes))
    assert all(belt.industry in INDUSTRIES for belt in BELTS)
    assert label("jd", in_language="zh") == "京东"


@pytest.mark.django_db
def test_the_seeded_catalogue_is_complete_in_both_languages() -> None:
    tops = Category.objects.filter(parent=None)
    assert tops.count() == 7
    for category in Category.objects.all():
        assert category.name_zh and category.name_en and category.text_zh and category.text_en
    for top in tops:
        assert top.children.count() >= 3
    for attribute in CategoryAttribute.objects.all():
        assert bool(attribute.choices) == (attribute.kind in ("choice", "multi"))
        assert all(set(choice) == {"code", "zh", "en"} for choice in attribute.choices)


def test_the_scope_of_another_provider_shows_no_draft(studio: cast.Provider) -> None:
    listing, rival = started(studio), cast.rival()
    with scope(rival.id):
        assert not Listing.objects.filter(pk=listing.pk).exists()


def test_the_pages_own_save_and_the_button_do_not_collide(studio: cast.Provider) -> None:
    """Leaving a field saves, and pressing the button leaves the field: both start from the same count."""
    listing = started(studio)
    count = version(listing, 1).revisions["basics"]
    own = {"provider_id": studio.id, "listing_id": listing.pk, "section": "basics", "by": person(studio.owner.pk)}
    first = {**own, "values": {"title_en": "First"}, "revision": count}
    assert operations.save_section(**first, at=AT) == count + 1
    assert operations.save_section(**first, at=AT) == count + 1, "the same words again are no collision"
    late = {**first, "values": {"title_en": "Second"}}
    pressed = {**late, "is_final": True}
    for refused in (
        {**late, "at": AT},  # the page by itself, after the button
        {**pressed, "at": AT + timedelta(minutes=1)},  # another tab
        {**pressed, "by": person(colleague(studio)), "at": AT},
    ):
        with pytest.raises(EditedMeanwhile):
            operations.save_section(**refused)
    assert operations.save_section(**pressed, at=AT + timedelta(seconds=2)) == count + 2
    assert version(listing, 1).title_en == "Second"


def test_headings_begin_below_those_of_the_page_and_skip_none() -> None:
    html = markdown_html("## A\n\n#### B\n\n# C\n\n###### D")
    assert re.findall(r"<(h\d)>(\w)", html) == [("h3", "A"), ("h4", "B"), ("h3", "C"), ("h4", "D")]
