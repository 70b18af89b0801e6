"""The provider's pages: what is typed is kept, who was faster is said, lists cost the same at any size."""

import re
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.listings import operations
from providers.listings.models import Listing, ListingVersion
from tests import cast
from tests.pages.test_budgets import SHELL
from tests.providers.listings.stories import AT, COMPLETE, act, judge, public, published, started, verify, version, versions
from tests.providers.listings.test_images import picture

PACKAGES = {
    "packages-TOTAL_FORMS": "3", "packages-INITIAL_FORMS": "0", "scope-TOTAL_FORMS": "2", "scope-INITIAL_FORMS": "0",
    "extras-TOTAL_FORMS": "1", "extras-INITIAL_FORMS": "0", "pricing_model": "retainer", "currency": "CNY",
}  # fmt: skip


@pytest.fixture
def studio(transactional_db: None) -> cast.Provider:
    return cast.studio()


@pytest.fixture
def client(studio: cast.Provider) -> Client:
    return signed_in(studio)


def signed_in(provider: cast.Provider, language: str = "en", **headers: str) -> Client:
    made = Client(headers={"accept-language": language, **headers})
    made.force_login(provider.owner, backend="django.contrib.auth.backends.ModelBackend")
    return made


def url(name: str, listing: Listing) -> str:
    return reverse(f"desk_listings:{name}", args=[listing.slug])


def revision(client: Client, address: str) -> str:
    found = re.search(r'id="revision" value="(\d+)"', client.get(address).content.decode())
    assert found is not None
    return found[1]


def text(response: HttpResponse) -> str:
    return response.content.decode()


# Writing.


def test_a_listing_is_written_page_by_page_and_handed_in(studio: cast.Provider, client: Client) -> None:
    verify(studio)
    from providers.catalogue.models import Category

    category = Category.objects.get(slug="store-operation")
    made = client.post(reverse("desk_listings:new"), {"category": category.pk, "title_en": "Shops run"})
    assert made.status_code == 302
    with scope(studio.id):
        listing = Listing.objects.get(provider_id=studio.id)
    sections: dict[str, dict[str, Any]] = {
        "basics": {"category": category.pk, "title_en": "Shops run", "summary_en": "We run shops."},
        "text": {"body_en": COMPLETE["body_en"]},
        "fit": {"languages": ["english"], "a_shop_stage": ["start"], "a_team_size": "5", "a_scope": "full", "a_trial": "true"},
        "price": {**PACKAGES, "packages-0-name_en": "One", "packages-0-price": "6800.50"},
        "terms": {
            "lead_days": "3", "cancellation_en": "30 days' notice.",
            **{f"{name}-{count}_FORMS": "0" for name in ("free", "paid", "remote") for count in ("TOTAL", "INITIAL")},
        },
    }  # fmt: skip
    for name, data in sections.items():
        address = url(name, listing)
        answer = client.post(address, {**data, "revision": revision(client, address)})
        assert answer.status_code == 302, (name, text(answer))
    first = version(listing, 1)
    assert first.offer["packages"][0]["price_minor"] == 680_050
    assert first.offer["unit"] == {"code": "month", "zh": "月", "en": "month"}
    assert first.attributes == {"shop_stage": ["start"], "team_size": 5, "scope": "full", "trial": True}
    client.post(url("act", listing), {"act": "submit"})
    assert versions(listing) == [(1, "submitted")]


@pytest.mark.parametrize(
    ("currency", "typed", "stored"),
    [
        ("CNY", "6800.50", 680_050),
        ("JPY", "50000", 50_000),
        ("EUR", "0.01", 1),
        ("CNY", "0.29", 29),
        ("USD", "1234567.89", 123_456_789),
    ],
)
def test_prices_are_exact_in_the_minor_unit_of_their_currency(
    studio: cast.Provider, client: Client, currency: str, typed: str, stored: int
) -> None:
    listing = started(studio)
    data = {**PACKAGES, "currency": currency, "packages-0-name_en": "One", "packages-0-price": typed}
    address = url("price", listing)
    answer = client.post(address, {**data, "revision": revision(client, address)})
    assert answer.status_code == 302, re.findall(r'(?s)class="(?:field__error|callout callout--bad)".*?</div>', text(answer))
    assert version(listing, 1).offer["packages"][0]["price_minor"] == stored
    assert f'value="{typed}"' in text(client.get(address))


