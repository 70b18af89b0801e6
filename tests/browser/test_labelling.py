"""Labelling by keyboard."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from aftersales.programs.refund_retention.intents import queries
from marketplace.tenancy.scope import scope
from tests import cast
from tests.intents.test_teaching import SLANG, label_all, requests

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize(("language", "width", "scheme"), [("zh-hans", 1280, "light"), ("en", 390, "dark")])
def test_a_key_labels_and_a_key_undoes(
    browser: Any, live_server: Any, sign_in: Any, language: str, width: int, scheme: str
) -> None:
    acme = cast.acme()
    words = ["裤子买回来肥了一圈，能给换吗亲", "钱怎么还没退", "It arrived smashed to bits 😡", *SLANG]
    ids = requests(acme, words)
    label_all(acme, ids[3:14], "usage")
    client: Client = sign_in(acme.owner)
    context = browser.new_context(base_url=live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    context.add_cookies(
        [
            {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url},
            {"name": "django_language", "value": language, "url": live_server.url},
        ]
    )
    page = context.new_page()
    page.goto(reverse("intents:home"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"labels-{language}-{width}-{scheme}.png"), full_page=True)
    first = page.locator(".said").inner_text()
    with page.expect_navigation():
        page.keyboard.press("8")
    assert page.locator(".said").inner_text() != first
    assert _newest(acme) == ("size", first)
    with page.expect_navigation():
        page.keyboard.press("u")
    assert page.locator(".said").inner_text() == first
    page.locator("main [data-shortcut-switch]").uncheck()
    page.keyboard.press("8")
    page.wait_for_timeout(300)
    assert _newest(acme)[1] != first
    context.close()


def _newest(merchant: cast.Merchant) -> tuple[str, str]:
    with scope(merchant.id):
        found = queries.labels(merchant.id).first()
        assert found is not None
        return found.intent, found.request.buyer_text
