"""Orders on their way through the program, by the command people type."""

from datetime import timedelta

import pytest

from aftersales.operations import execute_run, open_automatic_run
from aftersales.programs.policies import save_policy
from aftersales.programs.registry import program_named
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from orders.store.models import Buyer
from tests import cast
from tests.engine import doors
from tests.presale.shop import at, buyers, change, chinese_shop, enrolment, local, messages, presale, remind, touches

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_quiet_hours_example_through_the_engine() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"], phone=True)
    order = presale(acme, "A1", lin)
    report = remind(acme, "2026-11-10T12:00")
    assert (report["enrolled"], report["holdout"], report["touches"]) == (1, 0, 0)
    assert enrolment(acme, order).state == "scheduled"
    assert local(enrolment(acme, order).next_due_at) == "11-11 01:10"
    for moment in ("2026-11-11T01:10", "2026-11-11T10:12", "2026-11-11T21:59"):
        assert remind(acme, moment)["touches"] == 1
    assert [message[:3] for message in messages(acme)] == [
        ("t1", "email", "11-11 01:10"), ("t2", "email", "11-11 10:12"), ("t3", "sms", "11-11 21:59"),
    ]  # fmt: skip
    assert remind(acme, "2026-11-11T22:30")["touches"] == 0
    assert enrolment(acme, order).next_due_at is None


def test_a_second_run_changes_nothing() -> None:
    acme = chinese_shop()
    for n, buyer in enumerate(buyers(acme, [f"B{n}" for n in range(5)])):
        presale(acme, f"A{n}", buyer)
    remind(acme, "2026-11-11T01:05")
    before = touches(acme), messages(acme)
    again = remind(acme, "2026-11-11T01:05")
    assert (again["enrolled"], again["touches"], again["messages"]) == (0, 0, 0)
    assert (touches(acme), messages(acme)) == before


def test_several_orders_of_one_buyer_share_a_message() -> None:
    acme = chinese_shop()
    lin, wu = buyers(acme, ["lin", "wu"])
    for ref, buyer in (("A1", lin), ("A2", lin), ("A3", lin), ("A4", wu)):
        presale(acme, ref, buyer)
    report = remind(acme, "2026-11-11T01:10")
    assert (report["touches"], report["messages"]) == (4, 2)
    assert sorted(data["orders"] for *_rest, data in messages(acme)) == [1, 3]


def test_a_preview_leaves_nothing_behind() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    presale(acme, "A1", lin)
    report = remind(acme, "2026-11-11T01:10", "--dry-run")
    assert (report["enrolled"], report["touches"]) == (1, 1)
    assert touches(acme) == [] == messages(acme)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"balance_paid_at": at("2026-11-11T02:00"), "status": "paid", "captured_amount": 80_000}, "balance_paid"),
        ({"deposit_refunded_at": at("2026-11-11T02:00")}, "deposit_refunded"),
        ({"status": "cancelled"}, "cancelled"),
        (
            {"balance_paid_at": at("2026-11-11T02:00"), "status": "paid", "captured_amount": 80_000, "refunded_amount": 80_000},
            "refunded",
        ),
    ],
)
def test_what_the_platform_says_ends_the_reminders(facts: dict[str, object], state: str) -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    order = presale(acme, "A1", lin)
    remind(acme, "2026-11-11T01:10")
    change(acme, order, **facts)
    assert remind(acme, "2026-11-11T10:12")["touches"] == 0
    found = enrolment(acme, order)
    assert (found.state, found.next_due_at) == (state, None)
    assert touches(acme)[0][4] == "dropped"


def test_who_opts_out_is_left_alone() -> None:
    acme = chinese_shop()
    lin, wu = buyers(acme, ["lin", "wu"])
    first, _second = presale(acme, "A1", lin), presale(acme, "A2", wu)
    remind(acme, "2026-11-11T01:10")
    with scope(acme.id):
        Buyer.objects.filter(merchant_id=acme.id, pk=lin.pk).update(opted_out_at=at("2026-11-11T02:00"))
    late = presale(acme, "A3", lin)
    assert remind(acme, "2026-11-11T10:12")["touches"] == 1
    assert enrolment(acme, first).state == enrolment(acme, late).state == "opted_out"


def test_a_balance_kept_for_fifteen_days_is_a_success() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    order = presale(acme, "A1", lin)
    remind(acme, "2026-11-11T01:10")
    change(acme, order, balance_paid_at=at("2026-11-11T02:00"), status="paid", captured_amount=80_000)
    remind(acme, "2026-11-26T01:59")
    assert (enrolment(acme, order).state, enrolment(acme, order).is_final) == ("balance_paid", False)
    remind(acme, "2026-11-26T02:00")
    assert (enrolment(acme, order).state, enrolment(acme, order).is_final) == ("settled", True)


def test_a_window_that_ends_unpaid_expires_and_a_late_word_of_payment_counts() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    order = presale(acme, "A1", lin)
    remind(acme, "2026-11-11T01:10")
    remind(acme, "2026-11-12T00:00")
    assert enrolment(acme, order).state == "expired"
    change(acme, order, balance_paid_at=at("2026-11-11T23:00"), status="paid", captured_amount=80_000)
    remind(acme, "2026-11-12T03:00")
    assert enrolment(acme, order).state == "balance_paid"


