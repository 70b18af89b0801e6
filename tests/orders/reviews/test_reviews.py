"""Double-blind reviews: who may write until when, published together, what counts, and the provider's answer."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import BEAT, CLI, person
from marketplace.tenancy.scope import scope
from orders.reviews import operations, policies
from orders.reviews.axes import OF_PROVIDER, stars
from orders.reviews.errors import AlreadyWritten, BadReview, NothingToDecide, TooLate
from orders.reviews.models import MerchantSealed, ProviderSealed, PublicReview, ReviewRound
from orders.reviews.queries import access_round, due, public_page
from orders.reviews.web.panel import of_provider as panel
from providers.scorecards.models import ScoreEvent
from tests import cast
from tests.orders.service import stories

pytestmark = pytest.mark.django_db(transaction=True)
SIDES = ("merchant", "provider")


class Review:
    """A completed contract of acme's with the studio, and its round."""

    def __init__(self, at: datetime = stories.AT) -> None:
        self.story = stories.accepted(stories.FIXED, at=at)
        order = self.story.order
        with scope(order.merchant_id):
            operations.open_round(order, None, CLI, self.story.at)
            self.pk = ReviewRound.objects.get(merchant_id=order.merchant_id, order_id=order.pk).pk
        self.at = self.now.opened_at

    @property
    def now(self) -> ReviewRound:
        with scope(self.story.merchant.id):
            return access_round(organization_id=self.story.merchant.id, pk=self.pk)

    def write(self, side: str, text: str = "Fine.", mark: int = 4, **more: Any) -> None:
        codes = self.now.axes if side == "merchant" else OF_PROVIDER
        facts = {"axes": dict.fromkeys(codes, mark), "text": text, "at": self.at, **more}
        operations.write_review(organization_id=self.story.id(side), round_id=self.pk, by=self.story.by(side), **facts)

    def answer(self, side: str = "provider", text: str = "Thank you.") -> None:
        operations.answer_review(
            organization_id=self.story.id(side), round_id=self.pk, text=text, by=self.story.by(side), at=self.at
        )

    def events(self) -> list[int]:
        with scope(self.story.provider.id):
            return list(ScoreEvent.objects.filter(kind="reviewed").values_list("value", flat=True))


@pytest.fixture
def review() -> Review:
    return Review()


def test_the_end_of_a_contract_opens_one_round_for_fourteen_days(review: Review) -> None:
    order = review.story.order
    assert order.state == "completed"
    with scope(order.merchant_id):
        operations.open_round(order, None, CLI, review.at)
        assert ReviewRound.objects.filter(merchant_id=order.merchant_id).count() == 1
    assert review.now.closes_at - review.now.opened_at == timedelta(days=14)


def test_nobody_reads_the_other_s_review_before_both_are_published(review: Review) -> None:
    review.write("merchant", "a secret of the merchant")
    with scope(review.story.provider.id):
        assert not MerchantSealed.objects.exists()
        seen = access_round(organization_id=review.story.provider.id, pk=review.pk)
        assert "secret" not in str(seen.__dict__)
    assert "secret" not in page(review, "provider")
    assert "secret" in page(review, "merchant"), "one's own is shown"
    review.write("provider", "what the provider says")
    assert "secret" in page(review, "provider")
    assert "what the provider says" in page(review, "merchant")
    assert review.events() == [40]


def test_the_other_way_round_the_merchant_reads_nothing(review: Review) -> None:
    review.write("provider", "a secret of the provider")
    with scope(review.story.merchant.id):
        assert not ProviderSealed.objects.exists()
    assert "secret" not in page(review, "merchant")


def test_at_the_end_of_the_days_the_one_there_is_gets_published_once(review: Review) -> None:
    review.write("merchant")
    review.at += timedelta(days=14)
    assert due(review.at - timedelta(seconds=1)) == []
    assert [operations.sweep(by=BEAT, at=review.at) for _ in range(2)] == [1, 0]
    assert (review.now.state, review.now.verdict, review.events()) == ("published", "valid", [40])


