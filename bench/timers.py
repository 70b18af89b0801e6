"""Timers over a million open milestones: the sweep's reminders and lateness against plain statements writing the same rows.

What moves money is one transaction per order and measured with escrow's transfers.
"""

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from django.db import connections

from bench.result import Result
from bench.scratch import floor_sql, same, settled
from marketplace.accounts.operations import add_member, create_organization, ensure_user
from marketplace.accounts.roles import Role
from marketplace.tenancy.actor import BEAT, CLI
from marketplace.tenancy.scope import scope
from orders.service.operations.reminding import mark_late, remind

AT = datetime(2026, 11, 11, 4, tzinfo=UTC)
#: Of so many open milestones, so many reminders and so many late ones are due at one sweep.
DUE, ROUNDS, MERCHANTS, PER_ORDER = 10_000, 5, 200, 10
FILL = (
    """INSERT INTO service_serviceorder (merchant_id, provider_id, id, number, title, category, model, currency, total_minor,
         state, merchant_name, provider_name, source_kind, deal_id, signed_version, offered_version, signed_at, started_at)
       SELECT m.ids[1 + n %% array_length(m.ids, 1)], %(provider)s, n, 'C' || n, 'Work ' || n, 'store-operation', 'milestone',
              'CNY', 100000, 'active', 'Merchant', 'Provider', 'proposal', n, 1, 1, %(at)s, %(at)s
       FROM generate_series(1, %(orders)s) n, (SELECT %(merchants)s::bigint[] AS ids) m""",
    """INSERT INTO service_milestone (merchant_id, provider_id, id, order_id, position, name, amount, state, funded_at, due_at,
         delivered_at, auto_accept_at)
       SELECT o.merchant_id, o.provider_id, (o.id - 1) * %(per_order)s + p, o.id, p, 'Part ' || p, 10000,
              CASE WHEN p %% 2 = 0 THEN 'delivered' ELSE 'funded' END, %(at)s, %(at)s, %(at)s,
              %(at)s::timestamptz + interval '3 days' + interval '1 minute' * o.id
       FROM service_serviceorder o, generate_series(1, %(per_order)s) p""",
    # Every open milestone has a timer; those of the first orders are due, round by round.
    """INSERT INTO service_timer (merchant_id, provider_id, order_id, milestone_id, kind, due_at)
       SELECT m.merchant_id, m.provider_id, m.order_id, m.id,
              CASE WHEN m.state = 'delivered' THEN 'remind_3' ELSE 'late' END,
              %(at)s::timestamptz + interval '1 hour' * (1 + (m.id - 1) / (2 * %(due)s))
       FROM service_milestone m""",
)


def run(scale: int) -> Iterator[Result]:
    """`scale` open milestones; each round has `DUE` reminders and `DUE` late milestones due, ours and plain in turn."""
    fill(scale)
    settled()
    ours, plain = [], []
    for number in range(1, 2 * ROUNDS + 1):
        at = datetime(2026, 11, 11 + (4 + number) // 24, (4 + number) % 24, tzinfo=UTC)
        started = time.perf_counter()
        if number % 2:
            same((mark_late(by=BEAT, at=at), remind(at=at)), (DUE, DUE), "everything due must be done")
            ours.append(time.perf_counter() - started)
        else:
            _plainly(at)
            plain.append(time.perf_counter() - started)
    middle, floor = statistics.median(ours), statistics.median(plain)
    yield Result(f"timers over {scale:,} open milestones: {2 * DUE:,} due", middle, floor, 1.5, rows={"service_timer": 2 * DUE})


def fill(scale: int) -> None:
    merchants = [create_organization(kind="merchant", slug=f"timers-{n}", name=f"Timers {n}", by=CLI) for n in range(MERCHANTS)]
    provider = create_organization(kind="provider", slug="timers-provider", name="Timers", by=CLI)
    for n, organization in enumerate([*merchants, provider]):
        owner = ensure_user(email=f"timers{n}@bench.example", password="a long enough passphrase")  # noqa: S106
        add_member(organization_id=organization, user=owner, role=Role.OWNER, may_export=True, by=CLI)
    facts = {
        "merchants": merchants, "provider": provider, "at": AT, "orders": scale // PER_ORDER, "per_order": PER_ORDER, "due": DUE,
    }  # fmt: skip
    with scope(using="system"), connections["system"].cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, facts)


def _plainly(at: datetime) -> None:
    """The same rows by plain statements, with no lock, no claim and no look at what is there."""
    with scope(using="system"), connections["system"].cursor() as cursor:
        for statement in floor_sql("timers.sql"):
            cursor.execute(statement, {"at": at})
