"""Held and reported reviews in the inbox of staff, and what makes one held."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from marketplace.accounts.models import Membership, User
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.payments.models import PayIn
from orders.payouts.models import PayoutAccount
from orders.reviews.integrity import judge
from orders.reviews.models import PublicReview
from orders.reviews.moderating import KIND
from orders.reviews.queries import open_acts
from orders.reviews.web.panel import of_listing, of_provider
from orders.service.models import ServiceOrder
from providers.listings.models import PublicListing
from providers.moderation.models import Review as DeskReview
from providers.moderation.operations import decide, report
from providers.scorecards.models import ScoreEvent, Strike
from tests import cast
from tests.orders.reviews.test_reviews import Review, client_of
from tests.orders.service import stories
from tests.tenancy.fills.work import _bare

pytestmark = pytest.mark.django_db(transaction=True)
STAFF = person(999_999)


def both_written(text: str = "Fine.") -> Review:
    review = Review()
    review.write("merchant", text)
    review.write("provider")
    return review


def waiting(provider_id: int, kind: str) -> list[DeskReview]:
    with scope(provider_id):
        return list(DeskReview.objects.filter(provider_id=provider_id, kind=kind, state="waiting"))


def join(user: User, organization_id: int) -> None:
    with scope(organization_id):
        Membership.objects.create(organization_id=organization_id, user=user, role="operator")


def struck(review: Review) -> int:
    with scope(review.story.provider.id):
        return Strike.objects.filter(provider_id=review.story.provider.id).count()


@pytest.mark.parametrize(("verdict", "state", "counted"), [("approved", "valid", [40]), ("rejected", "excluded", [])])
def test_what_is_held_waits_in_the_inbox_and_is_decided_there(verdict: str, state: str, counted: list[int]) -> None:
    review = Review()
    owner = review.story.provider.owner
    owner.email = "other@" + review.story.merchant.owner.email.partition("@")[2]
    owner.save(update_fields=["email"])
    review.write("merchant")
    review.write("provider")
    provider_id = review.story.provider.id
    (entry,) = waiting(provider_id, KIND)
    decide(provider_id=provider_id, review_id=entry.pk, verdict=verdict, note="Looked at.", by=STAFF, at=review.at)
    assert (review.now.verdict, review.now.decision, review.events()) == (state, "Looked at.", counted)
    assert waiting(provider_id, KIND) == []


def test_what_counts_at_once_does_not_bother_staff() -> None:
    assert waiting(both_written().story.provider.id, KIND) == []


@pytest.mark.parametrize(("verdict", "left"), [("approved", ("excluded", "staff", 1)), ("rejected", ("valid", "", 0))])
def test_the_provider_reports_what_was_written_about_it(verdict: str, left: tuple[str, str, int], rf: Any) -> None:
    review = both_written("Call his wife: 13800000000")
    provider = review.story.provider
    report(
        merchant_id=provider.id, about_kind="review", slug=str(review.pk), reason="offensive", text="Personal data.",
        by=person(provider.owner.pk), at=review.at,
    )  # fmt: skip
    (entry,) = waiting(provider.id, "report")
    decide(provider_id=provider.id, review_id=entry.pk, verdict=verdict, note="Looked at.", by=STAFF, at=review.at)
    assert (review.now.verdict, review.now.reason, struck(review)) == left
    assert ("13800000000" in of_provider(rf.get("/"), provider.id)) == (verdict == "rejected")
    with scope(provider.id):
        assert ScoreEvent.objects.filter(kind="reviewed").count() == 1, "an event is struck, never deleted"


def test_nothing_but_a_published_review_can_be_reported() -> None:
    review = Review()
    for slug in (str(review.pk), "0", "x", "-1"):
        with pytest.raises(NotFound):
            report(
                merchant_id=review.story.merchant.id, about_kind="review", slug=slug, reason="other", text="x",
                by=person(review.story.merchant.owner.pk), at=review.at,
            )  # fmt: skip


def test_the_holder_of_one_account_on_both_sides_is_seen() -> None:
    story = stories.accepted(stories.FIXED)
    assert judge(story.order, story.at) == ("valid", "")
    with scope(story.merchant.id):
        PayIn.objects.create(
            merchant_id=story.merchant.id, amount=100, currency="CNY", gateway="bank", reference="P-same", state="succeeded",
            payer="Same  Holder Ltd", created_at=story.at, created_by="x", expires_at=story.at, settled_at=story.at,
            paid_amount=100, transaction="T-same",
        )  # fmt: skip
    with scope(story.provider.id):
        PayoutAccount.objects.create(
            provider_id=story.provider.id, holder="same holder LTD", bank="B", number=b"x", last4="0000", state="proposed",
            proposed_at=story.at,
        )  # fmt: skip
    assert judge(story.order, story.at) == ("held", "same_bank")


def test_companies_that_hire_each_other_in_a_circle_are_seen() -> None:
    """Acme hires the studio; the studio's owner hires, with another shop, a company of the owner of acme."""
    story = stories.accepted(stories.FIXED)
    other, rival = cast.other(), cast.rival()
    with scope(other.id):
        back = _bare(other, rival, "active")
        ServiceOrder.objects.filter(merchant_id=other.id, pk=back.pk).update(signed_at=story.at)
    assert judge(story.order, story.at) == ("valid", ""), "others' contracts are nobody's circle"
    join(story.provider.owner, other.id)
    assert judge(story.order, story.at) == ("valid", ""), "half a circle"
    join(story.merchant.owner, rival.id)
    assert judge(story.order, story.at) == ("held", "circular")