def test_nobody_wrote(review: Review) -> None:
    review.at += timedelta(days=14)
    assert [operations.sweep(by=BEAT, at=review.at) for _ in range(2)] == [1, 0]
    assert (review.now.state, review.events(), PublicReview.objects.count()) == ("lapsed", [], 0)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("state", ["written", "late", "published", "lapsed"])
def test_each_side_in_each_state_is_refused_and_changes_nothing(review: Review, side: str, state: str) -> None:
    if state in ("written", "published"):
        review.write(side)
    if state == "published":
        review.write("provider" if side == "merchant" else "merchant")
    if state in ("late", "lapsed"):
        review.at += timedelta(days=14)
    if state == "lapsed":
        operations.sweep(by=BEAT, at=review.at)
    before = review.now.__dict__ | {"_state": None}
    with pytest.raises((AlreadyWritten, TooLate)):
        review.write(side, "Again.")
    if state != "published":
        with pytest.raises(TooLate):
            review.answer(side)
    assert review.now.__dict__ | {"_state": None, "_django_version": None} == before | {"_django_version": None}


@pytest.mark.parametrize("facts", [{"text": " "}, {"mark": 6}, {"mark": 0}, {"axes": {"quality": 5}}])
def test_what_is_not_a_review_is_refused(review: Review, facts: dict[str, Any]) -> None:
    with pytest.raises(BadReview):
        review.write("merchant", **facts)
    assert review.now.merchant_at is None


def test_a_stranger_has_no_review(review: Review) -> None:
    for stranger in (cast.other(), cast.rival()):
        with pytest.raises(NotFound):
            operations.write_review(
                organization_id=stranger.id, round_id=review.pk, axes={}, text="x", by=person(stranger.owner.pk), at=review.at
            )


def test_the_provider_answers_once_within_twenty_eight_days(review: Review) -> None:
    review.write("merchant")
    review.write("provider")
    with pytest.raises(TooLate):
        review.answer("merchant")
    review.at += timedelta(days=28)
    with pytest.raises(TooLate):
        review.answer()
    review.at -= timedelta(seconds=1)
    review.answer()
    with pytest.raises(AlreadyWritten):
        review.answer(text="More.")
    assert PublicReview.objects.get(round_id=review.pk).answer == "Thank you."


def test_what_makes_a_review_count() -> None:
    usual = {"funded": 100, "released": 100, "back": 0, "tie": ""}
    assert policies.judged(**usual) == ("valid", "")  # type: ignore[arg-type]
    assert policies.judged(**{**usual, "released": 0}) == ("excluded", "unpaid")  # type: ignore[arg-type]
    assert policies.judged(**{**usual, "back": 79}) == ("valid", "")  # type: ignore[arg-type]
    assert policies.judged(**{**usual, "back": 80}) == ("held", "refunded")  # type: ignore[arg-type]
    assert policies.judged(**{**usual, "tie": "same_people"}) == ("held", "same_people")  # type: ignore[arg-type]
    assert policies.share_people([(1, "a@x.cn")], [(1, "b@y.cn")])
    assert policies.share_people([(1, "a@x.cn")], [(2, "b@X.cn")])
    assert not policies.share_people([(1, "a@qq.com")], [(2, "b@qq.com")])
    assert [stars(dict(enumerate(marks))) for marks in ((5, 5, 4), (1, 1), (5, 4, 4, 4))] == [47, 10, 43]  # type: ignore[arg-type]


