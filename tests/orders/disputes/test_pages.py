"""Disputes on both consoles and on the desk of staff."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.accounts.operations import ensure_user
from tests import cast
from tests.orders.disputes.test_ladder import Quarrel
from tests.orders.service import stories

pytestmark = pytest.mark.django_db(transaction=True)
PREFIX = {"merchant": "/disputes/", "provider": "/desk/disputes/"}


def client_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def at(quarrel: Quarrel, side: str) -> tuple[Client, str]:
    owner = (quarrel.story.merchant if side == "merchant" else quarrel.story.provider).owner
    return client_of(owner), f"{PREFIX[side]}{quarrel.row.pk}/"


@pytest.fixture
def quarrel() -> Quarrel:
    return Quarrel(stories.delivered())


def test_both_sides_see_who_acts_and_what_each_share_comes_to(quarrel: Quarrel) -> None:
    for side in ("merchant", "provider"):
        client, url = at(quarrel, side)
        page = client.get(url).content.decode()
        assert "Acts next: The service provider" in page
        assert "¥100" in page
        assert ("Agree to what is asked for" in page) == (side == "provider")
        assert ("Take the dispute back" in page) == (side == "merchant")


def test_a_dispute_is_opened_answered_and_agreed_in_the_browser() -> None:
    story = stories.delivered(at=timezone.now())
    client = client_of(story.merchant.owner)
    address = f"/disputes/open/{story.milestone().pk}/"
    assert "Open the dispute" in client.get(address).content.decode()
    wrong = client.post(address, {"reason": "quality", "statement": "Poor.", "to_provider": "400.01"})
    assert (wrong.status_code, "Poor." in wrong.content.decode()) == (422, True)
    made = client.post(address, {"reason": "quality", "statement": "Poor.", "to_provider": "100"})
    assert made.status_code == 302
    number = int(made["Location"].split("/")[-2])
    provider, url = client_of(story.provider.owner), f"/desk/disputes/{number}/"
    assert provider.post(f"{url}do/", {"act": "answer", "text": " ", "to_provider": "400"}).status_code == 422
    assert provider.post(f"{url}do/", {"act": "answer", "text": "It is fine.", "to_provider": "400"}).status_code == 302
    preview = client.get(f"/disputes/{number}/share/?to_provider=250").content.decode()
    assert ("¥250" in preview, "¥150" in preview) == (True, True)
    client.post(f"/disputes/{number}/do/", {"act": "offer", "to_provider": "250"})
    provider.post(f"{url}do/", {"act": "agree"})
    assert "By agreement" in client.get(f"/disputes/{number}/").content.decode()
    assert story.wallet() == 150_00


def test_what_is_agreed_to_is_what_was_read(quarrel: Quarrel) -> None:
    """The dialog sends the share it shows, which counts also while the first claim waits for its answer."""
    client, url = at(quarrel, "provider")
    assert 'name="to_provider" value="100.00"' in client.get(url).content.decode()
    client.post(f"{url}do/", {"act": "agree", "to_provider": "99.00"})
    assert quarrel.now.state == "opened"
    client.post(f"{url}do/", {"act": "agree", "to_provider": "100.00"})
    assert (quarrel.now.state, quarrel.story.wallet()) == ("settled", 300_00)


def test_a_milestone_whose_days_are_over_says_so() -> None:
    story = stories.funded()
    page = client_of(story.merchant.owner).get(f"/disputes/open/{story.milestone().pk}/").content.decode()
    assert "This milestone cannot be disputed now" in page


def staff(name: str) -> Client:
    user = ensure_user(email=f"{name}@staff.example", password=cast.PASSWORD, name=name, is_staff=True)
    user.is_superuser = True
    user.save()
    return client_of(user)


def test_staff_propose_rule_and_decide_with_the_split_before_their_eyes(quarrel: Quarrel) -> None:
    quarrel.escalated()
    boss, colleague = staff("boss"), staff("colleague")
    url = reverse("admin:disputes_dispute_act", args=[quarrel.row.pk])
    seen = boss.post(url, {"to_provider": "250", "text": "Half of it works.", "preview": "1"}).content.decode()
    assert "Arrives at the provider" in seen
    assert quarrel.now.state == "escalated", "looking changes nothing"
    assert boss.post(url, {"to_provider": "401", "text": "Too much"}).status_code == 422
    done = boss.post(url, {"to_provider": "250", "text": "Half of it works."}, follow=True)
    assert (done.status_code, "Proposal on the table" in done.content.decode()) == (200, True)
    quarrel.act("provider", "decline")
    boss.post(url, {"to_provider": "200", "text": "The sketch was late."})
    quarrel.act("provider", "appeal")
    own = boss.post(url, {"to_provider": "300", "text": "Once more."})
    assert (own.status_code, "A colleague decides the appeal" in own.content.decode()) == (422, True)
    assert colleague.post(url, {"to_provider": "300", "text": "The contract says so."}).status_code == 302
    assert (quarrel.now.outcome, quarrel.story.wallet()) == ("appeal", 100_00)


def test_the_list_costs_the_same_with_one_row_and_many(quarrel: Quarrel) -> None:
    def count(side: str) -> int:
        client, _url = at(quarrel, side)
        with CaptureQueriesContext(connection) as found:
            assert client.get(PREFIX[side]).status_code == 200
        return len(found)

    before = [count(side) for side in PREFIX]
    for _number in range(5):
        quarrel.act("merchant", "withdraw")
        quarrel = Quarrel(quarrel.story)
    assert [count(side) for side in PREFIX] == before


def test_what_waits_for_the_market_stands_in_the_inbox_of_who_may_act(quarrel: Quarrel) -> None:
    boss, page = staff("boss"), reverse("admin:index")
    link = reverse("admin:disputes_dispute_act", args=[quarrel.row.pk])
    assert link not in boss.get(page).content.decode(), "the two still talk"
    quarrel.escalated()
    assert link in boss.get(page).content.decode()
    reader = ensure_user(email="reader@staff.example", password=cast.PASSWORD, name="reader", is_staff=True)
    reader.is_superuser = False
    reader.save()
    assert link not in client_of(reader).get(page).content.decode()
