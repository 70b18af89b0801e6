"""Trial operation (A6): three small orders before the deposit, counted from signed contracts, whoever signs at the same time."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.kernel.errors import UserError
from marketplace.outbox.models import Message
from marketplace.tenancy.scope import scope
from orders.service.errors import GateClosed
from orders.service.operations import drafting
from orders.service.terms import MilestoneTerms
from providers.onboarding import gate
from providers.onboarding.models import TrialRule
from providers.onboarding.trial import orders_taken, trial_orders
from tests import cast
from tests.orders.service.stories import AT, FIXED, STAGES, Story, drafted, funded, signed
from tests.orders.service.test_races import PATIENCE, at_once

pytestmark = pytest.mark.django_db(transaction=True)
LARGE = replace(FIXED, milestones=(MilestoneTerms("All of it", 20_000_01, 10),))


@pytest.fixture
def set_rule(transactional_db: None) -> Iterator[Callable[..., None]]:
    """What staff do; the row is made by a migration and stays as it was."""

    def change(orders: int, cap: int = 2_000_000) -> None:
        TrialRule.objects.using("system").update(orders=orders, order_cap=cap)

    yield change
    change(3)


def taken() -> int:
    with scope(cast.studio().id):
        return orders_taken(cast.studio().id)


def half_signed() -> Story:
    story = drafted()
    story.accept("merchant")
    return story


def codes(error: pytest.ExceptionInfo[GateClosed]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def test_three_orders_are_signed_and_the_fourth_waits_for_the_deposit() -> None:
    waiting = half_signed()
    for _ in range(3):
        signed()
    with pytest.raises(GateClosed) as late:
        waiting.accept("provider")
    assert (codes(late), waiting.order.state, taken()) == (["DEPOSIT_DUE"], "drafted", 3)
    with pytest.raises(GateClosed) as fresh:
        drafted()
    assert codes(fresh) == ["DEPOSIT_DUE"]


def test_a_draft_uses_nothing_up() -> None:
    for _ in range(4):
        drafted()
    assert taken() == 0 and signed().order.state == "signed"


def test_an_order_above_the_cap_is_refused_as_a_draft_as_a_version_and_as_an_amendment() -> None:
    with pytest.raises(GateClosed):
        drafted(LARGE)
    small = drafted(FIXED)
    small.act("merchant", "revise_contract", terms=LARGE, base_hash=small.offered.hash)
    with pytest.raises(GateClosed):
        small.accept("provider")
    running = funded()
    for _ in range(2):
        signed()  # the trial is used up; what was taken still stays small
    with pytest.raises(GateClosed):
        grown = replace(STAGES, milestones=(*STAGES.milestones, *LARGE.milestones))
        running.act("merchant", "revise_contract", terms=grown, base_hash=running.offered.hash)
    assert running.order.total_minor == STAGES.total_minor


def test_staff_set_how_many_and_how_large(set_rule: Callable[..., None]) -> None:
    set_rule(1, 50_000)
    with pytest.raises(GateClosed):
        drafted(FIXED)
    set_rule(1, FIXED.total_minor)
    signed(FIXED)
    with pytest.raises(GateClosed) as second:
        drafted(FIXED)
    assert codes(second) == ["DEPOSIT_DUE"]
    set_rule(3)
    assert drafted(FIXED).order.state == "drafted"


def test_people_are_told_what_is_left_and_when_the_deposit_is_due() -> None:
    for _ in range(3):
        signed()
    with scope(cast.studio().id):
        found = list(Message.objects.filter(merchant_id=cast.studio().id, channel="in_app").values_list("kind", flat=True))
    assert (found.count("providers.trial.left"), found.count("providers.trial.used_up")) == (2, 1)


def test_both_sides_read_about_the_trial_before_they_sign(client: Client) -> None:
    story = drafted()
    for person, page in (
        (story.merchant.owner, reverse("contracts:contract", args=[story.order_id])),
        (story.provider.owner, reverse("jobs:contract", args=[story.order_id])),
    ):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        page_text = client.get(page, headers={"accept-language": "en"}).content.decode()
        assert "20,000" in page_text


def test_the_public_row_counts_until_the_deposit_is_there() -> None:
    studio = signed().provider
    with scope(studio.id):
        assert trial_orders(studio.id, AT) == 1


@pytest.mark.parametrize("is_locked", [True, False], ids=["locked", "without the lock"])
def test_two_third_orders_at_once_are_one(is_locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have asked the gate before either goes on; only the lock on the company keeps the second out."""
    signed(), signed()
    first, second = half_signed(), half_signed()
    barrier, asked = Barrier(2), gate.may

    def asking(*args: Any, **facts: Any) -> gate.Verdict:
        verdict = asked(*args, **facts)
        with suppress(BrokenBarrierError):  # the other one waits at the lock
            barrier.wait(PATIENCE[is_locked])
        return verdict

    monkeypatch.setattr(gate, "may", asking)
    if not is_locked:
        monkeypatch.setattr(drafting, "claim", lambda company, category, at: asking(company, "take_orders", category, at=at))
    acts: list[Callable[[], Any]] = [lambda: first.accept("provider"), lambda: second.accept("provider")]
    answers = at_once(*acts)
    assert (taken() == 3) == is_locked
    assert sum(isinstance(answer, UserError) for answer in answers) == int(is_locked)
    assert sorted([first.order.state, second.order.state]) == (["drafted", "signed"] if is_locked else ["signed", "signed"])


def test_the_terms_of_the_tests_are_below_the_cap() -> None:
    assert STAGES.total_minor < TrialRule.objects.get().order_cap < LARGE.total_minor