def test_an_unpaid_contract_stays_visible_and_counts_nowhere() -> None:
    story = stories.signed(stories.FIXED)
    order = story.order
    with scope(story.merchant.id):
        operations.open_round(order, None, CLI, story.at)
        row = ReviewRound.objects.get(merchant_id=story.merchant.id)
    made = {"axes": dict.fromkeys(row.axes, 5), "text": "Wonderful.", "at": story.at, "by": story.by("merchant")}
    operations.write_review(organization_id=story.merchant.id, round_id=row.pk, **made)
    operations.sweep(by=BEAT, at=row.closes_at)
    public = PublicReview.objects.get(round_id=row.pk)
    assert (public.verdict, public.reason, public_page(story.provider.id).means) == ("excluded", "unpaid", {})
    with scope(story.provider.id):
        assert not ScoreEvent.objects.filter(kind="reviewed").exists()


@pytest.mark.parametrize("is_valid", [True, False])
def test_companies_with_a_domain_in_common_wait_for_the_market(review: Review, is_valid: bool) -> None:
    owner = review.story.provider.owner
    owner.email = "other@" + review.story.merchant.owner.email.partition("@")[2]
    owner.save(update_fields=["email"])
    review.write("merchant")
    review.write("provider")
    assert (review.now.verdict, review.now.reason, review.events()) == ("held", "same_people", [])
    act = {"merchant_id": review.story.merchant.id, "round_id": review.pk, "is_valid": is_valid, "by": person(1), "at": review.at}
    operations.decide_review(text="Looked at.", **act)
    assert (review.now.verdict, review.events()) == (("valid", [40]) if is_valid else ("excluded", []))
    assert PublicReview.objects.get(round_id=review.pk).verdict == review.now.verdict
    with pytest.raises(NothingToDecide):
        operations.decide_review(text="Again.", **act)


def test_both_at_once_publish_once(review: Review) -> None:
    start, found = threading.Barrier(2), []

    def run(side: str) -> None:
        try:
            start.wait()
            review.write(side)
            found.append("done")
        except UserError as error:
            found.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(side,)) for side in SIDES]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    row = review.now
    assert (found, row.state, bool(row.merchant_text), bool(row.provider_text)) == (["done", "done"], "published", True, True)
    assert (review.events(), PublicReview.objects.count()) == ([40], 1)


def test_the_list_and_the_public_panel_cost_the_same_at_one_and_at_thirty(review: Review, rf: Any) -> None:
    review.write("merchant")
    review.write("provider")
    client = client_of(review, "merchant")

    def statements() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as listed:
            assert client.get("/reviews/").status_code == 200
        with CaptureQueriesContext(connection) as shown:
            panel(rf.get("/"), review.story.provider.id)
        return len(listed), len(shown)

    statements()
    before = statements()
    public = PublicReview.objects.get()
    with scope(review.story.provider.id):
        for number in range(29):
            public.pk, public.round_id = None, 10_000 + number
            public.save(force_insert=True)
    assert statements() == before
    assert public_page(review.story.provider.id).means["quality"] == (4.0, 30)
    assert "n = 30" in panel(rf.get("/"), review.story.provider.id)


def test_an_incomplete_form_keeps_what_was_typed_and_a_whole_one_is_handed_in() -> None:
    review = Review(timezone.now())
    client = client_of(review, "merchant")
    url = f"/reviews/{review.pk}/"
    wrong = client.post(f"{url}write/", {"quality": "5", "text": "Typed."})
    assert (wrong.status_code, "Typed." in wrong.content.decode()) == (422, True)
    whole = {**dict.fromkeys(review.now.axes, "5"), "text": "Very good."}
    assert client.post(f"{url}write/", whole).status_code == 302
    assert review.now.merchant_at is not None
    assert "Very good." in client.get(url).content.decode()
    assert client.post(f"{url}answer/").status_code == 404


def client_of(review: Review, side: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    owner = (review.story.merchant if side == "merchant" else review.story.provider).owner
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(review: Review, side: str) -> str:
    prefix = "/reviews/" if side == "merchant" else "/desk/reviews/"
    return client_of(review, side).get(f"{prefix}{review.pk}/").content.decode()
