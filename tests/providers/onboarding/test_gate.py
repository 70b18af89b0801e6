"""The gate: what a provider may do, by what is true of it. Every act in every combination, against a table written by hand."""

from datetime import date
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marketplace.tenancy.scope import scope
from providers.catalogue.models import Category
from providers.onboarding.circumstances import ACTS, Circumstances, reasons_against
from providers.onboarding.gate import may
from providers.onboarding.models import Application, Exit, Qualification
from providers.onboarding.states import ApplicationState, ExitState, QualificationState
from providers.onboarding.trial import trial_rule
from tests import cast

#: What each act asks for: a row per question, x where the answer no refuses it.
#:                           list  take_orders  bid  payout
TABLE = {
    "verified":             ("x",   "x",         "x",  "x"),
    "staying":              ("x",   "x",         "x",  "-"),
    "qualified":            ("x",   "x",         "x",  "-"),
    "no ruling":            ("x",   "x",         "x",  "-"),
    "deposit or trial":     ("-",   "x",         "x",  "-"),
    "capacity":             ("-",   "x",         "-",  "-"),
}  # fmt: skip
COLUMNS = ("list", "take_orders", "bid", "payout")
#: Which states of the company are as good as verified, and which of its exit mean that it stays.
VERIFIED, STAYING = {"verified", "renewing"}, {"", "withdrawn"}
DEPOSITS = {  # covers, was paid, orders left → good enough?
    (True, True, 0): True,
    (True, False, 3): True,
    (False, False, 3): True,  # a trial
    (False, False, 0): False,  # the trial is over
    (False, True, 3): False,  # a deposit that was deducted from is no trial
    (False, True, 0): False,
}


def expected(act: str, answers: dict[str, bool]) -> bool:
    column = COLUMNS.index(act)
    return all(answers[question] or TABLE[question][column] == "-" for question in TABLE)


@pytest.mark.parametrize("act", ACTS)
def test_every_combination_follows_the_table(act):
    """9 states of the company × 5 of its exit × 2 × 6 deposits × 4 rulings × 2, for each act: 4,320 combinations."""
    count = 0
    states, exits = ["", *ApplicationState.values], ["", "requested", "left", "refunded", "withdrawn"]
    for state, leaving, qualified, deposit, paused, expelled, has_room in product(
        states, exits, (True, False), DEPOSITS, (True, False), (True, False), (True, False)
    ):
        covers, was_paid, left = deposit
        known = Circumstances(
            application=state, exit=leaving, is_qualified=qualified, deposit_covers=covers, deposit_was_paid=was_paid,
            orders_left=left, is_paused_by_ruling=paused, has_exited_by_ruling=expelled, is_open=has_room,
        )  # fmt: skip
        answers = {
            "verified": state in VERIFIED,
            "staying": leaving in STAYING and not expelled,
            "qualified": qualified,
            "no ruling": not paused,
            "deposit or trial": DEPOSITS[deposit],
            "capacity": has_room,
        }
        reasons = reasons_against(act, known)
        assert (not reasons) is expected(act, answers), (act, known)
        assert len({reason.code for reason in reasons}) == len(reasons)
        assert all(str(reason.text) for reason in reasons)
        count += 1
    assert count == 9 * 5 * 2 * 6 * 2 * 2 * 2


def test_every_reason_that_can_be_put_right_says_where():
    worst = Circumstances(application="draft", exit="left", is_paused_by_ruling=True, deposit_was_paid=True, is_open=False)
    without_page = {reason.code for reason in reasons_against("take_orders", worst) if not reason.url}
    assert without_page == {"NO_CAPACITY"}


def test_a_pause_says_until_when():
    known = Circumstances("verified", is_qualified=True, deposit_covers=True, is_open=False, free_from=date(2026, 10, 8))
    (reason,) = reasons_against("take_orders", known)
    assert "2026" in str(reason.text) or "10" in str(reason.text)


# The same with the database.


def provider(state: str = "", *, category: str = "", leaving: str = "") -> cast.Provider:
    studio = cast.studio()
    now = timezone.now()
    with scope(studio.id):
        if state:
            Application.objects.create(provider_id=studio.id, state=state, verified_at=now)
        if category:
            Qualification.objects.create(provider_id=studio.id, category=leaf().slug, state=category, approved_at=now)
        if leaving:
            Exit.objects.create(
                provider_id=studio.id, state=leaving, requested_at=now, left_at=now, refund_due_on=now.date(), requested_by="x"
            )
    return studio


