"""The engine against an independent model of its rules, on random small histories.

HISTORIES=100000 runs as many order lines as that; a failure names the seed and the line.
"""

import os
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersales.programs.contract import RunContext
from aftersales.programs.price_protection import operations
from aftersales.programs.price_protection.rules import DEFAULTS, EXCLUSIONS, PRESETS
from aftersales.programs.registry import program_named
from aftersales.programs.runner import run
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from merchants.operations import add_shop
from orders.store import models as store
from tests import cast
from tests.engine import doors, reference
from tests.engine.reference import Coupon, Line, Order, Point, Promotion, Shop, Sku

LINES_PER_HISTORY = 60
HISTORIES = int(os.environ.get("HISTORIES", "2400")) // LINES_PER_HISTORY
# A week around a change of the clocks each: London and New York by night, Cairo at midnight, the others never.
WORLDS = [
    ("GBP", "Europe/London", datetime(2026, 3, 29, tzinfo=UTC)),
    ("GBP", "Europe/London", datetime(2026, 10, 25, tzinfo=UTC)),
    ("USD", "America/New_York", datetime(2026, 11, 1, tzinfo=UTC)),
    ("JPY", "Asia/Tokyo", datetime(2026, 2, 28, tzinfo=UTC)),
    ("KWD", "Africa/Cairo", datetime(2026, 4, 24, tzinfo=UTC)),
    ("KWD", "Africa/Cairo", datetime(2026, 10, 30, tzinfo=UTC)),
    ("CNY", "Asia/Shanghai", datetime(2028, 2, 29, tzinfo=UTC)),
    ("AUD", "Australia/Lord_Howe", datetime(2026, 4, 5, tzinfo=UTC)),
]
BUYERS = ("ann", "bo")
FLAGS = ("gift", "bundle", "clearance", "flash", "live_room")


