"""The market's public pages: complete without JavaScript, cheap at any size, and silent about what is not public."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.tenancy.scope import scope
from providers.discovery.knowledge import knowledge
from providers.listings.models import PublicListing
from providers.profiles.models import PublicProvider
from tests import cast
from tests.pages.text import text, texts
from tests.providers.pages.stall import EDITIONS, NOW, offer_listing, open_stall

pytestmark = pytest.mark.django_db(transaction=True)
Visitor = Callable[..., Client]
#: Statements of one page, at any size.
BUDGET = 5
#: Bytes of a first visit, compressed, pictures aside.
FIRST_VISIT = 150_000
PAGES = (
    "/", "/market/", "/market/agency-operation/", "/market/?q=furniture&platform=jd", "/listings/acme-studio-1/",
    "/providers/acme-studio/", "/compare/?l=acme-studio-1,acme-studio-2",
)  # fmt: skip
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def studio() -> cast.Provider:
    made = cast.studio()
    open_stall(made)
    offer_listing(made, 1)
    offer_listing(made, 2, category="isv-tools", pricing_model="subscription", offer=EDITIONS, title_en="Order tool")
    return made


def statements(client: Client, path: str) -> list[str]:
    knowledge()  # one statement every five minutes, whoever asks first
    with CaptureQueriesContext(connection) as queries:
        found = client.get(path)
    assert found.status_code == 200, path
    return [query["sql"] for query in queries]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_few_statements_and_the_same_with_many_listings(studio: cast.Provider, visitor: Visitor, path: str) -> None:
    few = statements(visitor(), path)
    for number in range(3, 203):
        offer_listing(studio, number)
    many = statements(visitor(), path)
    assert len(many) <= BUDGET, many
    assert len(few) <= BUDGET, few


@pytest.mark.parametrize("path", PAGES)
def test_every_page_speaks_one_language(studio: cast.Provider, visitor: Visitor, path: str) -> None:
    chinese, english = visitor("zh-hans").get(path), visitor("en").get(path)
    assert '<html lang="zh-hans"' in chinese.content.decode() and '<html lang="en"' in english.content.decode()
    # What is quoted is data: the words of a listing that were found.
    leaked = {each for each in texts(english, words_only=True) if HAN.search(re.sub("“[^”]*”", "", each))}
    assert {each for each in leaked if "商伴" not in each and each != "简体中文"} == set()
    known = {"Shangban", "English", "API", "ERP", "acme", "studio", "partners", "JD", "com"}
    said = [re.sub("“[^”]*”", "", each) for each in texts(chinese, words_only=True)]
    words = {word for each in said for word in re.findall(r"[A-Za-z]{3,}", each)}
    assert words - known == set()


def test_the_first_result_is_there_without_javascript(studio: cast.Provider, visitor: Visitor) -> None:
    page = visitor().get("/market/?q=order+tool")
    assert "Order tool" in text(page)
    assert "Furniture shop operation 1" not in text(page)
    html = page.content.decode()
    assert re.search(r'<form[^>]*id="search-form"[^>]*method="get"', html)
    assert '<button class="btn btn--primary btn--block" type="submit">' in html


def test_a_box_that_was_ticked_is_in_the_address_and_ticked_again(studio: cast.Provider, visitor: Visitor) -> None:
    page = visitor().get("/market/?platform=jd&pricing=subscription").content.decode()
    ticked = re.findall(r'name="(\w+)" value="(\w+)" checked', page)
    assert ("platform", "jd") in ticked and ("pricing", "subscription") in ticked


def test_an_answer_to_htmx_names_the_address_to_share(studio: cast.Provider, visitor: Visitor) -> None:
    query = {"q": "furniture", "budget_min": "", "budget_max": "", "available_by": "", "sort": "relevance", "platform": "jd"}
    found = visitor().get("/market/agency-operation/", query, headers={"HX-Request": "true"})
    assert found["HX-Push-Url"] == "/market/agency-operation/?q=furniture&platform=jd"
    assert text(visitor().get(found["HX-Push-Url"])) == text(found)


def test_a_category_is_a_page_and_an_unknown_one_is_missing(studio: cast.Provider, visitor: Visitor) -> None:
    shown = text(visitor().get("/market/agency-operation/"))
    assert "Furniture shop operation 1" in shown and "Order tool" not in shown
    assert visitor().get("/market/no-such-category/").status_code == 404


def test_an_empty_answer_helps(studio: cast.Provider, visitor: Visitor) -> None:
    words = visitor().get("/market/?q=zzzzqqqq")
    assert "No service matches" in text(words) and "/market/agency-operation/" in words.content.decode()
    filters = visitor().get("/market/?platform=shein")
    assert "Without filters" in text(filters)


@pytest.mark.parametrize(
    "query",
    ["page=99999", "page=-1", "budget_min=abc", "available_by=2026-02-30", "q=%00", "q=" + "x" * 5000, "sort=drop",
     "platform=%27--", "a.scope=full&a.%00=x", "level=9"],
)  # fmt: skip
def test_odd_addresses_get_a_page(studio: cast.Provider, visitor: Visitor, query: str) -> None:
    assert visitor().get("/market/?" + query).status_code == 200


def test_a_listing_shows_its_packages_prices_and_terms(studio: cast.Provider, visitor: Visitor) -> None:
    shown = text(visitor().get("/listings/acme-studio-1/"))
    for words in (
        "Basic",
        "¥6,800",
        "¥12,800",
        "month",
        "Daily look at the shop",
        "3.5%",
        "14 days",
        "Filming on site",
        "With thirty days' notice.",
        "The whole shop",
        "Foshan furniture",
        "CN¥200",
    ):
        assert words in shown, words


def test_a_grid_shows_the_price_of_a_period_and_of_its_month(studio: cast.Provider, visitor: Visitor) -> None:
    shown = text(visitor().get("/listings/acme-studio-2/"))
    assert "¥2,990" in shown and "¥249.17 a month" in shown and "Professional" in shown


def test_what_is_not_public_is_a_missing_page(studio: cast.Provider, visitor: Visitor) -> None:
    missing = visitor().get("/listings/no-such-listing/")
    with scope(studio.id):
        PublicListing.objects.filter(slug="acme-studio-1").delete()  # paused, hidden and withdrawn ones lose their public row
        PublicProvider.objects.filter(slug="acme-studio").delete()
    for path in ("/listings/acme-studio-1/", "/providers/acme-studio/", "/providers/other/"):
        gone = visitor().get(path)
        assert (gone.status_code, text(gone)) == (404, text(missing)), path


def test_compare_marks_what_differs(studio: cast.Provider, visitor: Visitor) -> None:
    html = visitor().get("/compare/?l=acme-studio-1,acme-studio-2").content.decode()
    marked = re.findall(r'<tr class="differs">\s*<th scope="row">([^<]+)', html)
    assert "Price model" in marked and "Provider" not in marked


def test_five_are_cut_to_four_and_unknown_ones_are_named(studio: cast.Provider, visitor: Visitor) -> None:
    for number in (3, 4, 5):
        offer_listing(studio, number)
    page = visitor().get("/compare/?l=" + ",".join(f"acme-studio-{n}" for n in range(1, 6)))
    assert "At most 4 services fit side by side; the first 4 are shown." in text(page)
    assert page.content.decode().count('<th scope="col">') == 4
    page = visitor().get("/compare/?l=acme-studio-1,never-was,%00,../../etc")
    assert page.status_code == 200 and "not on offer any more" in text(page)
    assert "Nothing to compare yet" in text(visitor().get("/compare/?l="))
    assert "Nothing to compare yet" in text(visitor().get("/compare/"))


def test_boxes_sent_by_a_form_become_one_address(studio: cast.Provider, visitor: Visitor) -> None:
    sent = visitor().get("/compare/", {"l": ["acme-studio-2", "acme-studio-1"]})
    assert (sent.status_code, sent.url) == (302, "/compare/?l=acme-studio-2,acme-studio-1")


def structured(page: Any) -> list[dict[str, Any]]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.content.decode(), re.S)
    return [json.loads(each) for each in found]


def test_search_engines_read_services_offers_and_crumbs(studio: cast.Provider, visitor: Visitor) -> None:
    (data,) = structured(visitor().get("/listings/acme-studio-1/"))
    service, crumbs = data["@graph"]
    assert (service["@type"], service["name"], crumbs["@type"]) == ("Service", "Furniture shop operation 1", "BreadcrumbList")
    assert service["offers"][0] == {"@type": "Offer", "name": "Basic", "price": "6800.00", "priceCurrency": "CNY"}
    assert service["provider"]["@type"] == "Organization"
    (home,) = structured(visitor().get("/"))
    assert home["@graph"][0]["@type"] == "WebSite"


def test_structured_data_cannot_break_out_of_its_element(studio: cast.Provider, visitor: Visitor) -> None:
    nasty = "</script><script>alert(1)</script><!--"
    offer_listing(studio, 9, title_en=nasty)
    page = visitor().get("/listings/acme-studio-9/")
    assert "<script>alert" not in page.content.decode()
    assert structured(page)[0]["@graph"][0]["name"] == nasty


def test_pages_say_what_they_are_to_those_who_share_them(studio: cast.Provider, visitor: Visitor) -> None:
    html = visitor().get("/listings/acme-studio-1/?utm_source=x").content.decode()
    assert '<meta property="og:title" content="Furniture shop operation 1">' in html
    assert '<link rel="canonical" href="http://testserver/listings/acme-studio-1/">' in html
    html = visitor().get("/market/?sort=relevance&q=furniture&page=1").content.decode()
    assert '<link rel="canonical" href="http://testserver/market/?q=furniture">' in html


def test_the_sitemap_lists_what_is_public_and_robots_may_come(studio: cast.Provider, visitor: Visitor) -> None:
    robots = visitor().get("/robots.txt").content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in robots and "Disallow: /dashboard/" in robots
    index = visitor().get("/sitemap.xml").content.decode()
    parts = [part.replace("http://testserver", "") for part in re.findall(r"<loc>([^<]+)</loc>", index)]
    locations = [loc for part in parts for loc in re.findall(r"<loc>([^<]+)</loc>", visitor().get(part).content.decode())]
    for path in ("/", "/market/agency-operation/", "/listings/acme-studio-1/", "/providers/acme-studio/"):
        assert f"http://testserver{path}" in locations
    for location in locations:
        assert visitor().get(location.replace("http://testserver", "")).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_first_visit_is_small(studio: cast.Provider, visitor: Visitor, path: str) -> None:
    for number in range(3, 43):
        offer_listing(studio, number)
    html = visitor().get(path).content
    sizes = {"page": len(gzip.compress(html))}
    for address in set(re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js|svg))', html.decode())):
        sizes[address] = len(gzip.compress(found_file(address)))
    assert sum(sizes.values()) <= FIRST_VISIT, sizes


def found_file(address: str) -> bytes:
    from django.contrib.staticfiles import finders

    place = finders.find(address)
    assert place, address
    with open(place, "rb") as file:
        return file.read()


def test_an_empty_market_says_so_and_invites(visitor: Visitor) -> None:
    assert "The first services are being reviewed" in text(visitor().get("/"))
    assert visitor().get("/market/").status_code == 200


def test_no_number_on_the_home_page_is_invented(studio: cast.Provider, visitor: Visitor) -> None:
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", visitor().get("/").content.decode()))
    assert figures == {
        "verified providers": "1",
        "services on offer": "2",
        "industrial belts served": "1",
        "jobs behind the scores": "42",
    }


def test_a_newcomer_and_a_provider_without_events_have_no_score(visitor: Visitor) -> None:
    made = cast.studio()
    open_stall(made)
    with scope(made.id):
        from providers.scorecards.models import PublicScore

        PublicScore.objects.filter(provider_id=made.id).delete()
    offer_listing(made)
    assert "No score yet" in text(visitor().get("/providers/acme-studio/"))
    assert "no events yet" in text(visitor().get("/compare/?l=acme-studio-1"))


def test_sessions_that_have_begun_are_not_offered(visitor: Visitor) -> None:
    made = cast.studio()
    open_stall(made)
    dates = ("2020-01-01T06:00:00+00:00", "2999-01-01T06:00:00+00:00")
    sessions = [
        {"key": f"s{n}", "starts_at": at, "minutes": 120, "seats": 30, "price_minor": 29_900, "online": False,
         "place_zh": "杭州", "place_en": "Hangzhou"}
        for n, at in enumerate(dates)
    ]  # fmt: skip
    offer_listing(made, pricing_model="session", offer={"sessions": sessions}, category="lecturers")
    shown = text(visitor().get("/listings/acme-studio-1/"))
    assert "2999" in shown and "2020" not in shown and NOW.year == 2026


def test_debug_pages_are_off() -> None:
    assert settings.DEBUG is False