def test_first_pages_say_what_may_be_written_and_answered_and_until_when() -> None:
    review = Review()
    parties = {"merchant": review.story.merchant.id, "provider": review.story.provider.id}

    def acts(at: datetime) -> dict[str, list[tuple[str, datetime]]]:
        found = {}
        for side, owner in parties.items():
            with scope(owner):
                found[side] = [(act, until) for act, _pk, _n, _title, _other, until in open_acts(owner, side, at, 5)]
        return found

    start, end = review.at, review.now.closes_at
    assert acts(start) == {"merchant": [("write", end)], "provider": [("write", end)]}
    assert acts(end) == {"merchant": [], "provider": []}
    review.write("merchant")
    assert acts(start) == {"merchant": [], "provider": [("write", end)]}
    review.write("provider")
    assert acts(start) == {"merchant": [], "provider": [("answer", start + timedelta(days=28))]}
    assert acts(start + timedelta(days=28)) == {"merchant": [], "provider": []}
    review.answer()
    assert acts(start) == {"merchant": [], "provider": []}


def test_the_list_is_searched_filtered_and_exported_as_it_is_shown() -> None:
    review = both_written("So it was.")
    client = client_of(review, "merchant")
    for query, shown in (("q=two+pages", True), ("q=nothing", False), ("state=published", True), ("state=open", False)):
        assert ("Two pages for the shop" in client.get(f"/reviews/?{query}").content.decode()) == shown, query
        exported = b"".join(client.get(f"/reviews/export/?{query}").streaming_content).decode()  # type: ignore[attr-defined]
        assert ("So it was." in exported) == shown, query
    assert "Two pages" not in client.get("/reviews/?waits=answer").content.decode(), "the answer is the provider's"
    assert "Two pages" in client_of(review, "provider").get("/desk/reviews/?verdict=valid&o=-title").content.decode()


def test_a_listing_shows_what_was_said_of_it_and_nothing_of_others(rf: Any) -> None:
    review = both_written("About this very thing.")
    provider_id = review.story.provider.id
    public = PublicReview.objects.get()
    mine, others = (PublicListing(provider_id=provider_id, listing_id=pk, slug=f"l{pk}") for pk in (7, 8))
    with scope(provider_id):
        PublicReview.objects.filter(pk=public.pk, provider_id=provider_id).update(listing_id=7)
    assert "About this very thing." in of_listing(rf.get("/"), mine)
    assert of_listing(rf.get("/"), others) == ""