class Dice(random.Random):
    """Random choices of a shop's history, dense around the edges of days and windows."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.currency, self.timezone, self.centre = self.choice(WORLDS)

    def maybe(self, share: float) -> bool:
        return self.random() < share

    def moment(self, low: int = -6, high: int = 14) -> datetime:
        """Often a local midnight, or a microsecond beside one."""
        midnight = reference.midnight_after(self.centre, self.randint(low, high), self.timezone)
        if self.maybe(0.5):
            return midnight + reference.TICK * self.choice((-1, 0, 1))
        return midnight + timedelta(minutes=self.randrange(24 * 60))

    def shop(self) -> Shop:
        skus = [self.sku(n) for n in range(8)]
        points: dict[tuple[str, str, str, datetime], Point] = {}
        for sku in skus:
            for _ in range(self.randint(1, 5)):
                point = self.point(sku)
                points[sku.code, point.source, point.tier, point.start] = point
        promotions = [self.promotion(skus) for _ in range(self.randint(0, 2))]
        orders = [self.order(n, skus) for n in range(LINES_PER_HISTORY // 2)]
        # Rarer things are in every second history, so that the statement without them is tried as well.
        coupons = [self.coupon(n, skus) for n in range(self.randint(2, 6))] if self.maybe(0.6) else []
        if self.maybe(0.4):
            # Everybody is one buyer, and there is a coupon for everything: lines compete for it.
            start = reference.midnight_after(self.centre, -6, self.timezone)
            coupons.append(Coupon("ALL", self.randint(20, 60), 0, True, start, None))
            for order in orders:
                order.buyer = BUYERS[0]
        if self.maybe(0.5):
            for order in orders:
                order.tenders = self.tenders(order.captured)
        return Shop(self.currency, self.timezone, self.maybe(0.7), skus, list(points.values()), promotions, orders, coupons)

    def coupon(self, number: int, skus: list[Sku]) -> Coupon:
        start = self.moment(-6, 1)
        end = start + self.choice((timedelta(days=2), timedelta(hours=30), reference.TICK)) if self.maybe(0.4) else None
        codes = [sku.code for sku in self.sample(skus, 4)] if self.maybe(0.4) else None
        found = Coupon(f"C{number}", self.randint(1, 60), self.choice((0, 0, 0, 80, 200)), self.maybe(0.7), start, end, codes)
        found.held = set(self.sample(BUYERS, self.randint(0, 2)))
        found.lost = set(self.sample(BUYERS, self.randint(0, 1))) - found.held
        return found

    def tenders(self, captured: int) -> list[list[int]]:
        """None, one or several means of payment, some of them refunded in part; now and then less than was captured."""
        cuts = sorted(self.randint(0, captured) for _ in range(self.randint(0, 3)))
        parts = [high - low for low, high in zip([0, *cuts], [*cuts, captured], strict=True)] if cuts else []
        return [[part, self.randint(0, part) if self.maybe(0.2) else 0] for part in parts]

    def sku(self, number: int) -> Sku:
        flags = frozenset({self.choice(FLAGS)}) if self.maybe(0.2) else frozenset()
        cost = self.randint(0, 90) if self.maybe(0.2) else None
        return Sku(f"S{number}", self.choice(("", "", "big_appliance", "toys")), cost, flags)

    def point(self, sku: Sku) -> Point:
        start = self.moment()
        length = self.choice((None, timedelta(days=1), timedelta(hours=self.randint(1, 100)), reference.TICK))
        currency = self.currency if self.maybe(0.95) else "XTS"
        source, tier = self.choice(("feed", "feed", "observed", "promo")), self.choice(("", "", "", "gold"))
        end = start + length if length else None
        stock, gift = self.choice((None, None, None, 0, 5)), self.choice((0, 0, 0, 3, 10))
        return Point(sku, self.randint(0, 100), currency, start, end, source, tier, stock, gift)

    def promotion(self, skus: list[Sku]) -> Promotion:
        start = self.moment()
        codes = [sku.code for sku in self.sample(skus, 4)] if self.maybe(0.5) else None
        return Promotion(start, start + timedelta(days=self.randint(1, 9)), max(start, self.moment(0, 14)), codes)

    def order(self, number: int, skus: list[Sku]) -> Order:
        paid_at = self.moment()
        deposit_at = paid_at - timedelta(hours=self.randint(1, 200)) if self.maybe(0.15) else None
        delivered_at = paid_at + timedelta(hours=self.randint(0, 90)) if self.maybe(0.8) else None
        completed_at = delivered_at + timedelta(hours=self.randint(0, 90)) if delivered_at and self.maybe(0.7) else None
        status = self.choice(("paid", "paid", "paid", "delivered", "completed", "completed", "completed", "cancelled", "open"))
        channel = self.choice(("account", "account", "guest"))
        order = Order(f"{self.currency}-{number:03}", status, channel, paid_at, deposit_at, delivered_at, completed_at, 0)
        order.lines = [self.line(order, n, skus) for n in range(1, self.randint(1, 3) + 1)]
        captured = sum(line.paid for line in order.lines)
        order.captured = captured if self.maybe(0.6) else self.randint(0, captured // 4)
        order.refunded = self.randint(0, order.captured) if self.maybe(0.2) else 0
        order.buyer = self.choice(("", *BUYERS, *BUYERS, *BUYERS))
        return order

    def line(self, order: Order, number: int, skus: list[Sku]) -> Line:
        quantity = self.choice((1, 1, 2, 3, 5, 13))
        paid = 0 if self.maybe(0.03) else quantity * self.randint(40, 120) - self.randint(0, quantity)
        line = Line(order, number, self.choice(skus), quantity, paid, tier=self.choice(("", "", "", "gold")))
        line.tax_ppm = self.choice((0, 82_500, 200_000))
        line.gift = self.randint(1, 30) if self.maybe(0.15) else 0
        self.happen_to(line)
        return line

    def happen_to(self, line: Line) -> None:
        """Returns, disputes and goodwill, which may grow between two runs."""
        if self.maybe(0.25):
            line.returned = min(line.quantity, line.returned + self.randint(1, line.quantity))
        line.contested = self.randint(0, line.quantity - line.returned) if self.maybe(0.1) else 0
        if self.maybe(0.1):
            line.goodwill += self.randint(0, line.paid // 3)

    def policy(self) -> dict[str, Any]:
        return DEFAULTS | {
            "window_days": self.choice((0, 1, 3, 7)),
            "window_days_by_category": self.choice(({}, {"big_appliance": 30}, {"toys": 0})),
            "window_anchor": self.choice(("delivered", "delivered", "paid", "completed")),
            "purchase_day": self.choice(("include", "exclude")),
            "promo_extension": self.maybe(0.6),
            "price_point": self.choice(("claim", "lowest")),
            "max_claims_per_line": self.choice((0, 1, 1, 2, None)),
            "exclude": sorted(self.sample(EXCLUSIONS, self.choice((0, 1, 7)))),
            "member_price": self.choice(("own_tier", "ignore")),
            "min_diff": self.choice((None, 0, 1, 40)),
            "late_claims": self.maybe(0.5),
            "returns": self.choice(("deduct", "deduct", "deduct", "ignore")),
            "open_aftersale": self.choice(("refuse", "refuse", "ignore")),
            "channel": self.choice((None, None, "account")),
            "max_quantity": self.choice((None, None, 3)),
            "price_error_hold": self.choice((None, 70, 70, 20)),
            "headroom": self.maybe(0.8),
            "coupon_basis": self.choice(("public", "public", "public", "held", "none")),
            "consume_coupon": self.maybe(0.7),
            "gift_policy": self.choice(("deduct", "deduct", "block", "ignore")),
            "payout": self.choice(("original", "original", "original", "voucher")),
            "cap_per_claim": self.choice((None, None, 25)),
        }


def store_shop(shop: Shop, merchant: cast.Merchant, number: int) -> Any:
    """The model's shop as rows of the order store."""
    row, _new = add_shop(
        merchant=merchant.slug,
        shop=f"shop-{number}",
        currency=shop.currency,
        timezone=shop.timezone,
        by=CLI,
        prices_include_tax=shop.includes_tax,
    )
    ids = {"merchant_id": merchant.id, "shop": row}
    flags = {sku.code: {f"is_{flag}": True for flag in sku.flags} for sku in shop.skus}
    skus = [store.Sku(code=s.code, category=s.category, cost_amount=s.cost, **flags[s.code], **ids) for s in shop.skus]
    sku_rows = {row.code: row for row in store.Sku.objects.bulk_create(skus)}
    for n, p in enumerate(shop.promotions):
        period = {"purchase_from": p.start, "purchase_to": p.end, "protected_until": p.until}
        store.Promotion.objects.create(code=f"P{n}", name="", sku_codes=p.codes, **period, **ids)
    store.PricePoint.objects.bulk_create(
        store.PricePoint(
            merchant_id=merchant.id,
            sku=sku_rows[p.sku.code],
            amount=p.price,
            currency=p.currency,
            valid_from=p.start,
            valid_to=p.end,
            source=p.source,
            tier=p.tier,
            stock=p.stock,
            gift_amount=p.gift,
        )
        for p in shop.points
    )
    buyers = store.Buyer.objects.bulk_create(store.Buyer(external_ref=name, **ids) for name in BUYERS)
    by_name = {buyer.external_ref: buyer for buyer in buyers}
    _store_coupons(shop, ids, by_name)
    order_rows = store.ShopOrder.objects.bulk_create(
        [_order_row(order, shop.currency, {**ids, "buyer": by_name.get(order.buyer)}) for order in shop.orders]
    )
    store.OrderTender.objects.bulk_create(
        store.OrderTender(
            merchant_id=merchant.id,
            order=order_row,
            position=n,
            method=f"m{n}",
            captured_amount=captured,
            refunded_amount=refunded,
        )
        for order, order_row in zip(shop.orders, order_rows, strict=True)
        for n, (captured, refunded) in enumerate(order.tenders, 1)
    )
    store.ShopOrderLine.objects.bulk_create(
        _line_row(line, order_row, sku_rows[line.sku.code])
        for order, order_row in zip(shop.orders, order_rows, strict=True)
        for line in order.lines
    )
    return row


