"""What a search finds, in which order, and why."""

from datetime import timedelta

import pytest
from django.db.models.expressions import RawSQL

from marketplace.tenancy.scope import scope
from providers.discovery.knowledge import knowledge
from providers.discovery.models import SearchDocument
from providers.discovery.operations import catch_up, index_listings, reindex
from providers.listings.models import PublicListing
from tests import cast
from tests.providers.discovery.market import AT, find, fresh, ids, profile, put, rate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known() -> None:
    fresh()


@pytest.fixture
def studio() -> cast.Provider:
    return cast.studio()


def test_words_of_one_meaning_find_each_other_in_both_languages(studio: cast.Provider) -> None:
    outsourcing = put(studio, "外包客服团队", category="presale-service")
    put(studio, "详情页设计", category="product-pages")
    for words in ("客服外包", "customer service outsourcing", "kefuwaibao", "kefu waibao", "kfwb"):
        assert ids(find(words)) == [outsourcing], words


def test_a_run_of_chinese_is_cut_where_it_consists_of_known_words(studio: cast.Provider) -> None:
    wanted = put(studio, "抖音店铺整店托管", industries=["furniture"])
    put(studio, "抖音店铺整店托管", industries=["food"])
    assert ids(find("家具代运营")) == ids(find("代运营 家具")) == ids(find("jiajudaiyunying")) == [wanted]
    assert ids(find('"家具代运营"')) == []


def test_a_typo_is_corrected_when_it_would_find_nothing(studio: cast.Provider) -> None:
    outsourcing = put(studio, "客服外包晚班", category="presale-service")
    for typed in ("客福外包", "客服外色", "客服歪包"):
        found = find(typed)
        assert (ids(found), found.did_you_mean, found.is_corrected) == ([outsourcing], "客服外包", True), typed
    found = find("custmer service")
    assert (ids(found), found.did_you_mean) == ([outsourcing], "customer service")


def test_a_correction_keeps_the_facet(studio: cast.Provider) -> None:
    wanted = put(studio, "客服外包", category="presale-service", platforms=["jd"])
    put(studio, "客服外包", category="presale-service", platforms=["tmall"])
    found = find("客福外包", platform="jd")
    assert ids(found) == [wanted]
    assert [(c.value, c.count, c.is_selected) for f in found.facets if f.name == "platform" for c in f.choices] == [
        ("jd", 1, True)
    ]


def test_when_nothing_has_all_words_those_with_most_are_shown_and_called_so(studio: cast.Provider) -> None:
    near = put(studio, "京东代运营", industries=["furniture"])
    put(studio, "详情页设计", category="product-pages")
    found = find("代运营 家具 晚班")
    assert (ids(found), found.is_relaxed) == ([near], True)


def test_the_title_comes_before_the_category_and_the_category_before_the_text(studio: cast.Provider) -> None:
    text = put(studio, "店铺诊断", category="coaching", body="我们也讲摄影")
    named = put(studio, "静物棚拍", category="photography")
    title = put(studio, "商品摄影", category="photography")
    assert ids(find("摄影")) == [title, named, text]


def test_better_providers_come_first_and_ties_are_broken_the_same_way_every_time(studio: cast.Provider) -> None:
    rival = cast.rival()
    rate(rival, 9_500)
    rate(studio, 6_000)
    weak, strong = put(studio, "短视频拍摄"), put(rival, "短视频拍摄")
    assert ids(find("短视频")) == [strong, weak]
    twin = put(rival, "短视频拍摄")
    assert ids(find("短视频")) == [strong, twin, weak] == ids(find("短视频"))


def test_the_busy_and_the_stale_stand_back(studio: cast.Provider) -> None:
    rival = cast.rival()
    profile(rival, is_paused=True)
    away = put(rival, "直播代播")
    here = put(studio, "直播代播")
    stale = put(studio, "直播代播", updated_at=AT - timedelta(days=900))
    assert ids(find("直播")) == [here, stale, away]
    assert ids(find("直播", available_by="2026-12-01")) == [here, stale]


def test_every_tenth_place_is_a_newcomers(studio: cast.Provider) -> None:
    newcomer = cast.rival()
    rate(studio, 9_900)
    rate(newcomer, None, jobs=0, level=1, newcomer=True)
    known = [put(studio, "主图设计", category="product-pages") for _ in range(30)]
    new = [put(newcomer, "主图设计", category="product-pages") for _ in range(4)]
    irrelevant = put(newcomer, "其他", category="coaching", body="主图设计")
    first, second = find("主图设计"), find("主图设计", page=2)
    assert [place for place, hit in enumerate(first.hits) if hit.is_promoted] == [4, 14]
    assert ids(first)[4] == new[0] and ids(first)[14] == new[1]
    assert sorted(ids(first) + ids(second)) == sorted([*known, *new, irrelevant])
    assert ids(second)[-1] == irrelevant and not second.hits[-1].is_promoted
    assert first.hits[4].reasons[0].code == "newcomer"


