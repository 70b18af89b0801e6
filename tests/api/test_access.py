"""Every address of the API, tried as everybody who has no business there."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.api.test_api import EVERYTHING, MISSING, caller, key_for, order
from tests.tenancy.public import API
from tests.tenancy.world import Filled, World, fingerprint

pytestmark = pytest.mark.django_db


def crossings() -> Iterator[tuple[str, str, str]]:
    for name, (rights, _names) in API.items():
        for method, right in rights.items():
            yield name, method, right


def address(name: str, of: Filled, pk: int | None = None) -> str:
    names = API[name][1]
    return reverse(name, kwargs={"pk": pk or of.ids[names]} if names else {})


def ask(client: Client, method: str, url: str) -> HttpResponse:
    body = {"shop": "main", "documents": [order("NEW-1")], "outcome": "rejected"}
    return client.get(url) if method == "GET" else client.post(url, body, content_type="application/json")


@pytest.mark.parametrize(("name", "method", "right"), list(crossings()))
def test_every_address_needs_its_right(world: World, name: str, method: str, right: str) -> None:
    before = fingerprint(world.acme.id)["store_shoporder"]
    assert ask(Client(), method, address(name, world.acme)).status_code == 401
    others = [held for held in EVERYTHING if held != right]
    assert ask(caller(key_for(world.acme.id, others)), method, address(name, world.acme)).status_code == 403
    assert fingerprint(world.acme.id)["store_shoporder"] == before
    if method == "GET":
        assert ask(caller(key_for(world.acme.id, [right])), method, address(name, world.acme)).status_code == 200


@pytest.mark.parametrize(("name", "method", "right"), [row for row in crossings() if API[row[0]][1]])
def test_foreign_and_missing_objects_look_the_same(world: World, name: str, method: str, right: str) -> None:
    stranger = caller(key_for(world.other.id))
    before = fingerprint(world.acme.id)
    foreign, missing = (ask(stranger, method, address(name, world.acme, pk)) for pk in (None, MISSING))
    assert (foreign.status_code, foreign.content) == (404, missing.content)
    assert fingerprint(world.acme.id) == before


@pytest.mark.parametrize("name", [name for name, method, _right in crossings() if method == "GET" and not API[name][1]])
def test_lists_show_nothing_of_others(world: World, name: str) -> None:
    found = caller(key_for(world.other.id)).get(address(name, world.other))
    assert found.status_code == 200 and found.json()["results"]
    assert "ACME" not in found.content.decode()


@pytest.mark.parametrize("name", list(API))
def test_other_methods_are_refused(world: World, name: str) -> None:
    client = caller(key_for(world.acme.id))
    for method in ("put", "patch", "delete"):
        assert getattr(client, method)(address(name, world.acme)).status_code == 405