def _store_coupons(shop: Shop, ids: dict[str, Any], buyers: dict[str, store.Buyer]) -> None:
    rows = [
        store.Coupon(
            code=c.code,
            name="",
            face_amount=c.face,
            threshold_amount=c.threshold,
            is_public=c.is_public,
            valid_from=c.start,
            valid_to=c.end,
            sku_codes=c.codes,
            **ids,
        )
        for c in shop.coupons
    ]
    store.CouponHolding.objects.bulk_create(
        store.CouponHolding(merchant_id=ids["merchant_id"], coupon=row, buyer=buyers[name], state=state)
        for coupon, row in zip(shop.coupons, store.Coupon.objects.bulk_create(rows), strict=True)
        for state, names in (("held", coupon.held), ("used", coupon.lost))
        for name in names
    )


def _order_row(order: Order, currency: str, ids: dict[str, Any]) -> store.ShopOrder:
    return store.ShopOrder(
        external_ref=order.ref,
        status=order.status,
        channel=order.channel,
        currency=currency,
        placed_at=order.paid_at,
        paid_at=order.paid_at,
        deposit_paid_at=order.deposit_at,
        delivered_at=order.delivered_at,
        completed_at=order.completed_at,
        captured_amount=order.captured,
        refunded_amount=order.refunded,
        **ids,
    )


