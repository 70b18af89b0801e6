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
    gift: int = 0


@dataclass(eq=False)
class Coupon:
    """`lost` names the buyers who used it or had it voided, `held` those who hold it."""

    code: str
    face: int
    threshold: int
    is_public: bool
    start: datetime
    end: datetime | None
    codes: list[str] | None = None
    held: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def is_open_to(self, buyer: str, policy: dict[str, Any]) -> bool:
        if buyer in self.lost:
            return False
        if policy["coupon_basis"] == "held" or not self.is_public:
            return buyer in self.held and (self.is_public or policy["coupon_basis"] == "held")
        return bool(buyer) or not policy["consume_coupon"]


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
    gift: int = 0
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
    buyer: str = ""
    #: Captured and refunded per means of payment, and what claims sent back there.
    tenders: list[list[int]] = field(default_factory=list)
    sent: dict[int, int] = field(default_factory=dict)
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
    coupons: list[Coupon] = field(default_factory=list)
    #: Products that wait for a person since a run found their price too low.
    on_hold: set[str] = field(default_factory=set)


@dataclass
class Verdict:
    """What one run does, by (order, line number): new claims (units, amount, state, reason), and refusals by code."""

    claims: dict[tuple[str, int], tuple[int, int, str, str]] = field(default_factory=dict)
    refused: dict[tuple[str, int], str] = field(default_factory=dict)
    #: Reserved amounts per claim, by place of the means of payment (0: none, -1: a voucher).
    parts: dict[tuple[str, int], dict[int, int]] = field(default_factory=dict)
    voided: set[tuple[str, str]] = field(default_factory=set)


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
    candidates = _contested(shop, policy, as_of)
    wrong = [c for c in candidates if not c.refusal and _looks_wrong(policy, c)]
    suspects = {c.line.sku.code for c in wrong}
    if policy["price_error_hold"] is not None:
        suspects |= shop.on_hold
    verdict = Verdict()
    made: list[tuple[Considered, Claim]] = []
    room: dict[int, int | None] = {}
    for c in sorted(candidates, key=lambda c: (c.line.order.ref, c.line.number)):
        order, key = c.line.order, (c.line.order.ref, c.line.number)
        left = room.setdefault(id(order), _room(policy, order))
        if c.refusal:
            verdict.refused[key] = c.refusal
            continue
        owed = c.difference + _tax(shop, c)
        wanted = min(owed, policy["cap_per_claim"] or owed)
        granted = wanted if left is None else min(wanted, left)
        if left is not None:
            room[id(order)] = left - granted
        if granted == 0:
            verdict.refused[key] = "CAPPED"
            continue
        held = c.line.sku.code in suspects
        reason = "PRICE_ERROR" if held else "CAPPED" if granted < owed else "PRICE_DROP"
        claim = Claim(c.kept, granted, "held" if held else "reserved", reason)
        verdict.claims[key] = (c.kept, granted, claim.state, reason)
        made.append((c, claim))
    for c, claim in made:
        c.line.claims.append(claim)
        if c in wrong:
            shop.on_hold.add(c.line.sku.code)
        if c.coupon and policy["consume_coupon"]:
            c.coupon.lost.add(c.line.order.buyer)
            verdict.voided.add((c.coupon.code, c.line.order.buyer))
        if claim.state == "reserved":
            verdict.parts[c.line.order.ref, c.line.number] = _sent_back(policy, c.line.order, claim.amount)
    return verdict


def _room(policy: dict[str, Any], order: Order) -> int | None:
    """What the order can still give back; None when nothing limits it."""
    earlier = sum(claim.amount for line in order.lines for claim in line.claims)
    limits = [order.captured - order.refunded] if policy["headroom"] else []
    if order.tenders and policy["payout"] == "original":
        limits.append(sum(captured - refunded for captured, refunded in order.tenders))
    return max(0, min(limits) - earlier) if limits else None


