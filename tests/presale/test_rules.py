"""The policy's values, the amounts of a presale, and the schedule of touches to the minute (PROGRAMS §1)."""

from datetime import datetime
from fractions import Fraction
from typing import Any

import pytest

from aftersales.programs.checks import BadPolicy
from aftersales.programs.presale_balance.amounts import coupon_on_balance, forfeit, presale_price, share_of
from aftersales.programs.presale_balance.rules import DEFAULTS, holdout_ppm, schedule, validated
from tests.presale.shop import WINDOW, at, local

EVERYWHERE = frozenset({"email", "sms", "in_app"})


def planned(
    window: tuple[str, str] = WINDOW, reachable: frozenset[str] = EVERYWHERE, **changes: Any
) -> dict[str, tuple[Any, ...]]:
    """Per step: (due in local time, channel, shift), or the reason it is left out."""
    found = schedule(
        validated({**DEFAULTS, **changes}),
        opens_at=at(window[0]),
        closes_at=at(window[1]),
        tz="Asia/Shanghai",
        reachable=reachable,
    )
    return {each.step.code: (local(each.due_at), each.channel, each.shift) if each.due_at else (each.reason,) for each in found}


# Amounts.


def test_deposit_and_balance_make_the_reduced_price() -> None:
    found = presale_price(100_000, reduction=20_000, deposit=10_000)
    assert (found.balance, found.total) == (70_000, 80_000)


def test_a_deposit_may_count_for_more_than_it_is() -> None:
    found = presale_price(100_000, deposit=5_000, deposit_counts_as=10_000)
    assert (found.balance, found.total) == (90_000, 95_000)


def test_a_percentage_is_rounded_once() -> None:
    deposit = share_of(19_999, 25)
    assert deposit == 5_000
    assert presale_price(19_999, deposit=deposit).balance == 14_999
    assert share_of(19_998, Fraction(25)) == 5_000  # 4999.5
    assert share_of(10_001, 25) == 2_500


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        presale_price(10_000, deposit=6_000, reduction=5_000)


@pytest.mark.parametrize(
    ("balance", "price", "taken_off"),
    [(4_000, 100_000, 0), (5_000, 100_000, 0), (5_001, 100_000, 5_000), (70_000, 59_999, 0), (70_000, 60_000, 5_000)],
)
def test_a_coupon_needs_its_threshold_and_a_larger_balance(balance: int, price: int, taken_off: int) -> None:
    assert coupon_on_balance(price=price, balance=balance, threshold=60_000, face_value=5_000) == taken_off


@pytest.mark.parametrize(("deposit", "kept", "refundable"), [(10_000, 10_000, 0), (20_000, 20_000, 0), (30_000, 20_000, 10_000)])
def test_the_shop_keeps_a_fifth_of_the_price_at_most(deposit: int, kept: int, refundable: int) -> None:
    found = forfeit(deposit=deposit, price=100_000, cap_percent=20)
    assert (found.kept, found.refundable) == (kept, refundable)


# The schedule.


def test_the_quiet_hours_example_by_email() -> None:
    channels = {f"t{n}_channels": ["email"] for n in (1, 2, 3)}
    assert planned(**channels) == {
        "t1": ("11-11 01:10", "email", ""), "t2": ("11-11 10:12", "email", ""), "t3": ("11-11 22:00", "email", ""),
    }  # fmt: skip


def test_the_quiet_hours_example_by_sms() -> None:
    """Window 01:00–24:00: T1 waits for 09:00, T2 is at 10:12, T3 of 22:00 is pulled forward to 21:59."""
    channels = {f"t{n}_channels": ["sms"] for n in (1, 2, 3)}
    assert planned(**channels) == {
        "t1": ("11-11 09:00", "sms", "deferred"), "t2": ("11-11 10:12", "sms", ""), "t3": ("11-11 21:59", "sms", "forward"),
    }  # fmt: skip