def _line_row(line: Line, order_row: store.ShopOrder, sku_row: store.Sku) -> store.ShopOrderLine:
    return store.ShopOrderLine(
        merchant_id=order_row.merchant_id,
        order=order_row,
        sku=sku_row,
        line_no=line.number,
        quantity=line.quantity,
        returned_quantity=line.returned,
        open_aftersale_quantity=line.contested,
        list_unit_amount=line.paid // line.quantity,
        paid_amount=line.paid,
        goodwill_amount=line.goodwill,
        gift_amount=line.gift,
        tax_rate_ppm=line.tax_ppm,
        currency=order_row.currency,
        channel=order_row.channel,
        tier=line.tier,
        placed_at=order_row.placed_at,
        paid_at=order_row.paid_at,
        deposit_paid_at=order_row.deposit_paid_at,
        delivered_at=order_row.delivered_at,
        completed_at=order_row.completed_at,
    )


def update_lines(shop: Shop, merchant: cast.Merchant) -> None:
    for order in shop.orders:
        for line in order.lines:
            doors.rows(merchant, UPDATE, line.returned, line.contested, line.goodwill, order.ref, line.number)


UPDATE = """
UPDATE store_shoporderline l SET returned_quantity = %s, open_aftersale_quantity = %s, goodwill_amount = %s
FROM store_shoporder o WHERE o.id = l.order_id AND o.external_ref = %s AND l.line_no = %s RETURNING l.id
"""
NEW_CLAIMS = """
SELECT o.external_ref, l.line_no, c.units, c.amount, c.state, c.reason FROM aftersales_claim c
JOIN store_shoporder o ON o.id = c.order_id JOIN store_shoporderline l ON l.id = c.line_id WHERE c.run_id = %s
"""
PARTS = """
SELECT o.external_ref, l.line_no, CASE p.method WHEN 'voucher' THEN -1 ELSE coalesce(t.position, 0) END, p.amount
FROM aftersales_claim c JOIN aftersales_payout p ON p.claim_id = c.id
JOIN store_shoporder o ON o.id = c.order_id JOIN store_shoporderline l ON l.id = c.line_id
LEFT JOIN store_ordertender t ON t.id = p.tender_id WHERE c.run_id = %s
"""
VOIDED = """
SELECT c.code, b.external_ref FROM store_couponholding h
JOIN store_coupon c ON c.id = h.coupon_id JOIN store_buyer b ON b.id = h.buyer_id
WHERE h.state = 'voided' AND c.shop_id = %s
"""
REFUSED = """
SELECT o.external_ref, l.line_no, d.reason FROM decided d
JOIN store_shoporder o ON o.id = d.order_id JOIN store_shoporderline l ON l.id = d.line_id WHERE d.state = 'refused'
"""