def _sent_back(policy: dict[str, Any], order: Order, amount: int) -> dict[int, int]:
    """In proportion to what is left of each means of payment; the left-over units to the largest remainders, earlier first."""
    if policy["payout"] == "voucher":
        return {-1: amount}
    if not order.tenders:
        return {0: amount}
    rooms = {n: max(0, c - r - order.sent.get(n, 0)) for n, (c, r) in enumerate(order.tenders, 1)}
    total = sum(rooms.values())
    shares = {n: amount * room // total for n, room in rooms.items()}
    missing = amount - sum(shares.values())
    for n in sorted(rooms, key=lambda n: (-(amount * rooms[n] % total), n))[:missing]:
        shares[n] += 1
    for n, share in shares.items():
        order.sent[n] = order.sent.get(n, 0) + share
    return {n: share for n, share in shares.items() if share}


@dataclass(eq=False)
class Considered:
    line: Line
    point: Point
    coupon: Coupon | None
    kept: int
    difference: int
    refusal: str


def _contested(shop: Shop, policy: dict[str, Any], as_of: datetime) -> list[Considered]:
    """Every line with the offer it is compared with. A coupon that is used up goes to the first line it would pay."""
    found: list[Considered] = []
    taken: set[tuple[str, str]] = set()
    for order in shop.orders:
        for line in order.lines:
            best = _consider(shop, policy, line, as_of)
            if best and best.coupon and not best.refusal and policy["consume_coupon"]:
                key = (best.coupon.code, order.buyer)
                if key in taken:
                    best = _consider(shop, policy, line, as_of, without_coupons=True)
                else:
                    taken.add(key)
            if best:
                found.append(best)
    return found


def _consider(
    shop: Shop, policy: dict[str, Any], line: Line, as_of: datetime, without_coupons: bool = False
) -> Considered | None:
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
    kept = line.quantity
    if policy["returns"] == "deduct":
        kept -= line.returned
    if policy["open_aftersale"] == "refuse":
        kept -= line.contested
    coupons = [] if without_coupons or policy["coupon_basis"] == "none" else shop.coupons
    offers = [
        (point, coupon)
        for point in shop.points
        for coupon in (None, *coupons)
        if _counts(policy, shop.currency, line, kept, point, coupon, (start, end), as_of)
    ]
    if not offers:
        return None

    def cost(offer: tuple[Point, Coupon | None]) -> int:
        point, coupon = offer
        return kept * point.price - (coupon.face if coupon else 0) + _gift_gone(policy, line, kept, point)

    def rank(offer: tuple[Point, Coupon | None]) -> tuple[Any, ...]:
        point, coupon = offer
        place = 1 + shop.coupons.index(coupon) if coupon else 0
        return (point.currency != shop.currency, cost(offer), point.price, _start(point, coupon), place)

    point, coupon = min(offers, key=rank)
    basis = dearest(line.paid, line.quantity, max(kept, 0)) - line.goodwill
    basis -= sum(dearest(claim.amount, claim.units, kept) if kept < claim.units else claim.amount for claim in line.claims)
    difference = basis - cost((point, coupon))
    return Considered(line, point, coupon, kept, difference, _refusal(shop, policy, line, point, kept, difference))


def _gift_gone(policy: dict[str, Any], line: Line, kept: int, point: Point) -> int:
    """The value of gifts that came with the units kept and would not come with them now."""
    if policy["gift_policy"] == "ignore":
        return 0
    return max(0, dearest(line.gift, line.quantity, max(kept, 0)) - kept * point.gift)


def _start(point: Point, coupon: Coupon | None) -> datetime:
    return max(point.start, coupon.start) if coupon else point.start


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
    policy: dict[str, Any],
    currency: str,
    line: Line,
    kept: int,
    point: Point,
    coupon: Coupon | None,
    window: tuple[datetime, datetime],
    as_of: datetime,
) -> bool:
    """Whether an offer is one the line is compared with: it began after the first payment and is below what was paid."""
    start, end = window
    first_payment = min(line.order.paid_at, line.order.deposit_at or FAR)
    begins = _start(point, coupon)
    until = min(point.end or FAR, coupon.end or FAR) if coupon else point.end or FAR
    if point.sku is not line.sku or point.tier != (line.tier if policy["member_price"] == "own_tier" else ""):
        return False
    if begins >= until or begins <= first_payment or begins > as_of or begins >= end or until <= start:
        return False
    if coupon is None:
        if line.paid <= point.price * line.quantity and point.currency == currency:
            return False
    elif not _is_usable(policy, currency, line, kept, point, coupon):
        return False
    if policy["price_point"] == "lowest":
        return point.source != "observed" or (point.end or FAR) <= as_of
    return until > min(as_of, end - TICK)


def _is_usable(policy: dict[str, Any], currency: str, line: Line, kept: int, point: Point, coupon: Coupon) -> bool:
    """A coupon counts for the units kept when they reach its threshold, cost more than its face, and become cheaper by it."""
    goods = kept * point.price
    return (
        point.currency == currency
        and (coupon.codes is None or line.sku.code in coupon.codes)
        and coupon.is_open_to(line.order.buyer, policy)
        and kept > 0
        and goods >= coupon.threshold
        and goods > coupon.face
        and dearest(line.paid, line.quantity, kept) > goods - coupon.face
    )


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
        ("GIFT_GONE", policy["gift_policy"] == "block" and _gift_gone(policy, line, kept, point) > 0),
        ("CLAIM_LIMIT", limit is not None and len(line.claims) >= limit),
        ("BELOW_MIN", difference < max(1, least)),
    )
    return next((code for code, applies in checks if applies), "")


def _looks_wrong(policy: dict[str, Any], c: Considered) -> bool:
    """A fall of more than the allowed share, or below cost."""
    if policy["price_error_hold"] is None:
        return False
    now = c.point.price * c.line.quantity - (c.coupon.face if c.coupon else 0)
    cost = c.line.sku.cost
    is_below_cost = cost is not None and now < cost * c.line.quantity
    return (c.line.paid - now) * 100 > c.line.paid * policy["price_error_hold"] or is_below_cost


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