def test_every_hit_has_three_reasons_of_different_kinds(studio: cast.Provider) -> None:
    rate(studio, 9_200, renewal_rate=8_400, renewal_n=12)
    profile(studio)
    put(studio, "京东代运营", platforms=["jd"])
    (hit,) = find("代运营", platform="jd", language="en").hits
    assert len({reason.code for reason in hit.reasons}) == 3
    assert [reason.code for reason in hit.reasons] == ["title", "score", "renewals"]
    (alone,) = find().hits
    assert len({reason.code for reason in alone.reasons}) == 3


@pytest.mark.parametrize(("sort", "expected"), [("newest", [2, 0, 1]), ("price", [1, 0, 2]), ("score", [2, 0, 1])])
def test_other_orders(studio: cast.Provider, sort: str, expected: list[int]) -> None:
    rival = cast.rival()
    rate(rival, 9_000)
    made = [
        put(studio, "投放", from_cny_minor=200, published_at=AT - timedelta(days=2)),
        put(studio, "投放", from_cny_minor=100, published_at=AT - timedelta(days=3)),
        put(rival, "投放", from_cny_minor=None, published_at=AT - timedelta(days=1)),
    ]
    assert ids(find("投放", sort=sort)) == [made[n] for n in expected]


def test_a_page_beyond_the_last_is_the_last(studio: cast.Provider) -> None:
    for _ in range(21):
        put(studio, "拍摄")
    found = find("拍摄", page=99)
    assert (found.page, found.pages, len(found.hits), found.total) == (2, 2, 1, 21)


def test_counts_of_a_dimension_in_use_are_those_without_it(studio: cast.Provider) -> None:
    put(studio, "托管", platforms=["jd", "tmall"], industries=["food"])
    put(studio, "托管", platforms=["tmall"], industries=["food"])
    put(studio, "托管", platforms=["taobao"], industries=["toys"])
    found = find("托管", platform="jd", industry="food")
    counts = {facet.name: {choice.value: choice.count for choice in facet.choices} for facet in found.facets}
    assert found.total == 1
    assert counts["platform"] == {"jd": 1, "tmall": 2}
    assert counts["industry"] == {"food": 1}
    assert counts["category"] == {"agency-operation": 1}


def test_the_categorys_own_facets_show_where_the_category_is_chosen(studio: cast.Provider) -> None:
    put(studio, "夜班值守", category="presale-service", attributes={"shifts": ["night"], "seats": 6, "shared_seats": True})
    put(studio, "白班客服", category="presale-service", attributes={"shifts": ["day", "night"], "seats": 12})
    assert not [facet for facet in find().facets if facet.name.startswith("a.")]
    found = find(category="customer-service", **{"a.shifts": "day"})
    counts = {facet.name: {choice.value: choice.count for choice in facet.choices} for facet in found.facets}
    assert (found.total, counts["a.shifts"], counts["a.seats"]) == (1, {"day": 1, "night": 2}, {"12": 1})
    assert [str(chip.label) for chip in found.chips] == ["客服外包", "白班 8:00–17:00"]


def test_budget_and_quotes(studio: cast.Provider) -> None:
    cheap, dear = put(studio, "建站", from_cny_minor=99_900), put(studio, "建站", from_cny_minor=500_000)
    quote = put(studio, "建站", from_cny_minor=None)
    assert set(ids(find("建站"))) == {cheap, dear, quote}
    assert ids(find("建站", budget_max="1000")) == [cheap]
    assert ids(find("建站", budget_min="1000")) == [dear]


def test_a_listing_taken_back_is_found_no_more(studio: cast.Provider) -> None:
    gone = put(studio, "私域运营")
    with scope(studio.id):
        PublicListing.objects.filter(listing_id=gone).delete()
        index_listings([gone])
    assert ids(find("私域")) == []


def test_documents_written_before_a_phrase_was_known_are_found_all_the_same(studio: cast.Provider) -> None:
    """New synonyms come with a release, their words in the index with `reindex`: until then texts are looked into."""
    whole, apart = put(studio, "客服外包团队"), put(studio, "客服与服外、外包")
    with scope(studio.id):
        SearchDocument.objects.update(words="old", tokens=RawSQL("ts_delete(tokens, %s)", ["=客服外包"]))
    assert ids(find('"客服外包"')) == [], "what was known stays so for some minutes"
    fresh()
    assert not knowledge().has_marks
    assert ids(find('"客服外包"')) == [whole]
    assert set(ids(find('"客服"'))) == {whole, apart}
    assert list(reindex()) == [2]
    assert knowledge().has_marks and ids(find('"客服外包"')) == [whole]


@pytest.mark.django_db(transaction=True)
def test_documents_of_another_vocabulary_catch_up(studio: cast.Provider) -> None:
    put(studio, "客服外包团队")
    put(cast.rival(), "代运营")
    with scope(studio.id):
        SearchDocument.objects.filter(provider_id=studio.id).update(words="old")
    assert (catch_up(), catch_up()) == (1, 0)
    assert set(SearchDocument.objects.values_list("words", flat=True)) == {knowledge().digest}
