"""Views of listings: counted while pages are read, written down in sets, without robots and one's own people."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from redis import ConnectionError as NoServer

from marketplace.tenancy.scope import scope
from orders.insights import counting
from orders.insights.counting import KEY, View, is_robot, note_view, taken, way_of
from orders.insights.models import ListingViews, Way
from orders.insights.operations import write_down
from orders.insights.tasks import sweep_views
from providers.listings.models import PublicListing
from tests import cast
from tests.tenancy.fills import listings

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
#: One in the morning in Shanghai is the evening before in Greenwich.
NIGHT = datetime(2026, 3, 5, 17, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_list(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A list of this test's: other tests look at listings at the same time, on the same server."""
    name, server = f"{KEY}:{uuid4()}", counting._server()
    monkeypatch.setattr(counting, "KEY", name)
    yield
    server.delete(name)


@pytest.mark.parametrize(
    ("referrer", "way"),
    [
        ("", Way.OUTSIDE),
        ("https://elsewhere.example/market/", Way.OUTSIDE),
        ("https://market.example/", Way.HOME),
        ("https://market.example/market/?q=lamp", Way.SEARCH),
        ("https://market.example/market/agency-operation/", Way.SEARCH),
        ("https://market.example/compare/?l=a,b", Way.COMPARE),
        ("https://market.example/shortlists/3/", Way.COMPARE),
        ("https://market.example/providers/lumen/", Way.PROVIDER),
        ("https://market.example/settings/", Way.OUTSIDE),
        ("nonsense", Way.OUTSIDE),
    ],
)
def test_the_page_before_says_how_somebody_came(referrer: str, way: Way) -> None:
    assert way_of(referrer, "market.example") == way


@pytest.mark.parametrize("agent", ["", "Googlebot/2.1", "curl/8", "python-requests/2", "Baiduspider"])
def test_robots_are_known_by_their_name(agent: str) -> None:
    assert is_robot(agent) and not is_robot(BROWSER)


@given(st.builds(View, st.integers(1, 2**62), st.integers(1, 2**62), st.dates(), st.sampled_from(Way.values)))
def test_a_view_survives_its_way_through_the_cache(view: View) -> None:
    assert View.of_text(view.as_text()) == view


def test_a_view_counts_on_the_markets_day() -> None:
    note_view(provider_id=1, listing_id=2, way=Way.HOME, at=NIGHT)
    assert taken() == Counter({View(1, 2, date(2026, 3, 6), "home"): 1})
    assert taken() == Counter()


def test_a_view_is_lost_rather_than_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise NoServer

    monkeypatch.setattr(counting, "_server", refuse)
    note_view(provider_id=1, listing_id=2, way=Way.HOME, at=NIGHT)


@pytest.mark.django_db(transaction=True)
def test_counts_are_added_up_in_one_statement() -> None:
    studio, rival = cast.studio(), cast.rival()
    rows = Counter({View(studio.id, 1, date(2026, 3, 6), "home"): 2, View(rival.id, 9, date(2026, 3, 6), "search"): 1})
    assert (write_down(rows), write_down(rows), write_down(Counter())) == (2, 2, 0)
    with scope(studio.id):
        found = list(ListingViews.objects.values_list("listing_id", "way", "views"))
    assert found == [(1, "home", 4)]


@pytest.mark.django_db(transaction=True)
def test_people_are_counted_and_others_are_not() -> None:
    studio = cast.studio()
    listings.fill(studio)
    acme = cast.acme()
    slug = PublicListing.objects.filter(provider_id=studio.id).values_list("slug", flat=True)[0]
    address, agent = f"/listings/{slug}/", {"User-Agent": BROWSER}
    owner, buyer = Client(headers=agent), Client(headers=agent)
    owner.force_login(studio.owner, backend="django.contrib.auth.backends.ModelBackend")
    buyer.force_login(acme.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert {who.get(address).status_code for who in (owner, buyer, Client(headers=agent), Client())} == {200}
    buyer.get(address, headers={"Referer": "http://testserver/market/?q=lamp"})
    buyer.get(address, headers={"Sec-Purpose": "prefetch"})
    buyer.head(address)
    sweep_views()
    with connections["system"].cursor() as cursor:
        cursor.execute("SELECT way, views FROM insights_listingviews ORDER BY 1")
        assert cursor.fetchall() == [("outside", 2), ("search", 1)]
