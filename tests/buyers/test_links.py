"""Links that carry who they are for: nothing can be changed in them, and they end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from aftersales.buyers.links import BadLink, Link, Purpose, link_to, read_link
from marketplace.weblog import redacted

AT = datetime(2026, 11, 11, 1, 10, tzinfo=UTC)
LINK = Link(Purpose.PRESALE, 43, 1_000_001, 77, AT + timedelta(days=3))
ids = st.integers(min_value=0, max_value=2**63 - 1)


@given(st.sampled_from(Purpose), ids, ids, ids, st.integers(min_value=1, max_value=10**9))
def test_a_link_says_what_it_was_made_of(purpose: Purpose, merchant: int, subject: int, buyer: int, seconds: int) -> None:
    link = Link(purpose, merchant, subject, buyer, AT + timedelta(seconds=seconds))
    assert read_link(link.token, at=AT) == link
    assert len(link.token) <= 90


def test_an_ordinary_link_is_short_enough_for_a_text_message() -> None:
    address = link_to(merchant_id=43, purpose="presale", subject_id=1_000_001, buyer_id=77, expires_at=LINK.expires_at)
    assert address.endswith(f"/b/{LINK.token}/")
    assert len(LINK.token) <= 42


@given(st.integers(min_value=0, max_value=len(LINK.token) - 1), st.sampled_from("ABCabc019-_"))
def test_no_character_can_be_changed(place: int, letter: str) -> None:
    altered = LINK.token[:place] + letter + LINK.token[place + 1 :]
    if altered != LINK.token:
        with pytest.raises(BadLink):
            read_link(altered, at=AT)


@given(st.text(max_size=140))
def test_anything_else_is_no_link(text: str) -> None:
    with pytest.raises(BadLink):
        read_link(text, at=AT)


@pytest.mark.parametrize(
    "token", ["", "=", LINK.token + "=", LINK.token + "A", LINK.token[:-1], " " + LINK.token, LINK.token * 3]
)
def test_other_spellings_are_refused(token: str) -> None:
    with pytest.raises(BadLink):
        read_link(token, at=AT)


def test_a_link_ends_at_its_time() -> None:
    assert read_link(LINK.token, at=LINK.expires_at - timedelta(seconds=1)) == LINK
    with pytest.raises(BadLink):
        read_link(LINK.token, at=LINK.expires_at)


def test_a_link_signed_with_another_secret_is_foreign() -> None:
    with override_settings(SECRET_KEY="somebody else's"):
        foreign = LINK.token
    with pytest.raises(BadLink):
        read_link(foreign, at=AT)


def test_links_survive_a_change_of_the_secret() -> None:
    sent = LINK.token
    with override_settings(SECRET_KEY="the next one", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert read_link(sent, at=AT) == LINK


def test_every_fact_makes_another_link() -> None:
    others = [
        Link(Purpose.RETENTION, 43, 1_000_001, 77, LINK.expires_at),
        Link(Purpose.PRESALE, 44, 1_000_001, 77, LINK.expires_at),
        Link(Purpose.PRESALE, 43, 1_000_002, 77, LINK.expires_at),
        Link(Purpose.PRESALE, 43, 1_000_001, 78, LINK.expires_at),
        Link(Purpose.PRESALE, 43, 1_000_001, 77, LINK.expires_at + timedelta(seconds=1)),
    ]
    assert len({LINK.digest, *(link.digest for link in others)}) == 6


def test_the_access_log_does_not_keep_links() -> None:
    line = f'"GET /b/{LINK.token}/ HTTP/1.1" 200 "http://127.0.0.1:8000/b/{LINK.token}/"'
    assert redacted(line) == '"GET /b/…/ HTTP/1.1" 200 "http://127.0.0.1:8000/b/…/"'
    assert redacted('"GET /buyers/7/ HTTP/1.1"') == '"GET /buyers/7/ HTTP/1.1"'