def engine_run(merchant: cast.Merchant, row: Any, policy: dict[str, Any], as_of: datetime) -> reference.Verdict:
    """The engine's verdict, run for real also where the policy may not pay: only a run writes what can be compared."""
    program = program_named("price_protection")
    payable = replace(program, may_pay=lambda _settings: True)
    context = RunContext(
        merchant.id, row.pk, row.timezone, as_of, payable.validated(policy), 1, 0, dry_run=True, by=CLI, at=as_of
    )
    with scope(merchant.id):
        operations.decide(context)
    before = set(doors.rows(merchant, VOIDED, row.pk))
    refused = {(ref, number): code for ref, number, code in doors.rows(merchant, REFUSED)}
    done = run(program=payable, merchant_id=merchant.id, shop=row, settings=policy, as_of=as_of, by=CLI, at=as_of, dry_run=False)
    found = {(ref, number): tuple(rest) for ref, number, *rest in doors.rows(merchant, NEW_CLAIMS, done.pk)}
    assert done.counts["refused"] == dict(Counter(refused.values()))
    verdict = reference.Verdict(found, refused, voided=set(doors.rows(merchant, VOIDED, row.pk)) - before)
    for ref, number, place, amount in doors.rows(merchant, PARTS, done.pk):
        verdict.parts.setdefault((ref, number), {})[place] = amount
    return verdict


def explained(shop: Shop, policy: dict[str, Any], as_of: datetime, key: tuple[str, int]) -> str:
    line = next(line for order in shop.orders for line in order.lines if (order.ref, line.number) == key)
    points = [point for point in shop.points if point.sku is line.sku]
    return f"{policy=}\n{as_of=}\n{line=}\n{points=}\n{shop.promotions=}\n{shop.coupons=}\n{shop.timezone=} {shop.includes_tax=}"


def later(dice: Dice, shop: Shop, policy: dict[str, Any], as_of: datetime) -> datetime:
    """A later moment, often one where a line's window ends."""
    ends = [reference._window(shop, policy, line)[1] for order in shop.orders for line in order.lines]
    near = [end for end in ends if as_of < end < as_of + timedelta(days=9)]
    if near and dice.maybe(0.6):
        return dice.choice(near) + reference.TICK * dice.choice((-1, 0, 0, 1))
    return max(as_of, dice.moment(0, 9))


def compare(seed: int, merchant: cast.Merchant) -> None:
    dice = Dice(seed)
    shop = dice.shop()
    with scope(merchant.id):
        row = store_shop(shop, merchant, seed)
    as_of = dice.moment(-3, 0)
    policy = dice.policy()
    for _ in range(3):
        as_of = later(dice, shop, policy, as_of)
        found = engine_run(merchant, row, policy, as_of)
        expected = reference.run(shop, policy, as_of)
        engine, model = {**found.refused, **found.claims}, {**expected.refused, **expected.claims}
        for key in engine.keys() | model.keys():
            facts = f"seed {seed}, line {key}:\nengine {engine.get(key)}\nmodel  {model.get(key)}"
            assert engine.get(key) == model.get(key), f"{facts}\n{explained(shop, policy, as_of, key)}"
        assert (found.parts, found.voided) == (expected.parts, expected.voided), f"seed {seed}: {policy=}\n{as_of=}"
        if dice.maybe(0.5):
            policy = dice.policy()
        for order in shop.orders:
            for line in order.lines:
                dice.happen_to(line)
        update_lines(shop, merchant)


