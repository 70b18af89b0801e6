"""Pages of contracts: what they ask of the database, what they show to whom, and what they keep when something is missing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.tenancy.scope import scope
from orders.service.models import Milestone, ServiceOrder
from tests import cast
from tests.orders.service.stories import FIXED, MONTHLY, Story, delivered, drafted, funded

pytestmark = pytest.mark.django_db(transaction=True)
LISTS = [("merchant", "contracts:list"), ("provider", "jobs:list"), ("provider", "jobs:board")]


def signed_in(who: cast.Merchant | cast.Provider, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(who.owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def copies(pk: int, merchant_id: int, count: int) -> None:
    """More drafts like one there is."""
    with scope(merchant_id):
        row = ServiceOrder.objects.get(pk=pk)
        for number in range(count):
            row.pk, row.number = None, f"COPY-{number}"
            row.save(force_insert=True)


@pytest.mark.parametrize(("side", "name"), LISTS)
def test_a_list_asks_as_much_for_thirty_contracts_as_for_one(side: str, name: str) -> None:
    story = drafted()
    client = signed_in(story.merchant if side == "merchant" else story.provider)

    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(reverse(name)).status_code == 200
        return len(found)

    statements()  # what is kept between requests
    one = statements()
    copies(story.order_id, story.merchant.id, 29)
    assert statements() == one


def test_the_list_begins_with_what_waits_for_the_reader() -> None:
    merchant, provider = cast.acme(), cast.studio()
    theirs = funded(FIXED, merchant=merchant, provider=provider)
    ours = delivered(merchant=merchant, provider=provider)
    rows = signed_in(merchant).get(reverse("contracts:list")).context["rows"]
    assert [(row["order"].pk, row["is_mine"]) for row in rows] == [(ours.order_id, True), (theirs.order_id, False)]
    rows = signed_in(provider).get(reverse("jobs:list")).context["rows"]
    assert [(row["order"].pk, row["is_mine"]) for row in rows] == [(theirs.order_id, True), (ours.order_id, False)]


@pytest.mark.parametrize(("begun", "days", "is_offered"), [(funded, 1, False), (funded, 4, True), (delivered, 4, False)])
def test_cancelling_because_of_lateness_is_offered_only_where_it_would_be_accepted(
    begun: Callable[[], Story], days: int, is_offered: bool
) -> None:
    """Late, but not late enough; late enough; late enough, and delivered at last."""
    story = begun()
    with scope(story.merchant.id):
        rows = Milestone.objects.filter(order_id=story.order_id, position=1)
        rows.update(due_at=timezone.now() - timedelta(days=days), is_late=True)
    page = signed_in(story.merchant).get(reverse("contracts:detail", args=[story.order_id]))
    assert page.context["may_end_late"] is is_offered


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_document_names_the_hash_that_is_signed(language: str) -> None:
    story = drafted()
    found = signed_in(story.merchant, language).get(reverse("contracts:pdf", args=[story.order_id]))
    assert (found["Content-Type"], found.content[:5]) == ("application/pdf", b"%PDF-")
    again = signed_in(story.provider, language).get(reverse("jobs:pdf", args=[story.order_id]))
    assert again.content == found.content, "both sides keep the same document"


def test_nobody_signs_without_having_read() -> None:
    story = drafted()
    client, url = signed_in(story.merchant), reverse("contracts:sign", args=[story.order_id])
    client.post(url, {"hash": story.offered.hash})
    assert story.offered.merchant_accepted_at is None
    client.post(url, {"hash": "0" * 64, "read": "on"})
    assert story.offered.merchant_accepted_at is None
    client.post(url, {"hash": story.offered.hash, "read": "on"})
    assert story.offered.merchant_accepted_at is not None


def test_an_empty_delivery_is_sent_back_with_what_was_typed() -> None:
    story = funded(FIXED)
    client, pk = signed_in(story.provider), story.milestone().pk
    found = client.post(reverse("jobs:deliver", args=[pk]), {"note": "  "})
    assert (found.status_code, "Say what you deliver, or add a file." in found.content.decode()) == (422, True)
    found = client.post(reverse("jobs:deliver", args=[pk]), {"note": "A bad file", "files": _file("run.exe")})
    assert (found.status_code, "A bad file" in found.content.decode()) == (422, True)
    assert story.states() == ["funded"]


def _file(name: str) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, b"x")


def test_a_proposal_shows_what_it_comes_to_before_it_is_sent() -> None:
    story = delivered(FIXED)
    client, url = signed_in(story.merchant), reverse("contracts:split", args=[story.milestone().pk])
    shown = client.get(url, {"to_provider": "400"})
    assert (shown.context["preview"].gross, shown.context["to_merchant"]) == (400_00, 600_00)
    assert shown.context["preview"].net < 400_00
    assert client.get(url, {"to_provider": "4000"}).status_code == 422
    assert client.post(url, {"to_provider": "400"}).status_code == 302
    answer = signed_in(story.provider).get(reverse("jobs:split_answer", args=[story.milestone().pk]))
    assert answer.context["preview"].gross == 400_00
    assert story.states() == ["delivered"]


def test_autopay_is_permitted_shown_and_stopped_on_the_contracts_page() -> None:
    story = funded(MONTHLY)
    client, page = signed_in(story.merchant), reverse("contracts:detail", args=[story.order_id])
    setting, stopping = (reverse(f"contracts:{name}", args=[story.order_id]) for name in ("autopay", "autopay_stop"))
    assert setting in client.get(page).content.decode()
    low = client.post(setting, {"limit": "499.99", "gateway": ""})
    assert (low.status_code, "499.99" in low.content.decode(), "One period costs" in low.content.decode()) == (422, True, True)
    assert client.post(setting, {"limit": "600", "gateway": "sandbox"}).status_code == 302
    shown = client.get(page).content.decode()
    assert ("600.00" in shown, "per period" in shown, stopping in shown) == (True, True, True)
    assert "Nothing was due yet" in client.get(setting).content.decode()
    client.post(stopping)
    assert stopping not in client.get(page).content.decode()
    provider = signed_in(story.provider).get(reverse("jobs:detail", args=[story.order_id])).content.decode()
    assert "autopay" not in provider.lower()
    fixed = funded(FIXED, merchant=story.merchant, provider=story.provider)
    assert client.get(reverse("contracts:autopay", args=[fixed.order_id])).status_code == 404
