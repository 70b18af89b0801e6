"""What ends by itself: told 30 days ahead, closed on the day after."""

from datetime import date, timedelta

import pytest

from marketplace.outbox.models import Message
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from providers.onboarding.gate import may
from providers.onboarding.operations.expiring import check_dates
from providers.onboarding.queries import providers_with_dates
from tests.providers.onboarding import steps
from tests.providers.onboarding.steps import NOW

pytestmark = pytest.mark.django_db(transaction=True)
END = date(2030, 1, 31)


def at(day: date):
    return NOW.replace(year=day.year, month=day.month, day=day.day)


def check(provider, day: date) -> int:
    return check_dates(provider_id=provider.id, by=BEAT, at=at(day))


def told(provider) -> list[str]:
    with scope(provider.id):
        found = Message.objects.filter(channel="in_app", kind__startswith="providers.onboarding").order_by("id")
        return [kind.rsplit(".", 1)[1] for kind in found.values_list("kind", flat=True)]


@pytest.mark.parametrize(("days", "kinds"), [(31, []), (30, ["expiring"]), (0, ["expiring"]), (-1, ["expired"])])
def test_people_are_told_a_month_ahead_and_when_it_is_over(studio, days, kinds):
    steps.verified(studio)
    day = END - timedelta(days=days)
    due = providers_with_dates(day)
    assert (studio.id in due) is bool(kinds)
    check(studio, day)
    assert told(studio) == kinds
    assert check(studio, day) == 0, "doing it twice changes nothing"
    assert told(studio) == kinds
    assert may(studio.id, "payout", at=at(day)).allowed is (days >= 0)


def test_a_category_ends_with_the_first_of_its_papers(studio):
    steps.fill_in(studio)
    row = steps.choose(studio, steps.leaf(), expires_on=date(2027, 6, 30))
    steps.submit(studio)
    steps.rule(studio)
    steps.rule(studio, "qualification")
    assert steps.qualification(studio, row.pk).approved_until == date(2027, 6, 30)
    check(studio, date(2027, 7, 1))
    assert steps.qualification(studio, row.pk).state == "expired"
    assert not may(studio.id, "list", row.category, at=at(date(2027, 7, 1)))
    assert may(studio.id, "payout", at=at(date(2027, 7, 1)))


def test_a_licence_that_ends_while_it_is_renewed_waits_as_a_new_one(studio):
    steps.verified(studio)
    steps.applying.save_facts(
        provider_id=studio.id, step="company", values={"licence_until": date(2035, 1, 1)}, by=steps.owner(studio), at=NOW
    )
    steps.submit(studio)
    check(studio, END + timedelta(days=1))
    assert steps.application(studio).state == "submitted"
    steps.rule(studio, at=at(END + timedelta(days=2)))
    assert steps.application(studio).verified_until == date(2035, 1, 1)
