"""Words of the index: the same when written and when searched, and never in contradiction to LIKE."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.discovery.text import LONGEST, needle, normalise, padded, tokens, wanted

ALPHABET = st.sampled_from(list("代运营客服外包家具a bc1２Ａé-_%\\、。'\"\u200f\x00\ud800ßｱカ한국"))
TEXTS = st.text(ALPHABET, max_size=40) | st.text(max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("抖音代运营（TikTok Shop）", "抖音代运营 tiktok shop"),
        ("６１８大促  ＡＰＩ", "618 大促 api"),
        ("家具、家居", "家具 家居"),
        ("Café\u200f \x00naïve", "cafe naive"),
        ("snake_case 50%", "snake case 50"),
        ("women's", "women s"),
        ("STRASSE straße", "strasse strasse"),
        ("\ud800家\udfff具", "家具"),
        ("", ""),
    ],
)
def test_text_is_folded_to_what_people_mean_by_it(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_chinese_is_indexed_by_characters_and_pairs_and_latin_by_words() -> None:
    assert tokens(normalise("代运营 Shop")) == ["代", "代运", "运", "运营", "营", "shop"]


@pytest.mark.parametrize(("phrase", "proved"), [("客服", True), ("shop", True), ("客", True), ("代运营", False), ("a b", False)])
def test_one_token_needs_no_second_look_and_several_do(phrase: str, proved: bool) -> None:
    assert wanted(phrase)[1] is proved


def test_a_word_longer_than_the_index_keeps_is_compared_in_full() -> None:
    assert wanted("x" * (LONGEST + 1)) == (["x" * LONGEST], False)


@given(TEXTS)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(TEXTS)
def test_nothing_is_left_that_a_database_or_a_query_language_would_trip_over(text: str) -> None:
    kept = normalise(text)
    kept.encode()
    assert not set(kept) & set("\x00%_\\'\"&|!():*<>")
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in kept)


@given(TEXTS, TEXTS, TEXTS)
def test_a_text_that_contains_a_phrase_has_all_its_tokens(before: str, phrase: str, after: str) -> None:
    sought = normalise(phrase)
    text = normalise(f"{before} {sought} {after}")
    if sought:
        assert needle(sought) in f" {text} "
        assert set(wanted(sought)[0]) <= set(tokens(text))


@given(TEXTS, TEXTS)
def test_one_token_found_means_the_phrase_is_there(text: str, phrase: str) -> None:
    sought = normalise(phrase)
    found, proves = wanted(sought)
    if sought and proves:
        assert (found[0] in tokens(normalise(text))) == (needle(sought) in padded(text))
