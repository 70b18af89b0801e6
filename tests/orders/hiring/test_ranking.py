"""Who fits: plain facts, plain arithmetic."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from orders.hiring.matching.rank import WEIGHTS, Candidate, few, rank
from orders.hiring.needs import Need

DAY = date(2026, 3, 6)
NEED = Need("Shop", "store-operation", budget_max=900_000, platforms=("jd", "tmall"), industries=("furniture",))
SOLID = Candidate(
    1, "solid", "", "Solid", platforms=frozenset({"jd", "tmall"}), industries=frozenset({"furniture"}), from_cny=800_000,
    score=9_000, jobs=20, verified_cases=3,
)  # fmt: skip
codes = st.frozensets(st.sampled_from(("jd", "tmall", "douyin", "furniture", "fashion")))
candidate = st.builds(
    Candidate, provider_id=st.integers(1, 10**6), slug=st.just("s"), name_zh=st.just("名"), name_en=st.just("N"), platforms=codes,
    industries=codes, from_cny=st.none() | st.integers(0, 10**9), score=st.none() | st.integers(0, 10_000),
    renewal_rate=st.none() | st.integers(0, 10_000), verified_cases=st.integers(0, 9), is_newcomer=st.booleans(),
    is_braked=st.booleans(), is_paused=st.booleans(), free_from=st.none() | st.dates(),
)  # fmt: skip
many = st.lists(candidate, max_size=25, unique_by=lambda each: each.provider_id)


def order(*candidates: Candidate, need: Need = NEED) -> list[int]:
    return [match.candidate.provider_id for match in rank(need, candidates, key=1, on=DAY)]


def test_weights_are_per_cent() -> None:
    assert sum(WEIGHTS.values()) == 100


def test_the_one_who_fits_comes_before_the_one_who_does_not() -> None:
    other = replace(SOLID, provider_id=2, industries=frozenset())
    assert order(other, SOLID) == [1, 2]


def test_a_price_above_the_budget_costs_places_and_twice_the_budget_costs_all_of_them() -> None:
    dear, far = replace(SOLID, provider_id=2, from_cny=1_000_000), replace(SOLID, provider_id=3, from_cny=1_800_000)
    assert order(far, dear, SOLID) == [1, 2, 3]
    (match,) = rank(NEED, [far], key=1, on=DAY)
    assert next(reason.points for reason in match.reasons if reason.code == "price") == 0


def test_what_a_need_does_not_ask_for_counts_for_nobody() -> None:
    (match,) = rank(Need("Shop", "store-operation"), [SOLID], key=1, on=DAY)
    assert {reason.code for reason in match.reasons} == {"score", "outcomes"}


def test_who_is_braked_paused_or_not_free_in_time_is_left_out() -> None:
    left_out = (
        replace(SOLID, is_braked=True), replace(SOLID, is_paused=True), replace(SOLID, free_from=date(2026, 3, 7)),
    )  # fmt: skip
    assert order(*left_out) == []
    assert order(left_out[2], need=replace(NEED, starts_on=date(2026, 3, 7))) == [1]


def test_of_five_places_one_is_a_newcomers_although_he_ranks_ninth() -> None:
    field = [replace(SOLID, provider_id=n, score=9_900 - 100 * n) for n in range(1, 9)]
    newcomer = replace(SOLID, provider_id=9, score=None, verified_cases=0, is_newcomer=True)
    chosen = few(rank(NEED, [*field, newcomer], key=1, on=DAY), 5)
    assert [match.candidate.provider_id for match in chosen] == [1, 2, 3, 4, 9]
    assert [match.has_newcomers_place for match in chosen] == [False] * 4 + [True]


@given(many)
def test_fits_are_between_nothing_and_everything_and_the_order_is_a_function_of_the_facts(found: list[Candidate]) -> None:
    matches = rank(NEED, found, key=7, on=DAY)
    assert all(0 <= match.fit <= 10_000 for match in matches)
    assert [match.fit for match in matches] == sorted((match.fit for match in matches), reverse=True)
    assert matches == rank(NEED, reversed(found), key=7, on=DAY)


@given(many, st.integers(1, 6))
def test_the_few_are_of_the_ranked_and_a_newcomer_is_among_them_when_there_is_one(found: list[Candidate], places: int) -> None:
    matches = rank(NEED, found, key=7, on=DAY)
    chosen = few(matches, places)
    ids = [match.candidate.provider_id for match in chosen]
    assert len(ids) == len(set(ids)) == min(places, len(matches))
    assert set(ids) <= {match.candidate.provider_id for match in matches}
    if places > 1 and any(match.candidate.is_newcomer for match in matches):
        assert any(match.candidate.is_newcomer for match in chosen)
