"""The market's API: public, counted, and the same results as the page."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from providers.discovery.operations import refresh_words
from tests import cast
from tests.providers.discovery.market import find, fresh, ids, profile, put, rate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def studio() -> cast.Provider:
    fresh()
    cache.clear()
    provider = cast.studio()
    profile(provider, name_zh="晨光客服", name_en="Morning Light", industries=["furniture"])
    rate(provider, 9_000)
    return provider


def ask(path: str, language: str = "zh-hans", **params: Any) -> Any:
    answer = Client(headers={"accept-language": language}).get(f"/api/v1/{path}/", params)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_same_results_as_the_page(studio: cast.Provider) -> None:
    for number in range(25):
        put(studio, f"客服外包 {number}", category="presale-service", platforms=["jd"] if number % 2 else ["tmall"])
    for params in ({"q": "客服外包"}, {"q": "kefu", "platform": "jd"}, {"q": "客福外包", "page": 2}, {"sort": "newest"}):
        page, answer = find(**params), ask("listings", **params)
        assert [hit["id"] for hit in answer["results"]] == ids(page)
        assert (answer["total"], answer["pages"], answer["did_you_mean"]) == (page.total, page.pages, page.did_you_mean)
        assert [[r["text"] for r in hit["reasons"]] for hit in answer["results"]] == [
            [str(reason.text) for reason in hit.reasons] for hit in page.hits
        ]
        counts = {facet.name: {c.value: c.count for c in facet.choices} for facet in page.facets}
        assert {f["name"]: {c["value"]: c["count"] for c in f["choices"]} for f in answer["facets"]} == counts


def test_answers_speak_the_readers_language(studio: cast.Provider) -> None:
    put(studio, "客服外包", category="presale-service")
    zh, en = ask("listings", q="客服外包"), ask("listings", "en", q="客服外包")
    assert (zh["results"][0]["provider"]["name"], en["results"][0]["provider"]["name"]) == ("晨光客服", "Morning Light")
    assert zh["results"][0]["reasons"] != en["results"][0]["reasons"]
    assert en["facets"][0]["choices"][0]["label"] == "Outsourced customer service"


@pytest.mark.parametrize("params", [{"sort": "price;"}, {"page": "x"}, {"platform": "nowhere"}, {"available_by": "soon"}])
def test_what_cannot_be_asked_is_refused_and_named(params: dict[str, str]) -> None:
    answer = Client().get("/api/v1/listings/", params)
    assert answer.status_code == 400
    assert list(answer.json()) == list(params)


def test_neither_a_person_nor_a_key_is_needed_and_both_change_nothing(studio: cast.Provider) -> None:
    put(studio, "客服外包")
    member = Client()
    member.force_login(studio.owner, backend="django.contrib.auth.backends.ModelBackend")
    plain = Client().get("/api/v1/listings/").json()
    assert member.get("/api/v1/listings/").json() == plain
    assert Client(headers={"authorization": "Bearer sbk_1_nonsense"}).get("/api/v1/listings/").json() == plain
    assert Client().post("/api/v1/listings/", {}).status_code == 405


def test_calls_are_counted_per_address(settings: Any) -> None:
    settings.PUBLIC_API_REQUESTS_PER_MINUTE = 3
    codes = [Client(REMOTE_ADDR="203.0.113.9").get("/api/v1/categories/").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert Client(REMOTE_ADDR="203.0.113.10").get("/api/v1/categories/").status_code == 200


def test_providers_by_name_and_by_what_they_do() -> None:
    rival = cast.rival()
    profile(rival, name_zh="远山代运营", name_en="Far Hills", industries=["food"])
    assert [each["slug"] for each in ask("providers")["results"]] == ["acme-studio", "other-studio"]
    assert [each["slug"] for each in ask("providers", q="晨光")["results"]] == ["acme-studio"]
    assert [each["slug"] for each in ask("providers", q="HILLS")["results"]] == ["other-studio"]
    assert [each["slug"] for each in ask("providers", industry="food")["results"]] == ["other-studio"]
    assert ask("providers", q="100%")["results"] == []


def test_categories_are_the_tree() -> None:
    found = ask("categories")
    assert {
        key: value
        for each in found
        if each["slug"] == "presale-service"
        for key, value in each.items()
        if key in ("slug", "parent")
    } == {"slug": "presale-service", "parent": "customer-service"}


def test_suggestions_complete_by_letters_pinyin_and_initials(studio: cast.Provider) -> None:
    put(studio, "家具短视频拍摄")
    refresh_words()
    for typed in ("客服外", "kefuw", "kfwb"):
        assert ask("suggestions", q=typed)[0]["text"] == "客服外包", typed
    assert {each["text"] for each in ask("suggestions", "en", q="outsourced c")} >= {"Outsourced customer service"}
    assert ask("suggestions", q="家具 代运")[0]["text"] == "家具 代运营"
    assert ask("suggestions", q="") == ask("suggestions", q="%") == []


def test_the_document_lists_every_parameter_and_asks_for_no_key() -> None:
    text = Client().get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi+json"}).content
    paths = json.loads(text)["paths"]
    listed = paths["/api/v1/listings/"]["get"]
    names = {parameter["name"] for parameter in listed["parameters"]}
    assert names >= {
        "q",
        "category",
        "platform",
        "industry",
        "belt",
        "pricing",
        "level",
        "budget_max",
        "available_by",
        "sort",
        "page",
    }
    assert listed["security"] == [{}]
    assert {"/api/v1/providers/", "/api/v1/categories/", "/api/v1/suggestions/"} <= set(paths)


@pytest.mark.parametrize(("path", "most"), [("listings", 3), ("providers", 2), ("categories", 1), ("suggestions", 1)])
def test_a_call_costs_few_statements(studio: cast.Provider, path: str, most: int) -> None:
    put(studio, "客服外包")
    with CaptureQueriesContext(connection) as made:
        ask(path, q="客")
    assert len(made) <= most
