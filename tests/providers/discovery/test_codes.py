"""Facets are counted by codes of four bytes: the database and Python make the same ones, and each stands for one facet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.catalogue.lists import BELTS, INDUSTRIES, LANGUAGES, PLATFORMS
from providers.discovery.knowledge import Knowledge, facet_code, knowledge
from providers.discovery.models import SearchDocument
from providers.discovery.terms import Term
from providers.listings.models import PricingModel
from tests import cast
from tests.providers.discovery.market import fresh, put


@pytest.fixture
def known(db: None) -> Knowledge:
    fresh()
    return knowledge()


def test_the_database_and_python_make_the_same_codes(known: Knowledge) -> None:
    put(cast.studio(), "整店托管", platforms=["jd", "tmall"], industries=["furniture"])
    document = SearchDocument.objects.get()
    facets = [facet for facet in document.facets if not facet.startswith("band:")]
    assert len(facets) > 5
    assert bytes(document.codes) == b"".join(map(facet_code, facets))
    assert dict(known.decoded(document.codes)) == dict.fromkeys(facets, 1)


def test_no_two_facets_have_the_same_code(known: Knowledge) -> None:
    facets = [f"category:{slug}" for slug in known.categories]
    for name, vocabulary in (("platform", PLATFORMS), ("industry", INDUSTRIES), ("belt", BELTS), ("language", LANGUAGES)):
        facets += [f"{name}:{term.code}" for term in vocabulary]
    facets += [f"pricing:{model}" for model in PricingModel.values] + [f"level:{level}" for level in (1, 2, 3, 4)]
    codes = b"".join(map(facet_code, facets))
    assert known.decoded(codes + codes) != known.decoded(codes)
    assert dict(known.decoded(codes)) == dict.fromkeys(facets, 1)


def test_codes_that_nobody_can_name_are_left_out(known: Knowledge) -> None:
    assert known.decoded(facet_code("category:of-another-market")) == []
    assert known.decoded(None) == known.decoded(b"") == []


PHRASES = st.dictionaries(st.text("天地玄", min_size=1, max_size=4), st.sampled_from([0.7, 0.85, 1.0]), min_size=1, max_size=6)


@given(PHRASES, st.text("天地玄", max_size=8))
def test_phrases_that_contain_another_are_not_looked_for(phrases: dict[str, float], text: str) -> None:
    term = Term("天", phrases)
    assert any(each in text for each in term.all_needles) == any(each in text for each in phrases)
    best = max((counts for phrase, counts in phrases.items() if phrase in text), default=0)
    assert next((counts for needle, counts in term.weighted_needles if needle in text), 0) == best
