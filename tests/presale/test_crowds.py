"""More last reminders than their channel sends before the quiet hours: they begin earlier, and nobody is dropped in silence.

A channel of ten messages a minute is planned with nine. Window 11 November 01:00–24:00: the last reminder is due by SMS at 21:59.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from marketplace.outbox.operations import save_channel
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.models import ShopOrder
from tests import cast
from tests.engine import doors
from tests.presale.shop import at, buyers, chinese_shop, order_facts, remind, touches

pytestmark = pytest.mark.django_db(transaction=True)
#: Only the last reminder, so that nothing else is in the way.
LAST = {"t1_after_minutes": None, "t2_percent": None}
SENT = """
WITH sent AS (
  UPDATE outbox_message SET state = 'sent', closed_at = run_at WHERE state = 'ready' AND run_at < %s RETURNING effect_key)
UPDATE presale_balance_touch t SET state = 'included' FROM sent WHERE t.message_key = sent.effect_key RETURNING t.id
"""


def crowd(size: int, *, per_minute: int, orders: int = 1, **facts: Any) -> cast.Merchant:
    """A shop of so many buyers with phone (and e-mail), and an SMS channel of this rate."""
    acme = chinese_shop()
    limit(acme, per_minute)
    arrive(acme, "B", size, orders=orders, **facts)
    return acme


def limit(acme: cast.Merchant, per_minute: int | None) -> None:
    values: dict[str, Any] = {"channel": "sms", "is_active": True, "config": {}, "quiet": None}
    save_channel(merchant_id=acme.id, per_minute=per_minute, by=CLI, at=timezone.now(), **values)


def arrive(acme: cast.Merchant, name: str, size: int, *, orders: int = 1, email: bool = True, **facts: Any) -> None:
    people = buyers(acme, [f"{name}{n:03}" for n in range(size)], email=email, phone=True)
    with scope(acme.id):
        ShopOrder.objects.bulk_create(
            ShopOrder(**order_facts(acme, f"{buyer.external_ref}-{n}", buyer, **facts)) for buyer in people for n in range(orders)
        )


def evening(acme: cast.Merchant, since: str, until: str, **policy: Any) -> dict[str, int]:
    """Runs every five minutes, each done twice; what is due leaves in between. What was suppressed, by reason."""
    moment, suppressed = at(since), Counter[str]()
    while moment <= at(until):
        doors.rows(acme, SENT, moment)
        suppressed.update(remind(acme, moment, **policy)["suppressed"])
        again = remind(acme, moment, **policy)
        assert (again["touches"], again["messages"], again["suppressed"]) == (0, 0, {})
        moment += timedelta(minutes=5)
    return dict(suppressed)


def planned(acme: cast.Merchant) -> dict[tuple[str, str], int]:
    """Messages by channel and local minute."""
    found = doors.rows(acme, "SELECT channel, run_at, count(*) FROM outbox_message GROUP BY 1, 2")
    return {(channel, local_minute(run_at)): count for channel, run_at, count in found}


def local_minute(moment: datetime) -> str:
    return moment.astimezone(at("2026-11-11T00:00").tzinfo).strftime("%H:%M")


def test_every_minute_takes_as_many_as_the_channel_sends() -> None:
    acme = crowd(40, per_minute=10)
    assert evening(acme, "2026-11-11T21:30", "2026-11-11T22:05", **LAST) == {}
    assert planned(acme) == {
        ("sms", "21:59"): 9,
        ("sms", "21:58"): 9,
        ("sms", "21:57"): 9,
        ("sms", "21:56"): 9,
        ("sms", "21:55"): 4,
    }
    assert {(shift, str(nominal)[11:16]) for shift, nominal in shifts(acme)} == {("forward", "14:00")}


def shifts(acme: cast.Merchant) -> list[tuple[str, datetime]]:
    return doors.rows(acme, "SELECT DISTINCT shift, nominal_at AT TIME ZONE 'UTC' FROM presale_balance_touch")


def test_those_who_fit_into_the_last_minute_stay_there() -> None:
    acme = crowd(9, per_minute=10)
    evening(acme, "2026-11-11T21:40", "2026-11-11T22:00", **LAST)
    assert planned(acme) == {("sms", "21:59"): 9}


def test_a_buyer_counts_once_whatever_the_number_of_orders() -> None:
    acme = crowd(9, per_minute=10, orders=3)
    evening(acme, "2026-11-11T21:40", "2026-11-11T22:00", **LAST)
    assert planned(acme) == {("sms", "21:59"): 9}
    assert len(touches(acme)) == 27


def test_whom_the_channel_cannot_reach_in_time_the_next_one_does() -> None:
    """The first run is at 21:50: ten of thirty can still leave by SMS, the others get an e-mail at their own time."""
    acme = crowd(30, per_minute=1)
    assert evening(acme, "2026-11-11T21:50", "2026-11-11T22:05", **LAST) == {}
    found = planned(acme)
    assert {minute: count for (channel, minute), count in found.items() if channel == "sms"} == {
        f"21:{n}": 1 for n in range(50, 60)
    }
    assert {key: count for key, count in found.items() if key[0] != "sms"} == {("email", "22:00"): 20}


def test_without_another_channel_they_are_left_out_with_a_reason_of_their_own() -> None:
    acme = crowd(30, per_minute=1)
    assert evening(acme, "2026-11-11T21:50", "2026-11-11T22:05", **LAST, t3_channels=["sms"]) == {"channel_full": 20}
    assert Counter((state, reason) for *_rest, state, reason in touches(acme)) == {
        ("sent", ""): 10,
        ("dropped", "channel_full"): 20,
    }
    assert doors.one(acme, "SELECT count(*) FROM presale_balance_enrolment WHERE next_due_at IS NOT NULL") == 0


def test_never_sooner_than_the_smallest_gap_after_the_reminder_before() -> None:
    """20:00–24:00: the second reminder is due at 21:00, so the last one not before 21:30."""
    acme = crowd(60, per_minute=1, window=("2026-11-11T20:00", "2026-11-12T00:00"))
    policy = {"t1_after_minutes": None, "t2_percent": 25, "t2_channels": ["in_app"]}
    assert evening(acme, "2026-11-11T20:50", "2026-11-11T22:05", **policy) == {}
    sent = Counter((step, channel) for _ref, step, channel, *_rest in touches(acme))
    assert sent == {(2, "in_app"): 60, (3, "sms"): 30, (3, "email"): 30}
    assert min(minute for channel, minute in planned(acme) if channel == "sms") == "21:30"


def test_who_comes_late_finds_the_channel_taken() -> None:
    acme = crowd(10, per_minute=1)
    remind(acme, "2026-11-11T21:50", **LAST)
    arrive(acme, "C", 5)
    remind(acme, "2026-11-11T21:50", **LAST)
    assert Counter(channel for _ref, _step, channel, *_rest in touches(acme)) == {"sms": 10, "email": 5}


def test_a_channel_without_a_limit_takes_them_all_in_its_last_minute() -> None:
    acme = crowd(40, per_minute=10)
    limit(acme, None)
    evening(acme, "2026-11-11T21:45", "2026-11-11T22:00", **LAST)
    assert planned(acme) == {("sms", "21:59"): 40}


def test_reminders_by_day_begin_early_enough_to_end_before_they_are_too_late() -> None:
    """Due at 18:00 with an hour to be late in: of 70 at one a minute ten begin before their time."""
    acme = crowd(70, per_minute=1, window=("2026-11-11T08:00", "2026-11-11T20:00"))
    assert evening(acme, "2026-11-11T17:30", "2026-11-11T18:15", **LAST) == {}
    found = planned(acme)
    assert sum(found.values()) == 70
    assert found == {("sms", "18:00"): 60} | {("sms", f"17:{n}"): 1 for n in range(50, 60)}