def leaf() -> Category:
    return Category.objects.filter(children=None, deposit_minor__gt=0).earliest("id")


@pytest.mark.django_db
@pytest.mark.parametrize("act", ACTS)
def test_a_provider_that_just_signed_up_may_do_nothing(act):
    verdict = may(cast.studio().id, act)
    assert not verdict
    assert "NOT_VERIFIED" in [reason.code for reason in verdict.reasons]


@pytest.mark.django_db
@pytest.mark.parametrize("state", ApplicationState.values)
@pytest.mark.parametrize("category", QualificationState.values)
def test_stored_states_of_company_and_category_count(state, category):
    studio = provider(state, category=category)
    verified, qualified = state in VERIFIED, category in ("approved", "renewing")
    assert may(studio.id, "payout").allowed is verified
    assert may(studio.id, "list").allowed is (verified and qualified)
    assert may(studio.id, "list", leaf().slug).allowed is (verified and qualified)
    assert may(studio.id, "list", "another-one").allowed is False


@pytest.mark.django_db
@pytest.mark.parametrize("state", ExitState.values)
def test_a_stored_exit_counts(state):
    studio = provider("verified", category="approved", leaving=state)
    assert may(studio.id, "list").allowed is (state == "withdrawn")
    assert may(studio.id, "payout").allowed


@pytest.mark.django_db
def test_a_trial_says_how_many_orders_are_left_and_how_large_they_may_be():
    verdict = may(provider("verified", category="approved").id, "take_orders", leaf().slug)
    assert (verdict.allowed, verdict.trial_orders_left, verdict.order_cap) == (True, 3, trial_rule().order_cap)


@pytest.mark.django_db
def test_orders_counted_elsewhere_use_the_trial_up(monkeypatch):
    from providers.onboarding import trial

    monkeypatch.setattr(trial, "_counts", [lambda _provider_id: 2, lambda _provider_id: 1])
    verdict = may(provider("verified", category="approved").id, "take_orders", leaf().slug)
    assert [reason.code for reason in verdict.reasons] == ["DEPOSIT_DUE"]


@pytest.mark.django_db
def test_the_gate_asks_about_the_provider_whatever_scope_is_open():
    studio, rival = provider("verified", category="approved"), cast.rival()
    with scope(rival.id):
        assert may(studio.id, "list").allowed
        assert not may(rival.id, "list").allowed


@pytest.mark.django_db
def test_asking_costs_a_few_statements_however_much_there_is():
    studio = provider("verified", category="approved")
    with scope(studio.id), CaptureQueriesContext(connection) as asked:
        may(studio.id, "take_orders", leaf().slug)
    reads = [query for query in asked.captured_queries if query["sql"].startswith("SELECT")]
    assert len(reads) <= 17  # four of them are asked by rooms above: level, orders taken, debts, jobs under way


@pytest.mark.django_db(transaction=True)
def test_a_pause_of_the_profile_stops_orders_and_nothing_else():
    from datetime import UTC, datetime

    from marketplace.tenancy.actor import CLI
    from providers.profiles.operations.capacity import add_pause

    studio, now = provider("verified", category="approved"), datetime(2026, 9, 30, 2, tzinfo=UTC)
    days = {"from_date": date(2026, 10, 1), "until_date": date(2026, 10, 7)}
    add_pause(provider_id=studio.id, **days, note="国庆", by=CLI, at=now)
    during = datetime(2026, 10, 3, 2, tzinfo=UTC)
    assert may(studio.id, "take_orders", leaf().slug, at=now)
    assert [reason.code for reason in may(studio.id, "take_orders", leaf().slug, at=during).reasons] == ["NO_CAPACITY"]
    for act in ("list", "bid", "payout"):
        assert may(studio.id, act, leaf().slug, at=during)


@pytest.mark.django_db(transaction=True)
def test_a_penalty_that_pauses_stops_business_and_not_the_payout():
    from datetime import timedelta

    from providers.moderation.models import ProviderStanding

    studio, now = provider("verified", category="approved"), timezone.now()
    with scope(studio.id):
        ProviderStanding.objects.create(provider_id=studio.id, paused_until=now + timedelta(days=30), points=8, changed_at=now)
    assert {act: may(studio.id, act).allowed for act in ACTS} == dict.fromkeys(ACTS, False) | {"payout": True}
