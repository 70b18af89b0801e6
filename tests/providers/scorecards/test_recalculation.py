"""The score in SQL against an independent reference, and what a number is made of."""

from datetime import timedelta

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings

from marketplace.accounts.operations import create_organization
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from providers.scorecards.formula import LEVELS, PARTS
from providers.scorecards.models import PublicScore, Scorecard
from providers.scorecards.operations import publish_card, publish_scores, recalculate
from providers.scorecards.operations.recalculating import NotAMonth
from providers.scorecards.parts import part_rows
from providers.scorecards.queries import card_of, events_behind, newest_card
from providers.scorecards.words import contribution
from tests import cast
from tests.database import flush
from tests.providers.scorecards.conftest import live
from tests.providers.scorecards.histories import HI, MONTH, Happened, histories, reference

pytestmark = pytest.mark.django_db(transaction=True)
RANDOM = settings(max_examples=40, suppress_health_check=list(HealthCheck))


def calculated(provider_id: int) -> Scorecard:
    recalculate(month=MONTH, by=CLI, at=HI)
    with scope(provider_id):
        return Scorecard.objects.get(provider_id=provider_id, month=MONTH)


@RANDOM
@given(histories, histories)
def test_the_score_is_that_of_the_reference(mine: list[Happened], theirs: list[Happened]) -> None:
    """Two providers at once: one statement calculates both, and neither counts the other's events."""
    flush()
    studio, rival = cast.studio(), cast.rival()
    live(studio.id, mine, HI)
    live(rival.id, theirs, HI)
    cards = calculated(studio.id), calculated(rival.id)
    for card, history in zip(cards, (mine, theirs), strict=True):
        expected = reference(history)
        assert {name: getattr(card, name) for name in expected} == expected


@RANDOM
@given(histories)
def test_a_number_opens_to_events_that_add_up_to_it(history: list[Happened]) -> None:
    flush()
    studio = cast.studio()
    live(studio.id, history, HI)
    card = calculated(studio.id)
    # What happens afterwards, also inside the window, is no part of the card.
    live(studio.id, [Happened(h.kind, HI - timedelta(days=2), h.value, h.party, False) for h in history], HI, "later")
    with scope(studio.id):
        for row in part_rows(card):
            events = list(events_behind(card, row.part.code))
            added = sum(contribution(event, row.part.code) for event in events)
            jobs = [event for event in events if event.kind != "ruled"]
            assert (len(jobs), max(added, 0)) == (row.n, row.good), row.part.code


def test_calculating_twice_changes_nothing(studio: cast.Provider) -> None:
    assert recalculate(month=MONTH, by=CLI, at=HI) == 1
    before = fingerprint()
    assert publish_scores(by=CLI, at=HI) == 1
    published = fingerprint()
    live(studio.id, [Happened("delivered", HI - timedelta(days=1), 9, None, False)], HI)
    assert recalculate(month=MONTH, by=CLI, at=HI) == 0
    assert publish_scores(by=CLI, at=HI) == 0
    assert fingerprint() == published != before


def fingerprint() -> list[tuple[object, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT c::text FROM scorecards_scorecard c UNION ALL SELECT p::text FROM scorecards_publicscore p ORDER BY 1"
        )
        return cursor.fetchall()


def test_every_provider_gets_a_card_in_one_statement(studio: cast.Provider, django_assert_num_queries: object) -> None:
    for number in range(30):
        create_organization(kind="provider", slug=f"p{number}", name=f"p{number}", by=CLI)
    cast.acme()
    with connections["system"].execute_wrapper(counting := Counting()):
        assert recalculate(month=MONTH, by=CLI, at=HI) == 31, "merchants have no score"
    assert counting.statements == 1


class Counting:
    """Counts the statements that do something."""

    statements = 0

    def __call__(self, execute: object, sql: object, params: object, many: bool, context: object) -> object:
        self.statements += 1
        return execute(sql, params, many, context)  # type: ignore[operator]


@pytest.mark.parametrize("month", [MONTH.replace(day=2), MONTH.replace(month=7)])
def test_a_month_is_named_by_its_first_day_and_has_begun(studio: cast.Provider, month: object) -> None:
    with pytest.raises(NotAMonth):
        recalculate(month=month, by=CLI, at=HI)  # type: ignore[arg-type]


def test_a_calculation_that_fails_leaves_nothing(studio: cast.Provider) -> None:
    with transaction.atomic(using="system"), pytest.raises(RuntimeError):
        recalculate(month=MONTH, by=CLI, at=HI)  # durable: never inside another transaction
    with scope(studio.id):
        assert not Scorecard.objects.filter(provider_id=studio.id).exists()


def test_a_strangers_card_is_not_published(studio: cast.Provider) -> None:
    recalculate(month=MONTH, by=CLI, at=HI)
    with scope(studio.id):
        card = Scorecard.objects.get(provider_id=studio.id)
    with pytest.raises(NotFound):
        publish_card(provider_id=cast.rival().id, card_id=card.pk, by=CLI, at=HI)


def test_a_card_is_shown_only_once_it_took_effect(studio: cast.Provider) -> None:
    recalculate(month=MONTH, by=CLI, at=HI)
    with scope(studio.id):
        assert newest_card(studio.id) is None
        with pytest.raises(NotFound):
            card_of(provider_id=studio.id, month=MONTH)


def test_without_events_there_is_no_public_score(studio: cast.Provider) -> None:
    recalculate(month=MONTH, by=CLI, at=HI)
    publish_scores(by=CLI, at=HI)
    row = PublicScore.objects.get(provider_id=studio.id)
    assert (row.level, row.score, row.n, row.renewal_rate) == (1, None, 0, None)


@pytest.mark.parametrize(("due", "rate"), [(9, None), (10, 7000)])
def test_the_renewal_rate_needs_ten(studio: cast.Provider, due: int, rate: int | None) -> None:
    live(studio.id, [Happened("renewed", HI - timedelta(days=9), int(n < 7), None, False) for n in range(due)], HI)
    recalculate(month=MONTH, by=CLI, at=HI)
    publish_scores(by=CLI, at=HI)
    row = PublicScore.objects.get(provider_id=studio.id)
    assert (row.renewal_rate, row.renewal_n) == (rate, due)


def test_the_published_numbers_hang_together() -> None:
    assert sum(part.weight for part in PARTS.values()) == 100
    ladder = [(level.score, level.jobs, level.merchants) for level in LEVELS.values()]
    assert ladder == sorted(ladder) and len(ladder) == 4
