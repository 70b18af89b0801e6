"""Twelve months of jobs per company: what score events say about it. One transaction per company, once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from marketplace.tenancy.scope import scope
from providers.demo.chance import chance
from providers.demo.files import Row
from providers.scorecards.kinds import EventKind
from providers.scorecards.models import ScoreEvent
from providers.scorecards.operations import record_event


@dataclass(frozen=True)
class Manner:
    """How a company works: jobs in a year, and how often (in 100) things go well."""

    jobs: int
    on_time: int
    first_time: int
    stars: tuple[int, ...]
    minutes: int
    upheld: int = 0
    renewed: int = 0


MANNERS = {
    "A": Manner(36, 97, 94, (50, 50, 50, 45, 50), 35, renewed=82),
    "B": Manner(15, 92, 84, (50, 45, 50, 40, 45), 80, renewed=66),
    "C": Manner(7, 84, 74, (45, 40, 50, 35), 190, upheld=1, renewed=50),
    "N": Manner(2, 100, 80, (50, 45), 45),
}
REVIEWED, RENEWABLE = 72, 40  # in 100 jobs


@dataclass(frozen=True)
class Event:
    kind: EventKind
    at: datetime
    value: int


def live_through(
    provider_id: int, row: Row, titles: Sequence[str], parties: Sequence[int], joined: datetime, until: datetime
) -> int:
    """Record the company's year; how many events are new. `parties` are merchants' organizations."""
    with scope(provider_id, durable=True):
        if ScoreEvent.objects.filter(provider_id=provider_id).exists():
            return 0
        return sum(_job(provider_id, row, number, titles, parties, joined, until) for number in range(_jobs(row)))


def _jobs(row: Row) -> int:
    jobs = MANNERS[row["standing"]].jobs
    return max(0, jobs + chance("jobs", row["slug"]).randint(-jobs // 5, jobs // 4))


def _job(
    provider_id: int, row: Row, number: int, titles: Sequence[str], parties: Sequence[int], joined: datetime, until: datetime
) -> int:
    luck = chance("job", row["slug"], number)
    first = max(joined + timedelta(days=8), until - timedelta(days=360))
    span = (until - timedelta(days=5) - first) / timedelta(minutes=1)
    began = first + timedelta(minutes=int(span * luck.random()))
    label, party = luck.choice(list(titles)), luck.choice(list(parties))
    events = [event for event in _events(luck, MANNERS[row["standing"]], number, began) if event.at < until]
    return sum(
        record_event(
            provider_id=provider_id, kind=event.kind, at=event.at, value=event.value, subject=("job", number + 1),
            key=f"demo:{row['slug']}:{number}:{event.kind}", label=label, party_id=party,
        )
        for event in events
    )  # fmt: skip


def _events(luck: Random, manner: Manner, number: int, began: datetime) -> Iterator[Event]:
    asked = began - timedelta(hours=luck.randint(20, 90))
    yield Event(EventKind.ANSWERED, asked, max(3, int(luck.expovariate(1 / manner.minutes))))
    yield Event(EventKind.ORDERED, began, 0)
    late = 0 if luck.randrange(100) < manner.on_time else luck.randint(1, 4)
    delivered = began + timedelta(days=luck.randint(4, 26) + late)
    yield Event(EventKind.DELIVERED, delivered, late)
    accepted = delivered + timedelta(days=luck.randint(1, 5))
    yield Event(EventKind.ACCEPTED, accepted, int(luck.randrange(100) < manner.first_time))
    if luck.randrange(100) < REVIEWED:
        yield Event(EventKind.REVIEWED, accepted + timedelta(days=luck.randint(1, 9)), luck.choice(manner.stars))
    if number < manner.upheld:
        yield Event(EventKind.RULED, accepted + timedelta(days=12), 1)
    if manner.renewed and luck.randrange(100) < RENEWABLE:
        yield Event(EventKind.RENEWED, accepted + timedelta(days=20), int(luck.randrange(100) < manner.renewed))