def test_the_default_policy_on_the_example() -> None:
    assert planned() == {
        "t1": ("11-11 01:10", "email", ""), "t2": ("11-11 10:12", "email", ""), "t3": ("11-11 21:59", "sms", "forward"),
    }  # fmt: skip


def test_who_has_no_phone_is_reached_on_another_channel() -> None:
    assert planned(reachable=frozenset({"email", "in_app"}))["t3"] == ("11-11 22:00", "email", "")
    assert planned(reachable=frozenset(), t2_channels=["sms"])["t2"] == ("no_address",)


def test_a_moved_window_moves_every_step() -> None:
    moved = planned(("2026-11-13T01:00", "2026-11-14T00:00"))
    assert [due[0] for due in moved.values()] == ["11-13 01:10", "11-13 10:12", "11-13 21:59"]


def test_forward_never_before_the_opening() -> None:
    """Opens at 23:00, closes at 10:00: T3 of 08:00 cannot be at 21:59 of the day before, so it waits for 09:00."""
    assert planned(("2026-11-11T23:00", "2026-11-12T10:00"), t3_channels=["sms"])["t3"] == ("11-12 09:00", "sms", "deferred")


def test_quiet_hours_up_to_the_end_leave_no_time() -> None:
    assert planned(("2026-11-11T23:00", "2026-11-12T06:00"), t2_channels=["sms"])["t2"] == ("quiet_hours",)
    assert planned(("2026-11-11T23:00", "2026-11-12T06:00"), t2_channels=["sms", "email"])["t2"][1] == "email"


def test_a_step_pushed_behind_a_later_one_is_left_out() -> None:
    """T2 of 01:36 waits for 09:00, but T3 of 08:00 has been pulled forward to 21:59."""
    assert planned(("2026-11-11T20:00", "2026-11-12T10:00"), t2_channels=["sms"]) == {
        "t1": ("11-11 20:10", "email", ""), "t2": ("overtaken",), "t3": ("11-11 21:59", "sms", "forward"),
    }  # fmt: skip


def test_a_short_window_gets_the_steps_that_fit() -> None:
    assert planned(("2026-11-11T12:00", "2026-11-11T13:30")) == {
        "t1": ("overtaken",), "t2": ("11-11 12:36", "email", ""), "t3": ("outside_window",),
    }  # fmt: skip


def test_a_step_can_be_switched_off() -> None:
    assert list(planned(t2_percent=None)) == ["t1", "t3"]


# The policy.


@pytest.mark.parametrize(
    "change",
    [
        {"t1_after_minutes": -1}, {"t2_percent": 100}, {"t3_before_minutes": 0}, {"max_touches": 4}, {"quiet_from": "25:00"},
        {"quiet_to": "9"}, {"quiet_channels": ["fax"]}, {"t1_channels": []}, {"t1_channels": ["email", "email"]},
        {"price_drop": "x"}, {"holdout_percent": 91}, {"unknown": 1}, {"max_touches": True}, {"quiet_from": "22:00:30"},
    ],
)  # fmt: skip
def test_values_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadPolicy):
        validated({**DEFAULTS, **change})


def test_every_default_is_valid_and_stays_itself() -> None:
    assert validated({}) == DEFAULTS


def test_the_control_group_is_a_fifth_and_in_large_shops_a_tenth() -> None:
    assert holdout_ppm(DEFAULTS, orders=20_000) == 200_000
    assert holdout_ppm(DEFAULTS, orders=20_001) == 100_000
    assert holdout_ppm({**DEFAULTS, "holdout_percent": 5}, orders=10**6) == 50_000


def test_the_second_share_counts_whole_minutes() -> None:
    found = schedule(
        DEFAULTS, opens_at=datetime.fromisoformat("2026-11-11T12:00:30+00:00"),
        closes_at=datetime.fromisoformat("2026-11-11T17:00:47+00:00"), tz="UTC", reachable=EVERYWHERE,
    )  # fmt: skip
    assert found[1].nominal_at.isoformat() == "2026-11-11T14:00:30+00:00"
