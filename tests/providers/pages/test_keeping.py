"""Pages kept for strangers: the same for everybody, and nothing of anybody in them."""

import re
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.providers.pages.stall import offer_listing, open_stall

pytestmark = pytest.mark.django_db(transaction=True)
Visitor = Callable[..., Client]
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
#: The home page and the search, with filters, words and something an advertiser added.
PAGES = ("/", "/market/", "/market/agency-operation/?platform=jd", "/market/?q=furniture", "/market/?utm_source=letter")


@pytest.fixture(autouse=True)
def studio() -> cast.Provider:
    made = cast.studio()
    open_stall(made)
    offer_listing(made, 1)
    return made


def page(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def statements(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as made:
        page(client, path)
    return len(made)


def without_token(html: str) -> str:
    token = TOKEN.search(html)
    assert token
    return html.replace(token[1], "")


@pytest.mark.parametrize("path", PAGES)
def test_the_second_stranger_costs_nothing_and_sees_the_same_but_for_the_token(path: str) -> None:
    first = page(Client(), path)
    second, other = Client(), Client()
    assert statements(second, path) == 0
    assert without_token(page(other, path)) == without_token(first)


@pytest.mark.parametrize("path", PAGES)
def test_every_stranger_has_a_token_that_works_for_him_alone(path: str) -> None:
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    tokens = []
    for client in (first, second):
        found = TOKEN.findall(page(client, path))
        assert found and len(set(found)) == 1
        tokens.append(found[0])
    change = {"language": "en", "next": "/"}
    assert second.post("/i18n/setlang/", {**change, "csrfmiddlewaretoken": tokens[0]}).status_code == 403
    assert second.post("/i18n/setlang/", {**change, "csrfmiddlewaretoken": tokens[1]}).status_code == 302
    assert first.post("/i18n/setlang/", {**change, "csrfmiddlewaretoken": tokens[0]}).status_code == 302


@pytest.mark.parametrize("path", PAGES)
def test_a_member_neither_leaves_a_page_behind_nor_is_given_one(path: str, sign_in: Visitor) -> None:
    member, stranger = sign_in(cast.acme().owner), Client(headers={"accept-language": "en"})
    own = page(member, path)
    public = page(stranger, path)
    console = 'class="btn btn--primary" href="/console/"'
    assert console in own and console not in public
    assert "/accounts/login/?next=" in public and "/accounts/login/?next=" not in own
    assert ("/shortlists/" in own) == (path != "/") and "/shortlists/" not in public
    assert statements(stranger, path) == 0 < statements(member, path)
    assert console in page(member, path)


def test_languages_themes_addresses_and_hosts_are_kept_apart() -> None:
    plain = Client()
    assert 'lang="zh-hans" data-theme="auto"' in page(plain, "/market/")
    english, dark = Client(), Client()
    english.cookies["django_language"], dark.cookies["theme"] = "en", "dark"
    assert 'lang="en" data-theme="auto"' in page(english, "/market/")
    assert 'lang="zh-hans" data-theme="dark"' in page(dark, "/market/")
    assert 'lang="zh-hans" data-theme="auto"' in page(plain, "/market/")
    assert 'value="/market/?utm_source=letter"' in page(plain, "/market/?utm_source=letter")
    assert 'value="/market/"' in page(plain, "/market/")
    assert 'rel="canonical" href="http://localhost/market/"' in page(plain, "/market/", host="localhost")
    assert 'rel="canonical" href="http://testserver/market/"' in page(plain, "/market/")


def test_a_message_is_shown_to_whom_it_is_for_and_once(sign_in: Visitor) -> None:
    page(Client(), "/")
    leaving = sign_in(cast.acme().owner)
    leaving.post("/accounts/logout/")
    assert 'class="toast toast--' in page(leaving, "/")
    assert 'class="toast toast--' not in page(leaving, "/")
    assert 'class="toast toast--' not in page(Client(), "/")


def test_a_change_of_the_index_is_seen_at_once(studio: cast.Provider) -> None:
    assert "Brand new service" not in page(Client(), "/market/")
    offer_listing(studio, 2, title_zh="Brand new service", title_en="Brand new service")
    assert "Brand new service" in page(Client(), "/market/")


def test_nothing_is_kept_inside_of_a_transaction() -> None:
    with transaction.atomic():
        page(Client(), "/market/")
    assert statements(Client(), "/market/") > 0


def test_the_address_for_the_history_is_kept_with_what_htmx_asks_for() -> None:
    plain, htmx = Client(), {"HX-Request": "true"}
    assert "HX-Push-Url" not in plain.get("/market/?platform=jd")
    for _again in range(2):
        assert plain.get("/market/?platform=jd", headers=htmx)["HX-Push-Url"] == "/market/?platform=jd"


def test_what_is_missing_or_endless_is_not_kept() -> None:
    for _again in range(2):
        assert Client().get("/market/no-such-category/").status_code == 404
    endless = f"/market/?utm_source={'x' * 600}"
    page(Client(), endless)
    assert statements(Client(), endless) > 0