def test_a_moved_window_keeps_what_was_sent_and_plans_the_rest_again() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    order = presale(acme, "A1", lin)
    remind(acme, "2026-11-10T12:00")
    change(acme, order, balance_opens_at=at("2026-11-13T01:00"), balance_closes_at=at("2026-11-14T00:00"))
    remind(acme, "2026-11-11T01:10")
    found = enrolment(acme, order)
    assert (found.state, found.plan_no, local(found.next_due_at)) == ("rescheduled", 1, "11-13 01:10")
    assert remind(acme, "2026-11-13T01:10")["touches"] == 1
    change(acme, order, balance_opens_at=at("2026-11-15T01:00"), balance_closes_at=at("2026-11-16T00:00"))
    remind(acme, "2026-11-13T01:12")
    # T1 still waited in the outbox: it is dropped, and planned again.
    assert touches(acme) == [("A1", 1, "email", "11-13 01:10", "dropped", "window_moved")]
    assert local(enrolment(acme, order).next_due_at) == "11-15 01:10"


def test_a_window_that_is_announced_later() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    order = presale(acme, "A1", lin, window=None)
    assert remind(acme, "2026-11-05T12:00")["waiting"] == 1
    assert enrolment(acme, order).state == "deposit_paid"
    assert remind(acme, "2026-11-05T12:05")["waiting"] == 0
    change(acme, order, balance_opens_at=at("2026-11-11T01:00"), balance_closes_at=at("2026-11-12T00:00"))
    assert remind(acme, "2026-11-06T12:00")["enrolled"] == 1
    assert (enrolment(acme, order).state, enrolment(acme, order).arm) == ("scheduled", "treatment")


def test_nobody_in_the_control_group_is_reminded_and_everybody_keeps_the_arm() -> None:
    acme = chinese_shop()
    for n, buyer in enumerate(buyers(acme, [f"B{n:03}" for n in range(200)])):
        presale(acme, f"A{n:03}", buyer)
    report = remind(acme, "2026-11-10T12:00", holdout_percent=None)
    assert report["enrolled"] == 200
    assert 20 <= report["holdout"] <= 60
    report = remind(acme, "2026-11-11T01:10", holdout_percent=None)
    assert report["touches"] + enrolled_in(acme, "holdout") == 200


def enrolled_in(merchant: cast.Merchant, arm: str) -> int:
    return doors.one(merchant, "SELECT count(*) FROM presale_balance_enrolment WHERE arm = %s", arm)


def test_reminders_that_are_too_late_are_dropped_with_their_reason() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"])
    presale(acme, "A1", lin)
    remind(acme, "2026-11-11T01:00", plan_ahead_minutes=0)
    report = remind(acme, "2026-11-11T07:00", plan_ahead_minutes=0)
    assert (report["touches"], report["suppressed"]) == (0, {"late": 1})
    assert touches(acme) == [("A1", 1, "email", "11-11 01:10", "dropped", "late")]


def test_an_order_without_a_buyer_cannot_be_reminded() -> None:
    acme = chinese_shop()
    order = presale(acme, "A1", None)
    assert remind(acme, "2026-11-11T01:10")["suppressed"] == {"no_buyer": 1}
    assert enrolment(acme, order).state == "suppressed"


def test_it_runs_by_itself_every_five_minutes_where_there_is_something_to_do() -> None:
    acme = chinese_shop()
    now = at("2026-11-11T01:07")
    with scope(acme.id):
        program = program_named("presale_balance")
        save_policy(merchant_id=acme.id, program=program, settings={"holdout_percent": 0}, automatic=True, by=BEAT, at=now)
    common = {"merchant_id": acme.id, "program": "presale_balance", "by": BEAT}
    assert open_automatic_run(**common, at=now) is None
    (lin,) = buyers(acme, ["lin"])
    presale(acme, "A1", lin)
    opened = open_automatic_run(**common, at=now)
    assert opened is not None
    assert open_automatic_run(**common, at=now + timedelta(minutes=2)) is None
    done = execute_run(merchant_id=acme.id, run_id=opened.pk, by=BEAT, at=now)
    assert done is not None
    assert done.counts["messages"] == 1
    again = open_automatic_run(**common, at=now + timedelta(minutes=4))
    assert again is not None


def test_a_moved_window_wakes_nobody_who_has_opted_out() -> None:
    acme = chinese_shop()
    (lin,) = buyers(acme, ["lin"], opted_out_at=at("2026-11-10T02:00"))
    order = presale(acme, "A1", lin)
    remind(acme, "2026-11-10T12:00")
    change(acme, order, balance_opens_at=at("2026-11-13T01:00"), balance_closes_at=at("2026-11-14T00:00"))
    remind(acme, "2026-11-10T13:00")
    found = enrolment(acme, order)
    assert (found.state, found.next_due_at, local(found.opens_at)) == ("opted_out", None, "11-13 01:00")
    assert touches(acme) == []
