"""An alert reaches the merchant's people as a notice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aftersales.guards.models import Alert
from aftersales.guards.notices import prepare
from aftersales.guards.operations import see_alerts, switch_program
from marketplace.outbox.kinds import Drop, Outgoing, Ready
from marketplace.outbox.models import Message
from marketplace.outbox.vetoes import killed
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.guards.doors import AT, limit, spend, verdicts

pytestmark = pytest.mark.django_db(transaction=True)


def steps(merchant: cast.Merchant) -> list[tuple[str, str]]:
    with scope(merchant.id):
        return list(Message.objects.filter(kind="guards.alert.raised").order_by("id").values_list("channel", "step"))


def answers(merchant: cast.Merchant) -> list[Ready | Drop]:
    with scope(merchant.id):
        found = [
            Outgoing(
                m.pk, m.kind, m.channel, m.consent_class, None, m.subject_id, m.step, "", {}, m.effect_key, m.run_at, None, 1
            )
            for m in Message.objects.filter(kind="guards.alert.raised").order_by("id")
        ]
        return list(prepare(merchant.id, found).values())


def test_a_budget_tells_once_that_it_is_near_and_once_that_it_stopped() -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", 10_000)
    for _again in range(2):
        spend(acme, (1, 4_000), (1, 4_000), (1, 4_000))
    assert steps(acme) == [("in_app", "near"), ("in_app", "stopped")]
    near, _stopped = answers(acme)
    assert isinstance(near, Ready) and near.url == "/guards/budgets/"
    assert near.by_language["en"]["level"] == "per day, all programs"
    assert near.by_language["zh"]["level"] == "每天，全部项目合计"
    assert "100.00" in near.by_language["en"]["limit"]


def test_an_open_breaker_leads_to_the_holds() -> None:
    acme = cast.acme()
    for back in range(8, 0, -1):
        verdicts(acme, (1, 100), at=AT - timedelta(days=back))
    verdicts(acme, (1, 400))
    (found,) = answers(acme)
    assert isinstance(found, Ready) and found.url == "/guards/holds/"
    assert found.by_language["en"]["program"] == "Price protection"


def test_what_somebody_has_seen_is_not_told_again() -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", 100)
    spend(acme, (1, 90))
    assert see_alerts(merchant_id=acme.id, by=CLI, at=timezone.now()) == 1
    assert answers(acme) == [Drop("seen_meanwhile")]
    with scope(acme.id):
        assert Alert.objects.get().seen_by == CLI.label


def test_stopping_everything_does_not_silence_the_guards() -> None:
    acme = cast.acme()
    switch_program(merchant_id=acme.id, program="", stop=True, reason="", by=CLI, at=AT)
    with scope(acme.id):
        assert killed(acme.id, {"guards", "presale_balance"}) == {"presale_balance"}
