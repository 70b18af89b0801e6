"""Recall and precision against LIKE: on random markets, the index finds what LIKE finds, and nothing else."""

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.discovery.models import SearchDocument
from providers.discovery.text import RUN
from tests import cast
from tests.providers.discovery.market import find, ids, put

pytestmark = pytest.mark.django_db
# None of these characters is in a category's or a price model's name: what is found was written in the listing.
CHINESE = "天地玄黄宇宙洪荒"
WORDS = st.lists(
    st.text(CHINESE, min_size=1, max_size=6)
    | st.sampled_from(["ab", "abc", "b", "ab1", "ABC", "x" * 70, "x" * 71, "1", "%", "_", "\\"]),
    min_size=1,
    max_size=6,
)
GLUE = st.sampled_from([" ", "", "，", "-", "%", "_", "\\", "'", " & ", " | ", "!", "(", ":*", "\u200f", "\x00", "\n"])


@st.composite
def sentences(draw: Any) -> str:
    return "".join(word + draw(GLUE) for word in draw(WORDS))


@st.composite
def markets(draw: Any) -> tuple[list[str], list[str]]:
    """Texts, and things to look for: pieces of the texts, and pieces of nothing."""
    texts = draw(st.lists(sentences(), min_size=2, max_size=8))
    start, length = st.integers(0, 40), st.integers(1, 12)
    pieces = [text[(a := draw(start) % len(text)) : a + draw(length)] for text in texts]
    return texts, [*pieces, f"{pieces[0]} {pieces[1]}", draw(sentences())]


# LIKE on what was written, with its own idea of words: blanks around runs of Chinese, nothing for marks of direction, a blank for
# everything else.
LIKE = """
SELECT listing_id FROM (
  SELECT listing_id,
    ' ' || regexp_replace(regexp_replace(plain, '([一-鿿]+)', ' \\1 ', 'g'), '[^a-z0-9一-鿿\\n]+', ' ', 'g') || ' ' AS written
  FROM (SELECT listing_id, lower(replace(title_zh || E'\\n' || body_html_zh, U&'\\200F', '')) AS plain
        FROM listings_publiclisting) l) t
WHERE {conditions}
"""


def like(typed: str) -> list[int]:
    """What LIKE finds for the words of `typed`, each as it stands."""
    plain = typed.replace("\u200f", "").replace("\x00", " ").lower()
    words = list(dict.fromkeys(RUN.findall(plain)))[:8]
    patterns = [f"%{word}%" if word[0] in CHINESE else f"% {word} %" for word in words]
    if not patterns:
        return []
    conditions = " AND ".join(["replace(replace(written, E'\\n', ' '), '  ', ' ') LIKE %s"] * len(patterns))
    with connection.cursor() as cursor:
        cursor.execute(LIKE.replace("{conditions}", conditions), patterns)
        return sorted(row[0] for row in cursor.fetchall())


@pytest.fixture
def studio() -> cast.Provider:
    return cast.studio()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(markets())
def test_recall_and_precision_are_one(studio: cast.Provider, market: tuple[list[str], list[str]]) -> None:
    texts, sought = market
    with transaction.atomic():
        for text in texts:
            # A database keeps no NUL: the rooms below refuse it.
            put(studio, text[:30].replace("\x00", " "), body=text.replace("\x00", " "))
        # What is sought is what the query says: it is cut where it is too long, within a word if need be.
        for typed in filter(None, (find(each).query.q for each in sought)):
            assert sorted(ids(find(typed, exact=True))) == like(typed), typed
        transaction.set_rollback(True)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(markets())
def test_other_words_only_add_to_what_is_found(studio: cast.Provider, market: tuple[list[str], list[str]]) -> None:
    texts, sought = market
    with transaction.atomic():
        for text in texts:
            put(studio, text[:30].replace("\x00", " "), body=text.replace("\x00", " "))
        for typed in sought:
            assert set(ids(find(typed, exact=True))) <= set(ids(find(typed))), typed
        transaction.set_rollback(True)


def test_without_the_second_look_a_phrase_would_be_found_where_its_pairs_lie_apart(studio: cast.Provider) -> None:
    """The control: the index alone is not enough, and the property above would notice."""
    apart, whole = put(studio, "天地黄。地玄黄"), put(studio, "天地玄黄")
    tokens = SearchDocument.objects.extra(where=["tokens @@ %s::tsquery"], params=["'天地' & '地玄' & '玄黄'"])
    assert set(tokens.values_list("listing_id", flat=True)) == {apart, whole}
    assert ids(find("天地玄黄", exact=True)) == [whole]
