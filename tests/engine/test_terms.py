"""Golden cases of what a price is compared on (coupons, gifts, member tiers) and where the money goes (split payments, vouchers).

Through the doors a merchant uses (order, price and coupon files, runs), from CSV and from JSONL. Amounts in minor units.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from aftersales import operations as acts
from aftersales.models import Claim
from aftersales.payouts.operations import settle_payouts
from aftersales.payouts.sandbox import Faults, SandboxGateway
from aftersales.programs.runner import run as run_program
from aftersales.queries import claims, shown_state
from marketplace.kernel.money import largest_remainder
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import doors
from tests.engine.test_goldens import AS_OF, AS_OF_NEXT, DROP, NEXT, Run, line, order, pays, price, refuses

pytestmark = pytest.mark.django_db(transaction=True)
CHINA = {"currency": "CNY", "timezone": "Asia/Shanghai"}


def coupon(amount: str, start: str = DROP, code: str = "C50", **facts: Any) -> dict[str, Any]:
    return {"code": code, "amount": amount, "valid_from": start, **facts}


@dataclass(frozen=True)
class Terms:
    name: str
    orders: list[dict[str, Any]]
    prices: list[dict[str, Any]]
    runs: list[Run]
    coupons: list[dict[str, Any]] = field(default_factory=list)
    policy: dict[str, Any] = field(default_factory=dict)


def bought(*lines: dict[str, Any], ref: str = "1001", buyer: str = "B1", **facts: Any) -> dict[str, Any]:
    return order(*lines, ref=ref, buyer_ref=buyer, **facts)


BEFORE, SAME = "2026-03-01T00:00:00", "2026-03-06T00:00:00"
TWICE = {"max_claims_per_line": 2}
COUPONS = [
    Terms("price and coupon together", [bought(line("800"))], [price("799")], [pays(5100)], [coupon("50.00")]),
    Terms("a coupon alone makes it cheaper", [bought(line("800"))], [price("800", BEFORE)], [pays(5000)], [coupon("50.00")]),
    Terms(
        "a coupon from before the purchase counts with a later price",
        [bought(line("800"))],
        [price("780")],
        [pays(7000)],
        [coupon("50", BEFORE)],
    ),
    Terms("neither price nor coupon is new", [bought(line("800"))], [price("780", BEFORE)], [refuses()], [coupon("50", BEFORE)]),
    Terms(
        "from the threshold on", [bought(line("100", 3))], [price("100", BEFORE)], [pays(3000)], [coupon("30", threshold="300")]
    ),
    Terms("below the threshold", [bought(line("100", 2))], [price("100", BEFORE)], [refuses()], [coupon("30", threshold="300")]),
    Terms(
        "a returned unit takes it below the threshold",
        [bought(line("100", 3, returned_quantity=1))],
        [price("100", BEFORE)],
        [refuses()],
        [coupon("30", threshold="300")],
    ),
    Terms(
        "a coupon worth more than the goods is not usable",
        [bought(line("40"))],
        [price("40", BEFORE)],
        [refuses()],
        [coupon("50")],
    ),
    Terms(
        "the better of two coupons",
        [bought(line("800"))],
        [price("800", BEFORE)],
        [pays(6000)],
        [coupon("50"), coupon("60", code="C60")],
    ),
    Terms(
        "a coupon for another product", [bought(line("800"))], [price("799")], [pays(100)], [coupon("50", sku_codes="MUG CUP")]
    ),
    Terms(
        "a coupon that has ended",
        [bought(line("800"))],
        [price("790")],
        [pays(1000)],
        [coupon("50", "2026-03-05T00:00:00", valid_to=SAME)],
    ),
    Terms("coupons do not count", [bought(line("800"))], [price("799")], [pays(100)], [coupon("50")], {"coupon_basis": "none"}),
    Terms("a private coupon is not public", [bought(line("800"))], [price("799")], [pays(100)], [coupon("50", public="no")]),
    Terms(
        "a private coupon counts for who holds it",
        [bought(line("800")), bought(line("800"), ref="1002", buyer="B2")],
        [price("799")],
        [pays(5100, 100)],
        [coupon("50", public="no", buyer_ref="B1")],
        {"coupon_basis": "held"},
    ),
    Terms(
        "a public coupon nobody holds",
        [bought(line("800"))],
        [price("799")],
        [pays(100)],
        [coupon("50")],
        {"coupon_basis": "held"},
    ),
    Terms(
        "a coupon used at the purchase is gone",
        [bought(line("800"), coupons="C50")],
        [price("780")],
        [pays(2000)],
        [coupon("50", BEFORE)],
    ),
    Terms(
        "one coupon, one benefit: the second line is compared without",
        [bought(line("800"), line("800", sku="MUG"))],
        [price("799"), price("799", sku="MUG")],
        [pays(5100, 100)],
        [coupon("50")],
    ),
    Terms(
        "one coupon, one benefit: also in a later run",
        [bought(line("800")), bought(line("500", sku="MUG"), ref="1002")],
        [price("799"), price("480", NEXT, sku="MUG")],
        [pays(5100), Run([(2000, "PRICE_DROP")], {"CLAIM_LIMIT": 1}, AS_OF_NEXT)],
        [coupon("50")],
    ),
    Terms(
        "not consumed, it counts for every line",
        [bought(line("800"), line("800", sku="MUG"))],
        [price("799"), price("799", sku="MUG")],
        [pays(5100, 5100)],
        [coupon("50")],
        {"consume_coupon": False},
    ),
    Terms(
        "every buyer has one of his own",
        [bought(line("800")), bought(line("800"), ref="1002", buyer="B2")],
        [price("799")],
        [pays(5100, 5100)],
        [coupon("50")],
    ),
    Terms("a guest has none to use up", [order(line("800"))], [price("799")], [pays(100)], [coupon("50")]),
    Terms("a coupon that takes off too much is held", [bought(line("800"))], [price("800", BEFORE)], [Run()], [coupon("700")]),
]
GIFTS = [
    Terms("the gift is still given", [bought(line("500", gift_value="30"))], [price("450", gift_value="30")], [pays(5000)]),
    Terms("the gift is no longer given", [bought(line("500", gift_value="30"))], [price("450")], [pays(2000)]),
    Terms("a smaller gift is given", [bought(line("500", gift_value="30"))], [price("450", gift_value="10")], [pays(3000)]),
    Terms(
        "a dearer gift is given: nothing is added",
        [bought(line("500", gift_value="10"))],
        [price("450", gift_value="30")],
        [pays(5000)],
    ),
    Terms("the gift is worth more than the fall", [bought(line("500", gift_value="60"))], [price("450")], [refuses("BELOW_MIN")]),
    Terms(
        "gifts of the units kept",
        [bought(line("100", 3, gift_value="10", returned_quantity=1))],
        [price("90")],
        [pays(2000 - 667)],
    ),
    Terms(
        "block", [bought(line("500", gift_value="30"))], [price("450")], [refuses("GIFT_GONE")], policy={"gift_policy": "block"}
    ),
    Terms(
        "block, still given",
        [bought(line("500", gift_value="30"))],
        [price("450", gift_value="30")],
        [pays(5000)],
        policy={"gift_policy": "block"},
    ),
    Terms("ignore", [bought(line("500", gift_value="30"))], [price("450")], [pays(5000)], policy={"gift_policy": "ignore"}),
    Terms(
        "a gift makes the dearer price the better offer",
        [bought(line("500", gift_value="30"))],
        [price("450"), price("460", source="promo", gift_value="30")],
        [pays(4000)],
    ),
]
TIERS = [
    Terms("the own tier's price", [bought(line("90", tier="gold"))], [price("95"), price("80", tier="gold")], [pays(1000)]),
    Terms("another tier's price does not count", [bought(line("100"))], [price("80", tier="gold")], [refuses()]),
    Terms("a member is not compared with the public price", [bought(line("90", tier="gold"))], [price("80")], [refuses()]),
    Terms(
        "unless member prices are ignored",
        [bought(line("90", tier="gold"))],
        [price("80")],
        [pays(1000)],
        policy={"member_price": "ignore"},
    ),
    Terms(
        "ignored, a member price does not count",
        [bought(line("90", tier="gold"))],
        [price("70", tier="gold"), price("85")],
        [pays(500)],
        policy={"member_price": "ignore"},
    ),
    Terms(
        "a coupon on the own tier's price",
        [bought(line("90", tier="gold"))],
        [price("85", tier="gold")],
        [pays(1500)],
        [coupon("10")],
    ),
]


def run_all(terms: Terms, form: str, folder: Path) -> cast.Merchant:
    acme = cast.acme(**CHINA)
    made = [{key: value for key, value in row.items() if key != "buyer_ref"} for row in terms.coupons]
    import_coupons(acme, folder, made)
    report = doors.import_orders(acme, doors.orders_file(folder, terms.orders, form), form)
    assert report["quarantined"] == 0, doors.rows(acme, "SELECT reason, detail FROM store_quarantinedrow")
    import_coupons(acme, folder, terms.coupons)
    doors.import_prices(acme, doors.table_file(folder / "prices.csv", terms.prices))
    booked: list[tuple[int, str]] = []
    for run in terms.runs:
        report = doors.run_program(acme, run.at, **terms.policy)
        booked += run.pays
        assert [(amount, reason) for _order, _line, amount, reason in doors.claims(acme) if reason != "PRICE_ERROR"] == booked
        assert report["refused"] == run.refuses
    doors.assert_books_balance(acme)
    return acme


def import_coupons(merchant: cast.Merchant, folder: Path, rows: list[dict[str, Any]]) -> None:
    if rows:
        path = doors.table_file(folder / "coupons.csv", rows)
        assert doors.command("import_coupons", path, "--shop", merchant.shop_name)["quarantined"] == 0


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("terms", [*COUPONS, *GIFTS, *TIERS], ids=lambda terms: terms.name)
def test_terms(terms: Terms, form: str, tmp_path: Path) -> None:
    run_all(terms, form, tmp_path)


def test_a_claim_says_which_coupon_it_counted_and_voids_it(tmp_path: Path) -> None:
    acme = run_all(COUPONS[0], "jsonl", tmp_path)
    assert doors.one(acme, "SELECT inputs->>'coupon' || ' ' || (inputs->>'coupon_amount') FROM aftersales_claim") == "C50 5000"
    (found,) = doors.rows(acme, "SELECT state, used_for FROM store_couponholding")
    assert found[0] == "voided" and found[1].startswith("line:")


def test_a_refused_hold_gives_the_coupon_back(tmp_path: Path) -> None:
    acme = run_all(COUPONS[-1], "csv", tmp_path)
    assert doors.rows(acme, "SELECT state FROM store_couponholding") == [("voided",)]
    with scope(acme.id):
        held = Claim.objects.get(merchant_id=acme.id, state="held").pk
    acts.decide_hold(merchant_id=acme.id, claim_id=held, release=False, by=CLI, at=timezone.now())
    assert doors.rows(acme, "SELECT state, used_for FROM store_couponholding") == [("held", "")]


# Where the money goes.

PAYOUTS = "SELECT method, amount, state FROM aftersales_payout ORDER BY id"
CARD_AND_WALLET = "card=60.00#TX-1;wallet=40.00"


def paid_by(
    tenders: Any, folder: Path, *lines: dict[str, Any], form: str = "csv", drop: str = "90", **facts: Any
) -> cast.Merchant:
    acme = cast.acme(**CHINA)
    goods = lines or (line("100"),)
    report = doors.import_orders(acme, doors.orders_file(folder, [order(*goods, tenders=tenders, **facts)], form), form)
    assert report["quarantined"] == 0, doors.rows(acme, "SELECT reason, detail FROM store_quarantinedrow")
    prices = [price(drop, sku=sku) for sku in sorted({one["sku"] for one in goods})]
    doors.import_prices(acme, doors.table_file(folder / "prices.csv", prices))
    return acme


SPLITS = [
    ("in proportion", CARD_AND_WALLET, "90", [("card", 600), ("wallet", 400)]),
    ("the odd unit to the largest remainder", CARD_AND_WALLET, "89.99", [("card", 601), ("wallet", 400)]),
    ("a tie to the first", "card=50.00;wallet=50.00", "89.99", [("card", 501), ("wallet", 500)]),
    ("what was refunded there counts", "card=60.00/40.00;wallet=40.00", "90", [("card", 333), ("wallet", 667)]),
    ("one that has nothing left gets nothing", "card=60.00/60.00;wallet=40.00", "90", [("wallet", 1000)]),
    ("a single means", "card=100.00", "90", [("card", 1000)]),
    ("three means", "card=33.34;wallet=33.33;points=33.33", "99.80", [("card", 7), ("wallet", 7), ("points", 6)]),
]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize(("name", "tenders", "drop", "parts"), SPLITS, ids=[split[0] for split in SPLITS])
def test_a_split_payment_is_paid_back_the_way_it_came(
    name: str, tenders: str, drop: str, parts: list[Any], form: str, tmp_path: Path
) -> None:
    acme = paid_by(tenders, tmp_path, form=form, drop=drop)
    doors.run_program(acme, AS_OF)
    assert doors.rows(acme, PAYOUTS) == [(method, amount, "paid") for method, amount in parts]
    owed = sum(amount for _method, amount in parts)
    assert doors.balances(acme) == ({"refund_funding": -owed, "refunds_paid": owed} if owed else {})
    assert doors.rows(acme, "SELECT method, amount FROM aftersales_sandboxpayment ORDER BY id") == parts
    keys = doors.rows(acme, "SELECT split_part(key, ':', 4) FROM ledger_ledgertransfer WHERE kind LIKE '%%.reserved' ORDER BY id")
    assert keys == [(str(n),) for n in range(1, len(parts) + 1)]


def test_tenders_may_be_objects_in_json(tmp_path: Path) -> None:
    tenders = [{"method": "card", "amount": "60.00", "reference": "TX-1"}, {"method": "wallet", "amount": 40, "refunded": "5.00"}]
    acme = paid_by(tenders, tmp_path, form="jsonl")
    found = doors.rows(
        acme, "SELECT position, method, reference, captured_amount, refunded_amount FROM store_ordertender ORDER BY 1"
    )
    assert found == [(1, "card", "TX-1", 6000, 0), (2, "wallet", "", 4000, 500)]


@pytest.mark.parametrize(
    "text", ["card", "card=", "card=1e9", "card=-5", "card=5/6", "voucher=5", "Card=5", "card=5;", "card=5#"]
)
def test_tenders_that_are_not_understood_go_to_quarantine(text: str, tmp_path: Path) -> None:
    acme = cast.acme(**CHINA)
    report = doors.import_orders(acme, doors.orders_file(tmp_path, [order(line("100"), tenders=text)], "csv"), "csv")
    assert (report["quarantined"], doors.rows(acme, "SELECT 1 FROM store_ordertender")) == (1, [])


def test_lines_of_one_order_share_what_each_means_has_left(tmp_path: Path) -> None:
    """30.00 are owed on each of three lines; only 45.00 are left, of which 5.00 on the card."""
    goods = [line("100", sku=sku) for sku in ("CUP", "LAMP", "MUG")]
    acme = paid_by("card=100.00/95.00;wallet=200.00/160.00", tmp_path, *goods, drop="70", refunded="255.00")
    report = doors.run_program(acme, AS_OF)
    assert [row[2:] for row in doors.claims(acme)] == [(3000, "PRICE_DROP"), (1500, "CAPPED")]
    assert report["refused"] == {"CAPPED": 1}
    assert doors.rows(acme, "SELECT method, sum(amount) FROM aftersales_payout GROUP BY 1 ORDER BY 1") == [
        ("card", 500),
        ("wallet", 4000),
    ]
    doors.assert_books_balance(acme)


def test_no_means_gives_back_more_than_it_took_even_without_headroom(tmp_path: Path) -> None:
    acme = paid_by("card=60.00/58.00;wallet=40.00/39.00", tmp_path)
    doors.run_program(acme, AS_OF, headroom=False)
    assert doors.rows(acme, PAYOUTS) == [("card", 200, "paid"), ("wallet", 100, "paid")]


def test_a_part_that_failed_is_sent_again_by_itself(tmp_path: Path) -> None:
    acme = paid_by(CARD_AND_WALLET, tmp_path)
    program = acts.program_named("price_protection")
    at = doors.moment(AS_OF)
    acts_run = {"merchant_id": acme.id, "shop": None, "settings": {}, "as_of": at, "by": CLI, "at": at, "dry_run": False}
    run_program(program=program, **acts_run)
    wallet = doors.one(acme, "SELECT request_id FROM aftersales_payout WHERE method = 'wallet'")

    class OneRefused(SandboxGateway):
        def _judge(self, payment: Any) -> Any:
            self.faults = Faults(refuse=1.0 if payment.request_id == wallet else 0.0)
            return super()._judge(payment)

    settle_payouts(merchant_id=acme.id, at=at, gateway=OneRefused(acme.id))
    assert doors.rows(acme, PAYOUTS) == [("card", 600, "paid"), ("wallet", 400, "failed")]
    with scope(acme.id):
        claim = Claim.objects.get(merchant_id=acme.id).pk
    acts.pay_again(merchant_id=acme.id, claim_id=claim, by=CLI, at=at)
    settle_payouts(merchant_id=acme.id, at=at)
    assert doors.rows(acme, PAYOUTS) == [("card", 600, "paid"), ("wallet", 400, "failed"), ("wallet", 400, "paid")]
    assert doors.balances(acme) == {"refund_funding": -1000, "refunds_paid": 1000}


def test_a_released_hold_is_split_as_well(tmp_path: Path) -> None:
    acme = paid_by(CARD_AND_WALLET, tmp_path)
    doors.run_program(acme, AS_OF, price_error_hold=5)
    with scope(acme.id):
        claim = Claim.objects.get(merchant_id=acme.id, state="held").pk
    acts.decide_hold(merchant_id=acme.id, claim_id=claim, release=True, by=CLI, at=doors.moment(AS_OF))
    settle_payouts(merchant_id=acme.id, at=doors.moment(AS_OF))
    assert doors.rows(acme, PAYOUTS) == [("card", 600, "paid"), ("wallet", 400, "paid")]


@pytest.mark.parametrize("tenders", ["", CARD_AND_WALLET])
def test_a_hold_that_refunds_have_overtaken_cannot_be_released(tenders: str, tmp_path: Path) -> None:
    acme = paid_by(tenders, tmp_path)
    doors.run_program(acme, AS_OF, price_error_hold=5)
    later = order(line("100"), tenders=tenders.replace("60.00", "60.00/60.00").replace("40.00", "40.00/35.00"), refunded="95.00")
    doors.import_orders(acme, doors.orders_file(tmp_path, [later], "csv"), "csv")
    with scope(acme.id):
        claim = Claim.objects.get(merchant_id=acme.id, state="held").pk
    with pytest.raises(acts.Undecidable):
        acts.decide_hold(merchant_id=acme.id, claim_id=claim, release=True, by=CLI, at=doors.moment(AS_OF))
    assert doors.rows(acme, "SELECT state FROM aftersales_claim") == [("held",)]
    assert doors.rows(acme, PAYOUTS) == []


@pytest.mark.parametrize("tenders", ["", CARD_AND_WALLET])
def test_a_voucher_goes_to_an_account_of_its_own(tenders: str, tmp_path: Path) -> None:
    acme = paid_by(tenders, tmp_path)
    doors.run_program(acme, AS_OF, payout="voucher")
    assert doors.rows(acme, PAYOUTS) == [("voucher", 1000, "paid")]
    assert doors.balances(acme) == {"refund_funding": -1000, "vouchers_issued": 1000}
    doors.assert_books_balance(acme)


def test_a_changed_way_of_paying_is_taken_over(tmp_path: Path) -> None:
    acme = paid_by(CARD_AND_WALLET, tmp_path)
    doors.import_orders(acme, doors.orders_file(tmp_path, [order(line("100"), tenders="card=100.00")], "csv"), "csv")
    found = doors.rows(acme, "SELECT method, captured_amount FROM store_ordertender ORDER BY position")
    assert found == [("card", 10000), ("wallet", 0)]


# The split itself, against the kernel's largest remainder applied claim by claim.

ROOMS = st.lists(st.integers(0, 10**12), min_size=1, max_size=6)


@given(rooms=ROOMS, parts=st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_the_split_is_largest_remainder_on_what_is_left(rooms: list[int], parts: list[int]) -> None:
    total, amounts = sum(rooms), []
    for part in parts:
        wanted = min(total - sum(amounts), max(1, total * part // 2_000_000))
        if wanted > 0:
            amounts.append(wanted)
    left, expected = list(rooms), []
    for number, amount in enumerate(amounts, 1):
        shares = largest_remainder(amount, left)
        expected += [(number, place, share) for place, share in enumerate(shares, 1) if share]
        left = [room - share for room, share in zip(left, shares, strict=True)]
        assert min(left) >= 0
    found = doors.rows(NOBODY, "SELECT * FROM split_over_tenders(%s::bigint[], %s::bigint[])", amounts, rooms)
    assert found == expected


class Nobody:
    id = 1


NOBODY: Any = Nobody()


def test_a_claim_is_as_far_as_the_part_that_is_furthest_from_done(tmp_path: Path) -> None:
    acme = paid_by(CARD_AND_WALLET, tmp_path)
    doors.run_program(acme, AS_OF)
    for state, shown in (("paid", "paid"), ("retry", "retry"), ("failed", "failed")):
        doors.rows(acme, "UPDATE aftersales_payout SET state = %s WHERE method = 'card' RETURNING id", state)
        with scope(acme.id):
            assert shown_state(claims(acme.id, "price_protection").get()) == shown
