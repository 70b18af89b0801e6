"""Every page of the admin with the world's rows in it: it opens, reads as words, obeys the CSP, and asks few questions."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.accounts.operations import ensure_user
from tests import cast
from tests.tenancy.world import World

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LABELS = [model._meta.label for model in MODELS]
#: What a dictionary, a list or a sealed value looks like when nobody made words of it.
RAW = re.compile(r"\{(&quot;|&#x27;|\"|')\w|&lt;memory|b&#x27;|<memory")
INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|\son\w+=\"")


@pytest.fixture(scope="module")
def staff(world: World, django_db_blocker: Any) -> Iterator[dict[str, Client]]:
    with django_db_blocker.unblock():
        user = ensure_user(email="boss@staff.example", password=cast.PASSWORD, name="Boss", is_staff=True)
        clients = {}
        for language in ("zh-hans", "en"):
            client = Client(headers={"accept-language": language})
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            clients[language] = client
        yield clients


def page(client: Client, url: str) -> str:
    response = client.get(url, follow=True)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()


def words(text: str) -> str:
    """What a person reads: without the attributes of elements."""
    return re.sub(r"<[a-zA-Z][^>]*>", "<>", text)


def lists(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_a_list_and_its_first_row_open_in_words(staff: dict[str, Client], model: Any, language: str) -> None:
    client = staff[language]
    text = page(client, lists(model) + "?is=all")
    assert not RAW.search(words(text)), RAW.search(words(text))
    assert not INLINE.search(text), INLINE.search(text)
    links = re.findall(rf'href="({re.escape(lists(model))}[^"/?]+/change/[^"]*)"', text)
    if model.objects.using("system").exists() and admin.site._registry[model].list_display_links is not None:
        assert links, "a row that leads nowhere"
        text = page(client, links[0].replace("&amp;", "&"))
        assert not RAW.search(words(text)), RAW.search(words(text))
        assert not INLINE.search(text), INLINE.search(text)


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_searching_and_filtering_never_break(staff: dict[str, Client], model: Any) -> None:
    client, registered = staff["en"], admin.site._registry[model]
    if registered.get_search_fields(None):
        page(client, lists(model) + "?q=acme")
        page(client, lists(model) + "?q=12")
    text = page(client, lists(model))
    for query in set(re.findall(r'<li[^>]*>\s*<a href="(\?[^"]+)"', text)):
        page(client, lists(model) + query.replace("&amp;", "&"))


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_a_list_asks_a_bounded_number_of_questions(staff: dict[str, Client], model: Any) -> None:
    with CaptureQueriesContext(connections["system"]) as asked:
        page(staff["en"], lists(model) + "?is=all")
    assert len(asked) <= 9, [query["sql"][:120] for query in asked]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_index_is_the_inbox(staff: dict[str, Client], language: str, world: World) -> None:
    text = page(staff[language], reverse("admin:index"))
    assert world.studio.merchant.slug in text
    assert ("收件箱" if language == "zh-hans" else "Inbox") in text
    assert not INLINE.search(text)


def test_an_organization_is_found_by_its_name_in_the_list_of_what_it_owns(staff: dict[str, Client], world: World) -> None:
    url = reverse("admin:moderation_review_changelist")
    assert world.studio.merchant.slug in page(staff["en"], f"{url}?q=acme-studio")
    assert "other-studio" not in page(staff["en"], f"{url}?q=acme-studio")
