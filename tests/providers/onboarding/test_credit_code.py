"""The unified social credit code and its check digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.onboarding.credit_code import ALPHABET, check_digit, is_valid, normalized

#: The example of the standard, and codes that stand on the home pages of well-known companies.
REAL = ["91350100M000100Y43", "91110000802100433B", "91440300708461136T", "91330100799655058B", "914403001922038216"]
PARTS = st.tuples(
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)
codes = PARTS.map("".join).map(lambda first: first + check_digit(first))


@pytest.mark.parametrize("code", REAL)
def test_codes_of_real_companies_are_valid(code):
    assert is_valid(code)


@given(codes)
def test_a_code_with_its_check_digit_is_valid(code):
    assert is_valid(code)


@given(codes, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_any_single_wrong_place_is_noticed(code, place, letter):
    wrong = code[:place] + letter + code[place + 1 :]
    assert is_valid(wrong) is (wrong == code)


@given(codes, st.integers(8, 16))
def test_two_neighbours_that_changed_places_are_noticed(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_valid(swapped) is (swapped == code)


@given(codes)
def test_the_check_sum_is_what_the_standard_says(code):
    """Written out: the weighted sum of all eighteen places, the last with weight 1, is a multiple of 31."""
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    total = sum(ALPHABET.index(letter) * weight for letter, weight in zip(code, weights, strict=False))
    assert (total + ALPHABET.index(code[17])) % 31 == 0


@given(st.text(max_size=30))
def test_any_text_is_judged_without_an_error(text):
    assert is_valid(normalized(text)) in (True, False)


def test_what_people_type_is_put_right():
    assert normalized(" ９１３５０１００-m000100y43 ") == "91350100M000100Y43"


@pytest.mark.parametrize("code", ["", "9135", "91350100I000100Y43", "A1B50100M000100Y43", "91350100M000100Y430"])
def test_other_forms_are_not_codes(code):
    assert not is_valid(code)
