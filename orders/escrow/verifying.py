"""Recalculating every commission from the ledger alone, and every deal's rows against it (system role, nothing is changed).

The ledger's transfers say what was released and taken back, in order; the frozen fee lines say what that costs. What comes out
must be what the ledger took, what the rows of escrow say, and what the accounts hold.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import Any

from django.db import connections

from orders.escrow.fees import ORDER, Terms, fees_between, given_back
from orders.escrow.models import Deal, FeeLine, Hold, Refund, Release, Reversal, Roll
from orders.escrow.queries import terms_of

USING = "system"
BATCH = 500
#: Every movement once: money of both parties from the merchant's book, fees from the provider's, appeals from the market's.
MOVEMENTS = """
SELECT split_part(t.key, ':', 2)::bigint AS deal, split_part(t.key, ':', 3) AS what,
       substr(t.key, length('deal:' || split_part(t.key, ':', 2) || ':' || split_part(t.key, ':', 3) || ':') + 1) AS name,
       t.kind, t.amount
FROM ledger_ledgertransfer t JOIN accounts_organization o ON o.id = t.merchant_id
WHERE t.key LIKE 'deal:%'
  AND ((o.kind = 'merchant' AND t.kind LIKE 'escrow.%') OR (o.kind = 'provider' AND t.kind LIKE 'fee%'))
ORDER BY 1, t.id
"""
#: What accounts hold, against what the rows of escrow say is there.
STANDING = """
WITH said AS (
  SELECT h.merchant_id AS owner, 'escrow_held' AS code, d.currency, sum(h.amount - h.released - h.refunded - h.rolled) AS total
  FROM escrow_hold h JOIN escrow_deal d ON d.merchant_id = h.merchant_id AND d.id = h.deal_id GROUP BY 1, 2, 3
  UNION ALL
  SELECT r.provider_id, 'earnings_pending', r.currency, sum(r.pending) FROM escrow_release r GROUP BY 1, 2, 3),
kept AS (
  SELECT merchant_id AS owner, code, currency, balance FROM ledger_ledgeraccount
  WHERE code IN ('escrow_held', 'earnings_pending'))
SELECT owner, code, currency, coalesce(kept.balance, 0), coalesce(said.total, 0)::bigint
FROM said FULL JOIN kept USING (owner, code, currency)
WHERE coalesce(kept.balance, 0) <> coalesce(said.total, 0) ORDER BY 1, 2, 3
"""
Key = tuple[str, str]


@dataclass
class Moved:
    """What the ledger says of one deal. Fees are by (key, component), in minor units."""

    held: dict[str, int] = field(default_factory=dict)
    refunded: dict[str, int] = field(default_factory=dict)
    released: dict[str, int] = field(default_factory=dict)
    reversed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    fees: dict[Key, int] = field(default_factory=dict)
    fees_back: dict[Key, int] = field(default_factory=dict)


@dataclass
class Rows:
    """What escrow says of one deal."""

    deal: Deal
    lines: list[FeeLine] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    rolls: list[Roll] = field(default_factory=list)
    reversals: list[Reversal] = field(default_factory=list)

    @property
    def terms(self) -> list[Terms]:
        return [terms_of(line) for line in sorted(self.lines, key=lambda line: ORDER.index(line.component))]


def verify() -> dict[str, Any]:
    """{"deals", "releases", "commission": {currency: minor units}, "differences": [...]} over all organizations."""
    found: list[str] = []
    counted: dict[str, int] = {"deals": 0, "releases": 0}
    commission: dict[str, int] = defaultdict(int)
    for rows, moved in _deals():
        counted["deals"] += 1
        counted["releases"] += len(moved.released)
        commission[rows.deal.currency] += sum(moved.fees.values()) - sum(moved.fees_back.values())
        found += [f"deal {rows.deal.pk}: {text}" for text in differences(rows, moved)]
    found += _standing()
    return {**counted, "commission": dict(commission), "differences": found}


def differences(rows: Rows, moved: Moved) -> list[str]:
    """What does not agree about one deal, in words. Pure."""
    found: list[str] = []
    fees = _recalculated(rows, moved)
    found += _compare("fees in the ledger", moved.fees, {key: fee for key, fee in fees.items() if fee})
    said = {(row.key, line["component"]): line["amount"] for row in rows.releases for line in row.lines}
    found += _compare("fees stored", said, fees)
    found += _compare("releases", {row.key: row.gross for row in rows.releases}, moved.released)
    found += _compare("fees of releases", {row.key: row.fee for row in rows.releases}, _by_key(moved.fees, moved.released))
    found += _compare("released before", {row.key: row.before for row in rows.releases}, _before(moved.released))
    found += _compare("refunds", {row.key: row.amount for row in rows.refunds}, moved.refunded)
    found += _compare("holds", {row.key: row.amount for row in rows.holds}, _held(rows, moved))
    found += _compare("parts of holds", _parts_said(rows), _parts_summed(rows))
    found += _compare("reversals", {row.key: row.amount for row in rows.reversals}, dict(moved.reversed))
    back = _given_back(rows, fees)
    found += _compare("fees given back", moved.fees_back, {key: fee for key, fee in back.items() if fee})
    found += _compare("fees given back stored", {row.key: row.fee_back for row in rows.reversals}, _by_key(back, moved.reversed))
    found += [f"hold {row.key} is overdrawn by {-row.left}" for row in rows.holds if row.left < 0]
    if rows.deal.released != sum(moved.released.values()):
        found.append(f"released: the deal says {rows.deal.released}, the ledger {sum(moved.released.values())}")
    return found


def _recalculated(rows: Rows, moved: Moved) -> dict[Key, int]:
    """The commission of every release by its frozen terms, in the ledger's order."""
    fees, before, terms = {}, 0, rows.terms
    for key, gross in moved.released.items():
        for each, fee in zip(terms, fees_between(terms, before, gross), strict=True):
            fees[key, each.component] = fee
        before += gross
    return fees


