"""Price protection once more, in plain Python: no SQL, no sharing of code, one line at a time.

Written from the rules (docs/price-protection.md), to be compared with the query the engine runs. Money in minor units.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

FAR = datetime.max.replace(tzinfo=UTC)
TICK = timedelta(microseconds=1)
NO_DECIMALS = {"JPY", "KRW", "VND"}


@dataclass
class Sku:
    code: str
    category: str = ""
    cost: int | None = None
    flags: frozenset[str] = frozenset()


@dataclass
class Point:
    sku: Sku
    price: int
    currency: str
    start: datetime
    end: datetime | None
    source: str = "feed"
    tier: str = ""
    stock: int | None = None


@dataclass
class Promotion:
    start: datetime
    end: datetime
    until: datetime
    codes: list[str] | None = None

    def covers(self, sku: Sku) -> bool:
        return self.codes is None or sku.code in self.codes


@dataclass(eq=False)
class Line:
    order: "Order"
    number: int
    sku: Sku
    quantity: int
    paid: int
    returned: int = 0
    contested: int = 0
    goodwill: int = 0
    tax_ppm: int = 0
    tier: str = ""
    claims: list["Claim"] = field(default_factory=list)


@dataclass(eq=False)
class Order:
    ref: str
    status: str
    channel: str
    paid_at: datetime
    deposit_at: datetime | None
    delivered_at: datetime | None
    completed_at: datetime | None
    captured: int
    refunded: int = 0
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Claim:
    units: int
    amount: int
    state: str
    reason: str


@dataclass
class Shop:
    currency: str
    timezone: str
    includes_tax: bool
    skus: list[Sku]
    points: list[Point]
    promotions: list[Promotion]
    orders: list[Order]


@dataclass
class Verdict:
    """What one run does, by (order, line number): new claims (units, amount, state, reason), and refusals by code."""

    claims: dict[tuple[str, int], tuple[int, int, str, str]] = field(default_factory=dict)
    refused: dict[tuple[str, int], str] = field(default_factory=dict)


def midnight_after(moment: datetime, days: int, zone: str) -> datetime:
    """24:00 local, `days` days after the local day of a moment."""
    local = moment.astimezone(ZoneInfo(zone))
    naive = datetime(local.year, local.month, local.day) + timedelta(days=days + 1)  # noqa: DTZ001 - given its zone below
    return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def dearest(total: int, units: int, kept: int) -> int:
    """The sum of the `kept` largest of `units` equal shares of a total, each a whole number."""
    shares = sorted((total // units + (1 if i < total % units else 0) for i in range(units)), reverse=True)
    return sum(shares[:kept])


def run(shop: Shop, policy: dict[str, Any], as_of: datetime) -> Verdict:
    """One run: decides every line, records the claims on the lines and returns them."""
    candidates = [found for order in shop.orders for line in order.lines if (found := _consider(shop, policy, line, as_of))]
    suspects = {id(c.line.sku) for c in candidates if not c.refusal and _looks_wrong(policy, c)}
    verdict = Verdict()
    made: list[tuple[Line, Claim]] = []
    room: dict[int, int] = {}
    for c in sorted(candidates, key=lambda c: (c.line.order.ref, c.line.number)):
        order = c.line.order
        earlier = sum(claim.amount for line in order.lines for claim in line.claims)
        left = room.setdefault(id(order), max(0, order.captured - order.refunded - earlier))
        if c.refusal:
            verdict.refused[order.ref, c.line.number] = c.refusal
            continue
        owed = c.difference + _tax(shop, c)
        wanted = min(owed, policy["cap_per_claim"] or owed)
        granted = min(wanted, left) if policy["headroom"] else wanted
        room[id(order)] -= granted
        if granted == 0:
            verdict.refused[order.ref, c.line.number] = "CAPPED"
            continue
        held = id(c.line.sku) in suspects
        reason = "PRICE_ERROR" if held else "CAPPED" if granted < owed else "PRICE_DROP"
        claim = Claim(c.kept, granted, "held" if held else "reserved", reason)
        verdict.claims[order.ref, c.line.number] = (c.kept, granted, claim.state, reason)
        made.append((c.line, claim))
    for line, claim in made:
        line.claims.append(claim)
    return verdict


@dataclass
class Considered:
    line: Line
    point: Point
    kept: int
    difference: int
    refusal: str


def _consider(shop: Shop, policy: dict[str, Any], line: Line, as_of: datetime) -> Considered | None:
    order = line.order
    if order.paid_at > as_of:
        return None
    if policy["channel"] not in (None, order.channel):
        return None
    if policy["max_quantity"] is not None and line.quantity > policy["max_quantity"]:
        return None
    start, end = _window(shop, policy, line)
    if as_of >= end and not policy["late_claims"]:
        return None
    points = [point for point in shop.points if _counts(policy, shop.currency, line, point, (start, end), as_of)]
    if not points:
        return None
    point = min(points, key=lambda p: (p.currency != shop.currency, p.price, p.start))
    kept = line.quantity
    if policy["returns"] == "deduct":
        kept -= line.returned
    if policy["open_aftersale"] == "refuse":
        kept -= line.contested
    basis = dearest(line.paid, line.quantity, max(kept, 0)) - line.goodwill
    basis -= sum(dearest(claim.amount, claim.units, kept) if kept < claim.units else claim.amount for claim in line.claims)
    difference = basis - kept * point.price
    return Considered(line, point, kept, difference, _refusal(shop, policy, line, point, kept, difference))


def _window(shop: Shop, policy: dict[str, Any], line: Line) -> tuple[datetime, datetime]:
    order = line.order
    start = min(order.paid_at, order.deposit_at or FAR)
    if policy["purchase_day"] == "exclude":
        start = midnight_after(order.paid_at, 0, shop.timezone)
    anchor = {"paid": order.paid_at, "delivered": order.delivered_at, "completed": order.completed_at}[policy["window_anchor"]]
    days = policy["window_days_by_category"].get(line.sku.category, policy["window_days"])
    end = midnight_after(anchor, days, shop.timezone) if anchor else FAR
    if policy["promo_extension"]:
        extended = [p.until for p in shop.promotions if p.start <= order.paid_at < p.end and p.covers(line.sku)]
        end = max([end, *extended])
    return start, end


def _counts(
    policy: dict[str, Any], currency: str, line: Line, point: Point, window: tuple[datetime, datetime], as_of: datetime
) -> bool:
    """Whether a price is one the line is compared with: it began after the first payment and is below what was paid."""
    start, end = window
    first_payment = min(line.order.paid_at, line.order.deposit_at or FAR)
    until = point.end or FAR
    if point.sku is not line.sku or point.tier != (line.tier if policy["member_price"] == "own_tier" else ""):
        return False
    if point.start <= first_payment or point.start > as_of or point.start >= end or until <= start:
        return False
    is_cheaper = line.paid > point.price * line.quantity
    if not is_cheaper and point.currency == currency:
        return False
    if policy["price_point"] == "lowest":
        return point.source != "observed" or until <= as_of
    return until > min(as_of, end - TICK)


def _refusal(shop: Shop, policy: dict[str, Any], line: Line, point: Point, kept: int, difference: int) -> str:
    excluded = set(policy["exclude"])
    least = policy["min_diff"]
    if least is None:
        least = 1 if shop.currency in NO_DECIMALS else 10
    limit = policy["max_claims_per_line"]
    checks: Iterable[tuple[str, bool]] = (
        ("ORDER_INACTIVE", line.order.status in ("open", "cancelled")),
        ("CURRENCY_MISMATCH", point.currency != shop.currency),
        ("EXCLUDED", bool(line.sku.flags & excluded) or (line.paid == 0 and "free" in excluded)),
        ("OUT_OF_STOCK", point.stock == 0 and "out_of_stock" in excluded),
        ("AFTERSALE_OPEN", policy["open_aftersale"] == "refuse" and line.contested > 0 and kept <= 0),
        ("NOTHING_KEPT", kept <= 0),
        ("CLAIM_LIMIT", limit is not None and len(line.claims) >= limit),
        ("BELOW_MIN", difference < max(1, least)),
    )
    return next((code for code, applies in checks if applies), "")


def _looks_wrong(policy: dict[str, Any], c: Considered) -> bool:
    """A fall of more than the allowed share, or below cost."""
    if policy["price_error_hold"] is None:
        return False
    fall = c.line.paid - c.point.price * c.line.quantity
    cost = c.line.sku.cost
    return fall * 100 > c.line.paid * policy["price_error_hold"] or (cost is not None and c.point.price < cost)


def _tax(shop: Shop, c: Considered) -> int:
    if shop.includes_tax:
        return 0
    whole, part = divmod(c.difference * c.line.tax_ppm, 1_000_000)
    return whole + (1 if part * 2 >= 1_000_000 else 0)


def allocate(requests: list[tuple[int, datetime]], lines: list[tuple[int, datetime]]) -> list[list[tuple[int, int]]]:
    """Per request (quantity, moment) the (line index, units) it takes: the latest line that covers it, else latest first."""
    left = [quantity for quantity, _moment in lines]
    taken = []
    for wanted, moment in requests:
        latest_first = [i for i in range(len(lines) - 1, -1, -1) if lines[i][1] <= moment and left[i] > 0]
        covering = [i for i in latest_first if left[i] >= wanted][:1]
        parts = []
        for i in covering or latest_first:
            units = min(left[i], wanted)
            if units:
                parts.append((i, units))
                left[i] -= units
                wanted -= units
        taken.append(parts)
    return taken
