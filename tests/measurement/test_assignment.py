"""Which arm a buyer is in: the published vectors, one open experiment at a time, and nothing but the seed decides."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from hypothesis import example, given
from hypothesis import strategies as st

from aftersales.measurement.models import Experiment
from aftersales.measurement.operations import current_experiment
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast

AT = datetime(2026, 11, 1, tzinfo=UTC)
SHARE = 200_000


def fnv1a32(text: str) -> int:
    found = 2166136261
    for byte in text.encode():
        found = (found ^ byte) * 16777619 % 2**32
    return found


def bucket(seed: str, name: str) -> int:
    """The definition, written a second time."""
    plain = "".join(part if part.isascii() else part.encode().hex() for part in (seed, name))
    return fnv1a32(str(fnv1a32(plain))) % 10_000


def stored_bucket(seed: str, name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT experiment_bucket(%s, %s)", [seed, name])
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seed", "name", "n"), [("seed", "a", 505), ("seed", "b", 2696), ("foo", "ab", 2575), ("foo", "def", 2019)]
)
def test_the_published_vectors(seed: str, name: str, n: int) -> None:
    assert stored_bucket(seed, name) == bucket(seed, name) == n


@pytest.mark.django_db
@given(name=st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=30))
@example(name="")
@example(name="买家一号")
@example(name="back\\slash \\x41")
@example(name="’")
def test_any_customer_number_has_the_bucket_of_the_definition(name: str) -> None:
    assert stored_bucket("acme:presale_balance:1", name) == bucket("acme:presale_balance:1", name)


@pytest.mark.django_db
def test_a_seed_from_a_table_gives_the_same_bucket_as_a_seed_from_the_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT experiment_bucket(s, 'C' || n), experiment_bucket('商:x:1', 'C' || n)"
            " FROM (VALUES ('商:x:1')) v(s), generate_series(1, 50) n"
        )
        assert all(one == two for one, two in cursor.fetchall())


@pytest.mark.django_db
def test_a_fifth_of_the_buyers_is_held_out() -> None:
    """Within the 0.1 % tolerance of a binomial draw: 100,000 buyers, share 0.2, standard deviation 126."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE experiment_bucket('m:p:1', 'C' || n) * 100 < 200000) FROM generate_series(1, 100000) n"
        )
        assert abs(cursor.fetchone()[0] - 20_000) < 417


@pytest.mark.django_db(transaction=True)
def test_an_experiment_stays_until_the_share_changes() -> None:
    merchant = cast.acme()

    def now(share: int, after: int = 0) -> Experiment:
        return current_experiment(
            merchant_id=merchant.id, program="presale_balance", holdout_ppm=share, by=CLI, at=AT + timedelta(days=after)
        )

    first = now(SHARE)
    assert (first.version, first.seed) == (1, "acme:presale_balance:1")
    assert now(SHARE, after=3).pk == first.pk
    second = now(100_000, after=5)
    assert (second.version, second.seed, second.started_at) == (2, "acme:presale_balance:2", AT + timedelta(days=5))
    with scope(merchant.id):
        first.refresh_from_db()
    assert first.ended_at == second.started_at


@pytest.mark.django_db(transaction=True)
def test_two_runs_that_meet_a_new_share_open_one_experiment() -> None:
    merchant = cast.acme()

    def opened(_turn: int) -> int:
        try:
            return current_experiment(merchant_id=merchant.id, program="presale_balance", holdout_ppm=SHARE, by=CLI, at=AT).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(opened, range(12)))) == 1


@pytest.mark.parametrize("share", [-1, 1_000_001])
def test_a_share_that_is_none_is_refused(share: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        current_experiment(merchant_id=1, program="presale_balance", holdout_ppm=share, by=CLI, at=AT)
