"""Pages that need no data: the gallery in both languages, and the error pages."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from marketplace.accounts.roles import Permission
from marketplace.ui.context import shell
from marketplace.ui.gallery import samples

PERSON = SimpleNamespace(is_authenticated=True, is_staff=False, email="owner@acme.example")


def request_for(path: str, theme: str = ""):
    request: Any = RequestFactory().get(path)
    request.user = PERSON
    request.organization = SimpleNamespace(name="Acme", slug="acme")
    request.COOKIES["theme"] = theme
    return request


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_gallery_shows_every_component(language):
    with translation.override(language):
        html = render_to_string("ui/gallery.html", samples.context(), request_for("/gallery/"))
    assert f'<html lang="{language}"' in html
    wanted = "kpis chart__svg--wide chart__svg--narrow pill--bad field__error pager timeline steps empty".split()
    assert all(name in html for name in wanted)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_an_error_page_needs_no_request(name):
    with translation.override("en"):
        html = render_to_string(f"{name}.html")
    assert "<h1" in html and 'href="/"' in html


def test_the_shell_marks_the_section():
    active = [item.url for item in shell(request_for("/orders/12/"))["nav"] if item.active]
    assert active == ["/orders/"]


def test_the_dashboard_is_active_on_its_own_address_only():
    assert [item.url for item in shell(request_for("/dashboard/"))["nav"] if item.active] == ["/dashboard/"]


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("", "auto"), ("<script>", "auto")])
def test_the_theme_comes_from_the_cookie(cookie, theme):
    assert shell(request_for("/", cookie))["theme"] == theme


def test_a_section_shows_its_pages_and_marks_the_current_one():
    found = shell(request_for("/skus/7/"))
    pages = {item.url: item.active for item in found["section_pages"]}
    assert {"/orders/", "/skus/", "/imports/"} <= set(pages)
    assert [url for url, active in pages.items() if active] == ["/skus/"]
    assert [item.url for item in found["nav"] if item.active] == ["/orders/"]


def test_pages_without_a_right_are_left_out():
    request = request_for("/")
    request.rights = frozenset({Permission.VIEW_ORDERS})
    assert "/ledger/" not in [item.url for item in shell(request)["nav"]]


def test_a_visitor_gets_no_navigation():
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(is_authenticated=False)
    assert shell(request)["nav"] == []