@pytest.mark.parametrize(
    ("currency", "typed"),
    [
        ("JPY", "50000.5"),
        ("CNY", "0.001"),
        ("CNY", "1e3"),
        ("CNY", "6,800"),
        ("CNY", "-1"),
        ("CNY", "NaN"),
        ("CNY", "１２"),
        ("CNY", "9" * 20),
    ],
)
def test_a_price_that_is_none_is_refused_and_what_was_typed_stays(
    studio: cast.Provider, client: Client, currency: str, typed: str
) -> None:
    listing = started(studio)
    before = version(listing, 1).offer
    data = {**PACKAGES, "currency": currency, "packages-0-name_en": "My package", "packages-0-price": typed}
    answer = client.post(url("price", listing), {**data, "revision": "1"})
    assert answer.status_code == 422
    assert "My package" in text(answer)
    assert f'value="{typed}"' in text(answer)
    assert version(listing, 1).offer == before


def test_more_rows_appear_without_losing_what_was_typed_and_without_saving(studio: cast.Provider, client: Client) -> None:
    listing = started(studio)
    data = {**PACKAGES, "scope-0-label_en": "Half typed", "more": "scope", "revision": "1"}
    page = text(client.post(url("price", listing), data))
    assert "Half typed" in page
    assert 'name="scope-3-label_en"' in page
    assert version(listing, 1).offer == COMPLETE["offer"]


def test_another_price_model_shows_its_fields_and_forgets_nothing(studio: cast.Provider, client: Client) -> None:
    listing = started(studio)
    address = url("price", listing)
    steps = {
        "subscription": {"pricing_model": "subscription", "currency": "CNY", "rate": ""},
        "metered": {"pricing_model": "metered", "currency": "CNY", "editions-TOTAL_FORMS": "1", "editions-INITIAL_FORMS": "0",
                    "editions-0-name_en": "Pro", "editions-0-price_12": "2990"},
        "retainer": {"pricing_model": "retainer", "currency": "CNY", "metered_zh": "", "metered_en": "calls", "per": "1000",
                     "tiers-TOTAL_FORMS": "1", "tiers-INITIAL_FORMS": "0", "tiers-0-price": "5"},
    }  # fmt: skip
    for model, data in steps.items():
        answer = client.post(address, {**data, "revision": revision(client, address)})
        assert answer.status_code == 302, model
        assert version(listing, 1).pricing_model == model
    page, offer = text(client.get(address)), version(listing, 1).offer
    assert 'value="6800.00"' in page
    assert offer["packages"] == COMPLETE["offer"]["packages"]
    client.post(address, {"pricing_model": "subscription", "currency": "CNY", "revision": revision(client, address)})
    assert version(listing, 1).pricing_model == "subscription"


def test_an_emptied_package_is_gone(studio: cast.Provider, client: Client) -> None:
    listing = started(studio)
    data = {
        **PACKAGES,
        "packages-0-key": "basic",
        "packages-1-key": "plus",
        "packages-1-name_en": "Plus",
        "packages-1-price": "9",
    }
    address = url("price", listing)
    assert client.post(address, {**data, "revision": revision(client, address)}).status_code == 302
    assert [(p["key"], p["price_minor"]) for p in version(listing, 1).offer["packages"]] == [("plus", 900)]


def test_cells_of_the_comparison_are_ticks_numbers_and_words(studio: cast.Provider, client: Client) -> None:
    listing = started(studio)
    names = {f"packages-{n}-name_en": f"P{n}" for n in range(3)} | {f"packages-{n}-price": str(n + 1) for n in range(3)}
    cells = {"scope-0-label_en": "Row", "scope-0-cell_0": "✓", "scope-0-cell_1": "20", "scope-0-cell_2": "全天 | all day"}
    cells |= {"scope-1-label_en": "Other", "scope-1-cell_0": "-", "scope-1-cell_2": "24h"}
    client.post(url("price", listing), {**PACKAGES, **names, **cells, "revision": "1"})
    assert [row["cells"] for row in version(listing, 1).offer["scope"]] == [
        [True, 20, {"zh": "全天", "en": "all day"}], [False, False, {"zh": "", "en": "24h"}],
    ]  # fmt: skip


