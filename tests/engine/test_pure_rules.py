"""Amounts and the matching of refund requests: pure functions against their definitions."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from marketplace.kernel.money import MAX_MINOR, BadAmount, exponent, format_major, largest_remainder, parse_minor
from orders.store.ingest.matching import Candidate, Request, allocate
from tests.engine import reference

# Money.


@given(total=st.integers(0, 10**12), weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any))
@example(total=2900, weights=[1, 1, 1])
def test_largest_remainder_is_exact_fair_and_monotone(total: int, weights: list[int]) -> None:
    shares = largest_remainder(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert 0 <= share - total * weight // sum(weights) <= 1
    parts = [total * weight % sum(weights) for weight in weights]
    rounded_up = [p for p, s, w in zip(parts, shares, weights, strict=True) if s > total * w // sum(weights)]
    others = [p for p, s, w in zip(parts, shares, weights, strict=True) if s == total * w // sum(weights)]
    assert not rounded_up or not others or min(rounded_up) >= max(others)


def test_largest_remainder_gives_the_first_what_cannot_be_shared() -> None:
    assert largest_remainder(2900, [1000, 1000, 1000]) == [967, 967, 966]
    assert largest_remainder(500, [7900, 11900]) == [199, 301]


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2]])
def test_largest_remainder_needs_a_weight(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="positive"):
        largest_remainder(10, weights)


@given(amount=st.integers(-MAX_MINOR, MAX_MINOR), currency=st.sampled_from(["GBP", "JPY", "KWD"]))
def test_an_amount_survives_its_text(amount: int, currency: str) -> None:
    assert parse_minor(format_major(amount, currency), currency) == amount


@given(text=st.text(max_size=30), currency=st.sampled_from(["GBP", "JPY", "KWD"]))
@example(text="1e400", currency="GBP")
@example(text="NaN", currency="GBP")
@example(text="１２", currency="GBP")
@example(text="1_000", currency="GBP")
@example(text="--1", currency="GBP")
@example(text=".", currency="GBP")
@example(text="0.001", currency="GBP")
@example(text="²", currency="GBP")
def test_text_is_an_exact_amount_or_refused(text: str, currency: str) -> None:
    try:
        amount = parse_minor(text, currency)
    except BadAmount:
        return
    assert text.strip().isascii()
    assert Decimal(text.strip()) * 10 ** exponent(currency) == amount


# Matching refund requests to purchases.

MOMENTS = st.integers(0, 20).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
AMOUNTS = st.lists(st.tuples(st.integers(1, 9), MOMENTS), max_size=8).map(lambda found: sorted(found, key=lambda one: one[1]))


@given(wanted=AMOUNTS, bought=AMOUNTS)
def test_refund_requests_take_what_the_model_says(wanted: list[tuple[int, datetime]], bought: list[tuple[int, datetime]]) -> None:
    requests = [Request(n, quantity, moment) for n, (quantity, moment) in enumerate(wanted)]
    lines = [Candidate(n, quantity, moment) for n, (quantity, moment) in enumerate(bought)]
    allocate(requests, lines)
    assert [request.taken for request in requests] == reference.allocate(wanted, bought)
    for request in requests:
        units = sum(part for _line, part in request.taken)
        expected = "unmatched" if not units else "partial" if units < request.quantity else "single"
        assert request.state == expected or (expected == "single" and request.state == "spread" and len(request.taken) > 1)
    taken = Counter({line.id: 0 for line in lines})
    for request in requests:
        taken.update(dict(request.taken))
    assert [line.left + taken[line.id] for line in lines] == [quantity for quantity, _moment in bought]