@pytest.mark.django_db
@settings(max_examples=HISTORIES, print_blob=True, suppress_health_check=list(HealthCheck), database=None)
@given(seed=st.integers(0, 2**31 - 1))
def test_the_engine_decides_as_the_model(seed: int) -> None:
    with transaction.atomic():
        compare(seed, cast.acme())
        transaction.set_rollback(True)


# Control: a rule of the engine that is changed is noticed within a few histories.
MUTANTS = {
    "a price from the moment of payment counts": ("l.paid_at < p.valid_from", "l.paid_at <= p.valid_from"),
    "a claim at the end of the window counts": ("%(open_at)s < t.window_to", "%(open_at)s <= t.window_to"),
    "the window ends a day early": ("+ m.days + 1", "+ m.days"),
    "days are those of UTC": ("AT TIME ZONE m.tz", "AT TIME ZONE 'UTC'"),
    "unit shares are rounded down": ("least(q.kept, (m.paid_amount", "least(0, (m.paid_amount"),
    "goodwill is forgotten": ("w.basis - w.goodwill_amount", "w.basis"),
    "refunds are forgotten": ("o.captured_amount - o.refunded_amount", "o.captured_amount"),
    "earlier claims are forgotten": ("- w.protected_before", ""),
    "the limit is one claim too many": ("w.claims >= %(max_claims)s", "w.claims > %(max_claims)s"),
    "tax is rounded down": ("p.tax_rate_ppm + 1000000", "p.tax_rate_ppm"),
    "tax is rounded by the database": ("floor((2 * p.difference", "((2 * p.difference"),
    "the highest price is taken": ("t.cost_now, t.price, t.valid_from", "t.cost_now DESC, t.price DESC, t.valid_from"),
    "lines share no headroom": ("PARTITION BY c.order_id ORDER BY c.line_no, c.line_id", "PARTITION BY c.line_id"),
    "returned units are protected": ("m.quantity - m.returned_quantity", "m.quantity"),
    "the hold is per line": ("OVER (PARTITION BY p.sku_id)", "OVER (PARTITION BY p.line_id)"),
    "another tier's price counts": ("m.tier = m.line_tier", "true"),
    "a coupon is not taken off": ("m.price - m.face + g.gift_gone AS cost_now", "m.price + g.gift_gone AS cost_now"),
    "a coupon needs no threshold": ("m.price >= m.threshold", "m.price >= 0"),
    "a coupon counts after it was used": ("THEN h.state = 'held'", "THEN true"),
    "two lines count one coupon": (
        "row_number() OVER (PARTITION BY p.buyer_id, p.coupon_id",
        "row_number() OVER (PARTITION BY p.line_id",
    ),
    "gifts are forgotten": ("+ g.gift_gone AS cost_now", "AS cost_now"),
    "a gift still given is deducted": ("- q.kept::numeric * m.gift_now", ""),
    "means of payment limit nothing": ("least(c.order_left, t.has_left)", "c.order_left"),
    "a promotion does not extend the window": ("max(r.protected_until)", "max(r.purchase_from)"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_changed_rule_is_noticed(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong = MUTANTS[mutant]
    statement = operations.decided_sql
    found = []

    def changed(*arguments: Any, **options: Any) -> str:
        text = statement(*arguments, **options)
        found.append(right in text)
        return text.replace(right, wrong)

    monkeypatch.setattr(operations, "decided_sql", changed)
    assert any(differs(seed) for seed in range(60))
    assert any(found), "the rule is not in the statement any more"


def differs(seed: int) -> bool:
    with transaction.atomic():
        try:
            compare(seed, cast.acme())
        except (AssertionError, DatabaseError):
            return True
        finally:
            transaction.set_rollback(True)
    return False


@pytest.mark.parametrize("name", ["online-retail", "online-retail-kept", "default"])
def test_presets_set_every_parameter(name: str) -> None:
    assert set(PRESETS[name]) == set(DEFAULTS)
