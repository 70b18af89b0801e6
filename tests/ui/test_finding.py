"""The console's search finds what the reader may see, and nothing of anybody else's."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marketplace.accounts.roles import Role
from tests.pages.conftest import sign_in, world
from tests.pages.text import text
from tests.tenancy.world import World

__all__ = ["sign_in", "world"]
SignIn = Callable[..., Client]


def found(client: Client, words: str, **more: str) -> str:
    answer = client.get("/find/", {"q": words, **more})
    assert answer.status_code == 200
    return text(answer)


@pytest.mark.parametrize(("words", "mark"), [("ACME-1001", "ACME-1001"), ("acme-lam", "ACME-LAMP"), ("ACME-B1004", "ACME-B1004")])
def test_orders_products_and_buyers_are_found_by_their_beginning(world: World, sign_in: SignIn, words: str, mark: str) -> None:
    assert mark in found(sign_in(world.acme.owner), words, palette="1")


def test_pages_are_found_by_name_and_by_section(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.acme.owner)
    assert "Price protection" in found(client, "price prot", palette="1")
    assert "Budgets" in found(client, "guards", palette="1")
    assert "价保" in found(sign_in(world.acme.owner, "zh-hans"), "价保", palette="1")


def test_services_are_found_by_those_who_may_hire(world: World, sign_in: SignIn) -> None:
    assert "shelf" in found(sign_in(world.acme.owner), "shelf shops", palette="1")
    assert "Services" not in found(sign_in(world.acme.members[Role.AGENT]), "shelf shops", palette="1")
    assert "Services" not in found(sign_in(world.studio.owner), "shelf shops", palette="1")


def test_without_words_every_page_of_the_reader_is_listed(world: World, sign_in: SignIn) -> None:
    assert "Budgets" in found(sign_in(world.acme.owner), "", palette="1")
    assert "Budgets" not in found(sign_in(world.acme.members[Role.VIEWER]), "", palette="1")


def test_nothing_of_another_merchant_is_found(world: World, sign_in: SignIn) -> None:
    for words in ("ACME-1001", "ACME-LAMP", "ACME-B1004"):
        assert "Nothing was found" in found(sign_in(world.other.owner), words, palette="1")


def test_a_provider_finds_no_orders(world: World, sign_in: SignIn) -> None:
    assert "ACME-1001" not in found(sign_in(world.studio.owner), "ACME-1001").replace("ACME-1001", "", 1)


@pytest.mark.parametrize("words", ["\x00", "%", "' OR 1=1 --", "x" * 5000, "\U0010ffff", "   "])
def test_odd_words_find_nothing_and_break_nothing(world: World, sign_in: SignIn, words: str) -> None:
    found(sign_in(world.acme.owner), words)


def test_the_search_works_without_javascript(world: World, sign_in: SignIn) -> None:
    page = sign_in(world.acme.owner).get("/find/", {"q": "ACME-1001"}).content.decode()
    assert "<h1" in page and 'value="ACME-1001"' in page and f'href="/orders/{world.acme.ids["order"]}/"' in page


def test_a_search_costs_a_statement_for_each_kind(world: World, sign_in: SignIn) -> None:
    client = sign_in(world.acme.owner)
    with CaptureQueriesContext(connection) as queries:
        found(client, "ACME", palette="1")
    tables = ("store_shoporder", "store_sku", "store_buyer")
    looked_up = [q["sql"] for q in queries if any(f'FROM "{table}"' in q["sql"] for table in tables)]
    assert len(looked_up) == 3