def test_saving_on_the_way_answers_with_what_changed_around_the_form(studio: cast.Provider) -> None:
    listing = started(studio, summary_en="")
    client = signed_in(studio, **{"hx-request": "true"})
    data = {
        "category": listing.category_id,
        "title_zh": "标题",
        "title_en": "A title",
        "summary_en": "Now said.",
        "revision": "1",
    }
    answer = text(client.post(url("basics", listing), data))
    assert 'id="revision" value="2" hx-swap-oob="true"' in answer
    assert "Saved" in answer
    again = text(client.post(url("basics", listing), data))
    assert 'value="2" hx-swap-oob="true"' in again, "the same words from an older page are no collision"
    refused = text(client.post(url("basics", listing), {**data, "summary_en": "Said otherwise."}))
    assert "Not saved yet" in refused
    assert "meanwhile" in refused


def test_who_was_faster_is_said_and_both_texts_are_shown(studio: cast.Provider, client: Client) -> None:
    listing = started(studio)
    operations.save_section(
        provider_id=studio.id, listing_id=listing.pk, section="text", values={"body_en": "Theirs, saved first."}, revision=1,
        by=person(studio.owner.pk), at=AT,
    )  # fmt: skip
    answer = client.post(url("text", listing), {"body_en": "Mine, typed meanwhile.", "revision": "1"})
    assert answer.status_code == 409
    assert "Theirs, saved first." in text(answer)
    assert "Mine, typed meanwhile." in text(answer)
    assert version(listing, 1).body_en == "Theirs, saved first."
    again = re.search(r'id="revision" value="(\d+)"', text(answer))
    assert again is not None
    assert client.post(url("text", listing), {"body_en": "Mine, knowingly.", "revision": again[1]}).status_code == 302
    assert version(listing, 1).body_en == "Mine, knowingly."


def test_while_in_review_the_form_is_locked_and_a_save_is_refused(studio: cast.Provider, client: Client) -> None:
    verify(studio)
    listing = started(studio)
    act(studio, listing, "submit")
    assert "disabled" in text(client.get(url("text", listing)))
    assert client.post(url("text", listing), {"body_en": "Slipped in", "revision": "1"}).status_code == 422
    assert version(listing, 1).body_en == COMPLETE["body_en"].strip()


def test_markdown_in_the_preview_is_neutralised(studio: cast.Provider, client: Client) -> None:
    hostile = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    listing = started(studio, title_en="<b>bold</b>", summary_en="<i>x</i>", body_en=hostile)
    for name in ("preview", "detail", "versions", "text", "basics"):
        page = text(client.get(url(name, listing)))
        assert not re.search(r"<script>alert|<img src=x|href=\"javascript|<b>bold|<i>x", page), name