def _given_back(rows: Rows, fees: dict[Key, int]) -> dict[Key, int]:
    """What every reversal gives back of its release's commission."""
    back: dict[Key, int] = {}
    done: dict[int, int] = defaultdict(int)
    releases = {row.pk: row for row in rows.releases}
    for row in sorted(rows.reversals, key=lambda row: row.pk):
        release = releases[row.release_id]
        for each in rows.terms:
            charged = fees.get((release.key, each.component), 0)
            back[row.key, each.component] = given_back(
                charged, gross=release.gross, before=done[release.pk], amount=row.amount, is_kept=each.is_kept
            )
        done[release.pk] += row.amount
    return back


def _by_key(fees: dict[Key, int], keys: Iterable[str]) -> dict[str, int]:
    sums = dict.fromkeys(keys, 0)
    for (key, _component), fee in fees.items():
        sums[key] = sums.get(key, 0) + fee
    return sums


def _before(released: dict[str, int]) -> dict[str, int]:
    found, before = {}, 0
    for key, gross in released.items():
        found[key], before = before, before + gross
    return found


def _held(rows: Rows, moved: Moved) -> dict[str, int]:
    """What each hold should say: what the ledger put there, and what was moved in from other holds."""
    names = {row.pk: row.key for row in rows.holds}
    found = dict(moved.held)
    for roll in rows.rolls:
        key = names[roll.to_hold_id]
        found[key] = found.get(key, 0) + roll.amount
    return found


def _parts_said(rows: Rows) -> dict[Key, int]:
    parts = [((row.key, part), getattr(row, part)) for row in rows.holds for part in ("released", "refunded", "rolled")]
    return {**dict(parts), **{(row.key, "reversed"): row.reversed for row in rows.releases}}


def _parts_summed(rows: Rows) -> dict[Key, int]:
    names = {row.pk: row.key for row in rows.holds}
    found: dict[Key, int] = dict.fromkeys(_parts_said(rows), 0)
    for part, made in (("released", rows.releases), ("refunded", rows.refunds), ("rolled", rows.rolls)):
        for row in made:
            found[names[row.hold_id], part] += row.gross if isinstance(row, Release) else row.amount
    releases = {row.pk: row.key for row in rows.releases}
    for reversal in rows.reversals:
        found[releases[reversal.release_id], "reversed"] += reversal.amount
    return found


def _compare(what: str, left: dict[Any, int], right: dict[Any, int]) -> list[str]:
    keys = [key for key in {**left, **right} if left.get(key) != right.get(key)]
    return [f"{what}: {key} is {left.get(key)}, should be {right.get(key)}" for key in keys]


def _deals() -> Iterator[tuple[Rows, Moved]]:
    """Every deal with its movements; deals of the ledger that escrow does not know come with an error of their own."""
    with connections[USING].chunked_cursor() as cursor:
        cursor.execute(MOVEMENTS)
        groups = groupby(cursor, key=lambda row: row[0])
        number, moved = _next(groups)
        deals = Deal.objects.using(USING).order_by("pk").iterator(BATCH)
        while batch := list(islice(deals, BATCH)):
            for rows in _rows(batch):
                while number is not None and number < rows.deal.pk:
                    raise LookupError(f"the ledger knows deal {number}, escrow does not")
                if number == rows.deal.pk:
                    yield rows, moved
                    number, moved = _next(groups)
                else:
                    yield rows, Moved()


def _next(groups: Iterator[tuple[int, Iterator[tuple[Any, ...]]]]) -> tuple[int | None, Moved]:
    number, movements = next(groups, (None, iter(())))
    moved = Moved()
    for _deal, what, name, kind, amount in movements:
        _note(moved, what, name, kind, amount)
    return number, moved


def _note(moved: Moved, what: str, name: str, kind: str, amount: int) -> None:
    key, _colon, last = name.rpartition(":")
    if kind.startswith("fee_back."):
        moved.fees_back[key, last] = amount
    elif kind.startswith("fee."):
        moved.fees[key, last] = amount
    elif what == "reversal":
        moved.reversed[key] += amount
    else:
        {"hold": moved.held, "release": moved.released, "refund": moved.refunded}[what][name] = amount


def _rows(deals: list[Deal]) -> list[Rows]:
    found = {deal.pk: Rows(deal) for deal in deals}
    parts: dict[str, Any] = {
        "lines": FeeLine, "holds": Hold, "releases": Release, "refunds": Refund, "rolls": Roll, "reversals": Reversal
    }  # fmt: skip
    for name, model in parts.items():
        for row in model.objects.using(USING).filter(deal_id__in=list(found)).order_by("pk"):
            getattr(found[row.deal_id], name).append(row)
    return list(found.values())


def _standing() -> list[str]:
    with connections[USING].cursor() as cursor:
        cursor.execute(STANDING)
        found = cursor.fetchall()
    return [f"{code} {money} of organization {owner} is {kept}, should be {said}" for owner, code, money, kept, said in found]
