"""Reminders and lateness, set-based: one statement over all tenants, as the system role, a batch at a time.

Rows somebody is working on are skipped and come with the next sweep, so nothing here ever waits for a lock.
"""

import json
from datetime import datetime
from typing import Any

from django.db import connections

from marketplace.kernel.market import MARKET_ZONE
from marketplace.outbox.people import STALE
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.service.events import happened, is_heard
from orders.service.models import Milestone
from orders.service.notices import PEOPLE

BATCH = 20_000
#: The timers that are due, with their milestones, locked; a milestone that has moved on is not there any more.
CLAIM = """
WITH due AS MATERIALIZED (
  SELECT t.merchant_id, t.provider_id, t.id AS timer_id, t.order_id, t.kind, m.id AS milestone_id, m.name,
         {moment} AS until
  FROM service_timer t JOIN service_milestone m ON m.merchant_id = t.merchant_id AND m.id = t.milestone_id
  WHERE t.state = 'waiting' AND t.due_at <= %(at)s AND t.kind = ANY (%(kinds)s)
  ORDER BY t.due_at, t.id LIMIT %(batch)s FOR UPDATE OF t, m SKIP LOCKED
), done AS (
  UPDATE service_timer t SET state = 'done', done_at = %(at)s FROM due
  WHERE t.merchant_id = due.merchant_id AND t.id = due.timer_id
), {acts}
"""
#: What `tell` writes: one notice behind the bell, one letter to each member whom it concerns.
SAY = """
said AS (
  SELECT live.{party}_id AS party_id, 'order:' || live.order_id || ':m' || live.milestone_id || ':' || live.kind || ':'
         || to_char(live.until AT TIME ZONE 'UTC', 'YYYYMMDD') AS key, 'orders.milestone.' || live.kind AS kind,
    jsonb_build_object('url', format({url}, live.order_id), 'facts', jsonb_build_object(
      'title', o.title, 'number', o.number, 'milestone', live.name, 'other', o.{other}_name, 'until', jsonb_build_object(
        'zh', to_char(live.until AT TIME ZONE %(zone)s, 'YYYY-MM-DD HH24:MI'),
        'en', to_char(live.until AT TIME ZONE %(zone)s, 'FMDD Mon YYYY, HH24:MI')))) AS data
  FROM live JOIN service_serviceorder o ON o.merchant_id = live.merchant_id AND o.id = live.order_id
), told AS (
INSERT INTO outbox_message (merchant_id, kind, channel, consent_class, subject_id, step, language, data, effect_key, run_at,
                            drop_after)
SELECT party_id, kind, 'in_app', 'service', NULL, '', '', data, key || '@all', now(), NULL FROM said
UNION ALL
SELECT party_id, said.kind, 'email', 'service', u.id, '', '', data, key || '@' || u.id, now(), %(stale)s
FROM said JOIN accounts_membership b ON b.organization_id = said.party_id AND b.role = ANY (%(roles)s)
JOIN accounts_user u ON u.id = b.user_id AND u.is_active
ON CONFLICT (merchant_id, effect_key) DO NOTHING
)
SELECT (SELECT count(*) FROM due),
       CASE WHEN %(heard)s THEN (SELECT jsonb_agg(jsonb_build_array(merchant_id, milestone_id)) FROM live) END
"""
DELIVERED = "live AS (SELECT * FROM due WHERE until IS NOT NULL), "
LATE = """
live AS (
  UPDATE service_milestone m SET is_late = true FROM due
  WHERE m.merchant_id = due.merchant_id AND m.id = due.milestone_id AND m.state IN ('funded', 'changes_requested')
    AND m.due_at <= %(at)s AND NOT m.is_late
  RETURNING due.*
), """
REMIND_SQL = CLAIM.format(moment="CASE WHEN m.state = 'delivered' THEN m.auto_accept_at END", acts=DELIVERED) + SAY.format(
    party="merchant", other="provider", url="'/contracts/%%s/'"
)
LATE_SQL = CLAIM.format(moment="m.due_at", acts=LATE) + SAY.format(party="provider", other="merchant", url="'/desk/jobs/%%s/'")


def remind(*, at: datetime, batch: int = BATCH) -> int:
    """Tell merchants that a delivery will soon count as accepted; returns how many reminders were due."""
    return _claimed(REMIND_SQL, ["remind_3", "remind_1"], at, batch, heard=False)[0]


def mark_late(*, by: Actor, at: datetime, batch: int = BATCH) -> int:
    """Mark what is late and tell its provider; the merchant sees it on his page. Returns how many timers were due."""
    count, late = _claimed(LATE_SQL, ["late"], at, batch, heard=is_heard("late"))
    for merchant_id, milestone_id in late:
        with scope(merchant_id):
            milestone = Milestone.objects.select_related("order").get(merchant_id=merchant_id, pk=milestone_id)
            happened("late", milestone.order, milestone, by, at)
    return count


def _claimed(statement: str, kinds: list[str], at: datetime, batch: int, *, heard: bool) -> tuple[int, list[tuple[int, int]]]:
    """How many were due, and (merchant, milestone) of those that count, where somebody wants to hear of them."""
    facts: dict[str, Any] = {
        "at": at, "kinds": kinds, "batch": batch, "stale": at + STALE, "roles": list(PEOPLE), "heard": heard,
        "zone": MARKET_ZONE.key,
    }  # fmt: skip
    with scope(using="system"), connections["system"].cursor() as cursor:
        cursor.execute(statement, facts)
        count, live = cursor.fetchone()
    return int(count), [tuple(pair) for pair in json.loads(live or "[]")]