def test_pictures_go_in_are_described_moved_and_taken_out(
    studio: cast.Provider, client: Client, settings: Any, tmp_path: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    listing = started(studio)
    for n in (1, 2):
        client.post(url("upload", listing), {"picture": SimpleUploadedFile("x.exe", picture((200 * n, 100)))})
    first, second = (image["key"] for image in version(listing, 1).images)
    data = {f"{first}-place": "2", f"{second}-place": "1", f"{second}-alt_en": "The cover"}
    address = url("images", listing)
    client.post(address, {**data, "revision": revision(client, address)})
    assert [image["key"] for image in version(listing, 1).images] == [second, first]
    assert version(listing, 1).images[0]["alt_en"] == "The cover"
    client.post(address, {f"{second}-remove": "on", "revision": revision(client, address)})
    assert [image["key"] for image in version(listing, 1).images] == [first]
    answer = client.post(url("upload", listing), {"picture": SimpleUploadedFile("x.png", b"<svg/>")}, follow=True)
    assert "not a JPEG" in text(answer)


# Reading.


def test_the_list_costs_the_same_at_one_and_at_thirty_listings(studio: cast.Provider, client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("desk_listings:list")).status_code == 200
        return sum(not query["sql"].startswith(SHELL) for query in seen.captured_queries)

    listing = started(studio)
    one = cost()
    for _n in range(29):
        act(studio, listing, "duplicate")
    assert cost() == one <= 20  # ten of them are the gate's
    assert "30 in total" in text(client.get(reverse("desk_listings:list"))) or "of 30" in text(
        client.get(reverse("desk_listings:list"))
    )


def test_the_list_is_searched_filtered_sorted_and_exported(studio: cast.Provider, client: Client) -> None:
    verify(studio)
    first = published(studio, title_en="Alpha operation", title_zh="甲")
    second = started(studio, title_en="=Beta operation", title_zh="乙")
    act(studio, second, "submit")
    address = reverse("desk_listings:list")
    for query, shown, hidden in (
        ("?q=alpha", "Alpha", "=Beta"), ("?state=draft", "=Beta", "Alpha"), ("?review=submitted", "=Beta", "Alpha"),
    ):  # fmt: skip
        page = text(client.get(address + query))
        assert (shown in page, hidden in page) == (True, False), query
    assert "No listing matches" in text(client.get(address + "?q=nothing"))
    exported = b"".join(client.get(reverse("desk_listings:export")).streaming_content).decode()
    assert "Alpha operation" in exported
    assert "'=Beta operation" in exported
    assert first.slug in exported


def test_versions_stand_side_by_side(studio: cast.Provider, client: Client) -> None:
    listing = published(studio)
    operations.write_listing(
        provider_id=studio.id, listing_id=listing.pk, by=person(studio.owner.pk), at=AT,
        content={"offer": {**COMPLETE["offer"], "packages": [{**COMPLETE["offer"]["packages"][0], "price_minor": 780_000}]}},
    )  # fmt: skip
    page = text(client.get(url("versions", listing)))
    assert "CN¥6,800.00" in page and "CN¥7,800.00" in page
    assert "Full operation of a Tmall shop" not in re.sub(r"<(nav|title).*?</\1>", "", page, flags=re.S)
    assert client.get(url("versions", listing) + "?old=1&new=99").status_code == 404
    assert "Nothing differs" in text(client.get(url("versions", listing) + "?old=1&new=1"))
    client.post(url("bring_back", listing), {"number": "1"})
    assert version(listing, 2).offer == version(listing, 1).offer


def test_what_was_sent_back_says_why_in_the_readers_language(studio: cast.Provider) -> None:
    verify(studio)
    listing = started(studio)
    act(studio, listing, "submit")
    judge(studio, "changes_requested", "unclear_scope", note="Which hours?")
    page = text(signed_in(studio, "zh-hans").get(url("detail", listing)))
    assert "请写明包含哪些服务" in page
    assert "Which hours?" in page


def test_the_reviewer_sees_what_changed_against_what_is_published(studio: cast.Provider) -> None:
    from providers.listings.sheet import listing_sheet

    listing = published(studio)
    operations.write_listing(
        provider_id=studio.id, listing_id=listing.pk, by=person(studio.owner.pk), at=AT, content={"title_en": "Another title"}
    )
    with scope(studio.id):
        draft = ListingVersion.objects.get(provider_id=studio.id, listing_id=listing.pk, number=2)
        sheet = listing_sheet(studio.id, draft.pk)
    changed = [(row.old, row.new) for row in sheet.diff if row.old != row.new]
    assert changed == [(COMPLETE["title_en"], "Another title")]


@pytest.mark.parametrize("name", ["pause", "archive", "withdraw", "no-such-act"])
def test_buttons_answer_in_words_or_not_at_all(studio: cast.Provider, client: Client, name: str) -> None:
    listing = published(studio)
    answer = client.post(url("act", listing), {"act": name})
    assert answer.status_code == (404 if name == "no-such-act" else 302)
    assert (public(listing) is None) == (name in ("pause", "archive"))
