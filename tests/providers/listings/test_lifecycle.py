"""From draft to published and back: what serves, what waits, what is refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.listings import operations, projection
from providers.listings.errors import GateClosed, Incomplete, NotPossibleNow
from providers.listings.models import ListingVersion, PublicListing
from providers.listings.states import LISTING_TRANSITIONS, VERSION_TRANSITIONS, ListingState, VersionState
from providers.moderation.models import Review
from providers.onboarding.changes import announce
from providers.onboarding.models import Application, Qualification
from tests import cast
from tests.providers.listings.stories import (
    AT,
    COMPLETE,
    act,
    judge,
    public,
    published,
    started,
    state,
    verify,
    version,
    versions,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)
LATER = AT + timedelta(hours=1)


@pytest.fixture
def studio() -> cast.Provider:
    return cast.studio()


def test_an_approved_listing_is_public_at_once(studio: cast.Provider) -> None:
    listing = published(studio)
    found = public(listing)
    assert state(listing) == "published"
    assert versions(listing) == [(1, "published")]
    assert found is not None
    assert (found.title_zh, found.slug, found.provider_id) == (COMPLETE["title_zh"], listing.slug, studio.id)
    assert (found.from_minor, found.from_cny_minor, found.delivery_days) == (680_000, 680_000, 14)


def test_an_unverified_provider_can_draft_but_not_hand_in(studio: cast.Provider) -> None:
    listing = started(studio)
    with pytest.raises(GateClosed) as refusal:
        act(studio, listing, "submit")
    assert "NOT_VERIFIED" in {reason.code for reason in refusal.value.reasons}
    assert versions(listing) == [(1, "draft")]
    with scope(studio.id):
        assert not Review.objects.filter(provider_id=studio.id).exists()


def test_an_incomplete_listing_is_refused_with_everything_that_is_missing(studio: cast.Provider) -> None:
    verify(studio)
    listing = started(studio, body_zh="", body_en="", offer={}, attributes={}, terms={})
    with pytest.raises(Incomplete) as refusal:
        act(studio, listing, "submit")
    assert {problem.code for problem in refusal.value.problems} == {
        "SHORT_BODY", "NO_ATTRIBUTE", "NO_PACKAGE", "NO_CANCELLATION", "NO_LEAD",
    }  # fmt: skip
    assert versions(listing) == [(1, "draft")]


def test_what_is_published_goes_on_serving_while_an_edit_is_reviewed_and_after_its_rejection(studio: cast.Provider) -> None:
    listing = published(studio)
    before = public(listing)
    write(studio, listing, title_en="Twice as cheap", offer={**COMPLETE["offer"], "packages": [cheap()]})
    assert versions(listing) == [(1, "published"), (2, "draft")]
    act(studio, listing, "submit")
    assert same(public(listing), before)
    judge(studio, "rejected", "unsupported_claim")
    assert versions(listing) == [(1, "published"), (2, "rejected")]
    assert state(listing) == "published"
    assert same(public(listing), before)
    assert version(listing, 2).reasons == ["unsupported_claim"]


def test_an_approved_edit_takes_the_place_of_what_was_published(studio: cast.Provider) -> None:
    listing = published(studio)
    write(studio, listing, offer={**COMPLETE["offer"], "packages": [cheap()]})
    act(studio, listing, "submit")
    judge(studio, "approved")
    assert versions(listing) == [(1, "replaced"), (2, "published")]
    found = public(listing)
    assert found is not None
    assert (found.version, found.from_minor) == (2, 100)
    assert found.published_at == AT


def test_what_was_sent_back_stays_as_it_was_and_the_work_goes_on_in_a_new_version(studio: cast.Provider) -> None:
    verify(studio)
    listing = started(studio)
    act(studio, listing, "submit")
    judge(studio, "changes_requested", "unclear_scope", note="Which hours?")
    write(studio, listing, summary_en="Nine to six on weekdays.")
    assert versions(listing) == [(1, "changes_requested"), (2, "draft")]
    assert version(listing, 1).summary_en == COMPLETE["summary_en"]
    assert version(listing, 2).based_on == 1
    act(studio, listing, "submit")
    judge(studio, "approved")
    assert versions(listing) == [(1, "changes_requested"), (2, "published")]


def test_nothing_can_be_changed_while_it_is_in_review_until_it_is_withdrawn(studio: cast.Provider) -> None:
    verify(studio)
    listing = started(studio)
    act(studio, listing, "submit")
    with pytest.raises(NotPossibleNow):
        write(studio, listing, title_en="Slipped in")
    act(studio, listing, "withdraw")
    write(studio, listing, title_en="In time")
    assert versions(listing) == [(1, "draft")]
    with scope(studio.id):
        assert Review.objects.get(provider_id=studio.id).state == "withdrawn"


def test_a_typo_passes_by_rule_and_a_word_that_turns_the_sentence_does_not(studio: cast.Provider) -> None:
    listing = published(studio)
    write(studio, listing, summary_en=COMPLETE["summary_en"].replace("looks", "look"))
    act(studio, listing, "submit")
    assert versions(listing) == [(1, "replaced"), (2, "published")]
    write(studio, listing, summary_zh="一个五人团队不负责上新、活动与投放。")
    act(studio, listing, "submit")
    assert versions(listing)[-1] == (3, "submitted")


def test_a_second_look_can_take_back_what_a_rule_let_pass(studio: cast.Provider) -> None:
    listing = published(studio)
    write(studio, listing, summary_en=COMPLETE["summary_en"].replace("looks", "look"))
    act(studio, listing, "submit")
    with scope(studio.id):
        operations.overrule_listing(
            studio.id, version(listing, 2).pk, "rejected", ("language_poor",), "", person(studio.owner.pk), LATER
        )
    assert versions(listing) == [(1, "published"), (2, "rejected")]
    found = public(listing)
    assert found is not None
    assert found.version == 1


def test_an_approval_behind_a_closed_gate_waits_for_the_provider(studio: cast.Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    verify(studio)
    listing = started(studio)
    act(studio, listing, "submit")
    close_gate(studio)
    judge(studio, "approved")
    assert (state(listing), versions(listing), public(listing)) == ("draft", [(1, "approved")], None)
    with pytest.raises(GateClosed):
        act(studio, listing, "publish")
    verify(studio)
    act(studio, listing, "publish")
    assert state(listing) == "published"
    assert public(listing) is not None


def test_pausing_hides_and_resuming_shows_again(studio: cast.Provider) -> None:
    listing = published(studio)
    act(studio, listing, "pause")
    assert (state(listing), public(listing)) == ("paused", None)
    close_gate(studio)
    with pytest.raises(GateClosed):
        act(studio, listing, "resume")
    verify(studio)
    act(studio, listing, "resume")
    assert public(listing) is not None


@pytest.mark.parametrize("before", ["published", "paused", "draft"])
def test_archiving_can_be_undone(studio: cast.Provider, before: str) -> None:
    verify(studio)
    listing = started(studio) if before == "draft" else published(studio)
    if before == "paused":
        act(studio, listing, "pause")
    act(studio, listing, "archive")
    assert (state(listing), public(listing)) == ("archived", None)
    with pytest.raises(NotPossibleNow):
        write(studio, listing, title_en="Still here")
    act(studio, listing, "restore")
    assert state(listing) == before
    assert (public(listing) is not None) == (before == "published")


def test_archiving_takes_what_is_in_review_back(studio: cast.Provider) -> None:
    verify(studio)
    listing = started(studio)
    act(studio, listing, "submit")
    act(studio, listing, "archive")
    assert versions(listing) == [(1, "draft")]
    with scope(studio.id):
        assert Review.objects.get(provider_id=studio.id).state == "withdrawn"


def test_a_draft_given_up_leaves_what_is_published_as_it_is(studio: cast.Provider) -> None:
    listing = published(studio)
    write(studio, listing, title_en="Half an idea")
    act(studio, listing, "discard")
    assert versions(listing) == [(1, "published"), (2, "discarded")]
    write(studio, listing, title_en="A better one")
    assert version(listing, 3).body_en == COMPLETE["body_en"].strip()
    assert version(listing, 3).based_on == 1


def test_a_copy_is_a_draft_of_its_own(studio: cast.Provider) -> None:
    listing = published(studio, title_zh="店" * 60)
    copy = act(studio, listing, "duplicate")
    first = version(copy, 1)
    assert (first.state, first.offer, first.title_zh) == ("draft", version(listing, 1).offer, "店" * 56 + "（副本）")
    assert copy.slug != listing.slug
    assert public(copy) is None


def test_an_older_version_can_be_brought_back(studio: cast.Provider) -> None:
    listing = published(studio)
    write(studio, listing, title_en="Something else", offer={})
    operations.bring_back_version(provider_id=studio.id, listing_id=listing.pk, number=1, by=person(studio.owner.pk), at=LATER)
    assert version(listing, 2).offer == version(listing, 1).offer
    assert version(listing, 2).title_en == COMPLETE["title_en"]


def test_a_hidden_provider_has_no_public_listing(studio: cast.Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = published(studio)
    conditions = [*projection._conditions, lambda provider_id, category: False]
    monkeypatch.setattr(projection, "_conditions", conditions)
    with scope(studio.id):
        projection.project(provider_id=studio.id)
    assert public(listing) is None
    conditions.pop()
    with scope(studio.id):
        projection.project(provider_id=studio.id)
    assert public(listing) is not None


@pytest.mark.parametrize(("state", "seen"), [("verified", True), ("suspended", False), ("expired", False)])
def test_papers_that_ran_out_take_published_listings_out_of_sight(studio: cast.Provider, state: str, seen: bool) -> None:
    listing = published(studio)
    with scope(studio.id):
        Application.objects.filter(provider_id=studio.id).update(state=state)
        announce(studio.id, LATER)
    assert (public(listing) is not None) == seen
    verify(studio)
    with scope(studio.id):
        Qualification.objects.filter(provider_id=studio.id).update(state="expired")
        announce(studio.id, LATER)
    assert public(listing) is None


def test_others_hear_of_every_change_in_the_same_transaction(studio: cast.Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = published(studio)
    heard: list[list[int]] = []

    def refuse(ids: Any) -> None:
        heard.append(list(ids))
        raise RuntimeError("the index is broken")

    monkeypatch.setattr(projection, "_callbacks", [refuse])
    with pytest.raises(RuntimeError):
        act(studio, listing, "pause")
    assert heard == [[listing.pk]]
    assert state(listing) == "published"
    assert public(listing) is not None


def test_the_stranger_finds_no_listing_of_the_studio(studio: cast.Provider) -> None:
    listing = published(studio)
    rival = cast.rival()
    for name in ("submit", "withdraw", "discard", "publish", "pause", "resume", "archive", "restore", "duplicate"):
        with pytest.raises(NotFound):
            act(rival, listing, name)
    with pytest.raises(NotFound):
        write(rival, listing, title_en="Mine now")
    assert public(listing) is not None


def test_acts_the_state_does_not_allow_are_refused(studio: cast.Provider) -> None:
    listing = published(studio)
    for name in ("submit", "withdraw", "discard", "publish", "resume", "restore"):
        with pytest.raises(NotPossibleNow):
            act(studio, listing, name)
    assert versions(listing) == [(1, "published")]


def test_the_tables_name_every_state() -> None:
    assert set(LISTING_TRANSITIONS) == set(ListingState.values)
    assert set(VERSION_TRANSITIONS) == set(VersionState.values)
    for table in (LISTING_TRANSITIONS, VERSION_TRANSITIONS):
        assert set().union(*table.values()) <= set(table)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda listing: ListingVersion.objects.filter(listing=listing).update(state="lost"),
        lambda listing: ListingVersion.objects.create(
            provider_id=listing.provider_id,
            listing=listing,
            number=2,
            category=listing.category,
            state="published",
            submitted_at=AT,
        ),
        lambda listing: type(listing).objects.filter(pk=listing.pk).update(state="archived"),
    ],
)
def test_the_database_refuses_what_no_operation_would_do(studio: cast.Provider, spoil: Callable[[Any], Any]) -> None:
    listing = published(studio)
    with scope(studio.id), pytest.raises(IntegrityError), transaction.atomic():
        spoil(listing)


def cheap() -> dict[str, Any]:
    return {"key": "basic", "name_en": "Basic", "price_minor": 100}


def same(one: PublicListing | None, two: PublicListing | None) -> bool:
    fields = [field.attname for field in PublicListing._meta.concrete_fields]
    return one is not None and two is not None and all(getattr(one, name) == getattr(two, name) for name in fields)


def close_gate(provider: cast.Provider) -> None:
    with scope(provider.id):
        Application.objects.filter(provider_id=provider.id).update(state="suspended")
