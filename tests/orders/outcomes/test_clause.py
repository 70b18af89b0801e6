"""What an outcome clause may say."""

from dataclasses import replace
from typing import Any

import pytest

from orders.outcomes.clause import BadClause, OutcomeClause, from_json, problems, to_json

GOOD = OutcomeClause(metric="presale_balance", cap_minor=500_000, milestone=2)


def test_a_clause_is_read_as_it_was_written() -> None:
    clause = replace(GOOD, basis="successes", per_success_minor=500, shop_id=3)
    assert from_json(to_json(clause)) == clause
    assert from_json({"metric": "presale_balance", "cap_minor": 500_000, "milestone": 2}) == GOOD


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"cap_minor": 1}, "metric"),
        ({"metric": "presale_balance", "milestone": 1}, "cap_minor"),
        ({"metric": "presale_balance", "cap_minor": 1, "bonus": 3}, "bonus"),
        ({"metric": "presale_balance", "cap_minor": "1"}, "cap_minor"),
        ({"metric": "presale_balance", "cap_minor": 1, "rate": 0.1}, "rate"),
        ({"metric": "presale_balance", "cap_minor": 1, "milestone": True}, "milestone"),
        ({"metric": "presale_balance", "cap_minor": 1, "shop_id": "x"}, "shop_id"),
        ({"metric": 7, "cap_minor": 1}, "metric"),
    ],
)
def test_other_shapes_are_refused_by_field(data: dict[str, Any], where: str) -> None:
    with pytest.raises(BadClause) as refused:
        from_json(data)
    assert refused.value.where == where


def test_a_good_clause_has_no_problems() -> None:
    assert list(problems(GOOD, least_settle_days=30)) == []
    assert list(problems(replace(GOOD, basis="successes", per_success_minor=1), least_settle_days=30)) == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"cap_minor": -1}, "cap_minor"),
        ({"window_days": 6}, "window_days"),
        ({"window_days": 181}, "window_days"),
        ({"settle_days": 29}, "settle_days"),
        ({"settle_days": 91}, "settle_days"),
        ({"min_sample": 49}, "min_sample"),
        ({"holdout_ppm": 49_900}, "holdout_ppm"),
        ({"holdout_ppm": 500_100}, "holdout_ppm"),
        ({"holdout_ppm": 200_050}, "holdout_ppm"),
        ({"rate": 0}, "rate"),
        ({"rate": 10_001}, "rate"),
        ({"basis": "revenue"}, "basis"),
        ({"basis": "successes"}, "per_success_minor"),
        ({"per_success_minor": 5}, "per_success_minor"),
    ],
)
def test_what_is_out_of_range_is_named(change: dict[str, Any], where: str) -> None:
    assert [field for _message, field in problems(replace(GOOD, **change), least_settle_days=30)] == [where]
