"""What the forms of the site are sent when every address is tried: harmless, accepted, and anew each time where it has to be."""

from collections.abc import Callable
from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from aftersales.programs.refund_retention.rules import OFFER_BY_INTENT
from marketplace.tenancy.scope import scope
from orders.hiring.models import Brief, Proposal
from orders.service.calendar import day_of
from orders.service.models import ContractVersion
from orders.shifts.weeks import WEEK, monday_of
from providers.catalogue.models import Category
from providers.listings.models import ListingVersion
from providers.onboarding.models import Application
from tests.outbox.letters import SERVICE
from tests.providers.onboarding import papers
from tests.tenancy.fills.offers import willing_merchant
from tests.tenancy.world import Filled

POLICY = {
    "window_days": "9", "window_anchor": "delivered", "price_point": "claim", "purchase_day": "include", "returns": "deduct",
    "open_aftersale": "refuse", "member_price": "own_tier",
    "coupon_basis": "public", "gift_policy": "deduct", "payout": "original",
}  # fmt: skip
PRESALE_POLICY = {
    "t1_after_minutes": "15", "t1_channels": "email,in_app", "t2_percent": "40", "t2_channels": "email",
    "t3_before_minutes": "120", "t3_channels": "sms,email", "max_touches": "3", "min_gap_minutes": "30",
    "quiet_from": "22:00", "quiet_to": "09:00", "quiet_channels": ["sms"], "max_late_minutes": "60", "plan_ahead_minutes": "10",
    "price_drop": "hand_over", "out_of_stock": "stop", "success_days": "15", "forfeit_cap_percent": "20", "cost_per_email": "0",
    "cost_per_sms": "5",
}  # fmt: skip
RETENTION = {
    "holdout_percent": "20", "hold_minutes": "30", "hold_percent": "10", "cap_percent": "7", "money_offer_days": "90",
    "settle_days": "30", "channel": "email", "platform_deadline_hours": "48", "serial_days": "90", "undo_minutes": "5",
    "min_probability_percent": "60",
    **{f"offer_{intent}": offer for intent, offer in OFFER_BY_INTENT.items()},
}  # fmt: skip
FIRST_ORDER = (
    '{"order_ref": "NEW-1", "placed_at": "2026-03-02T10:00:00", "lines": [{"sku": "NEW", "quantity": 1, "list_unit_price": "1"}]}'
)


def order_file(_of: Filled) -> SimpleUploadedFile:
    return SimpleUploadedFile("new.jsonl", FIRST_ORDER.encode())


def price_file(of: Filled) -> SimpleUploadedFile:
    row = f"{of.merchant.slug.upper()}-LAMP,{next(prices)}.00,2026-03-07T00:00:00"
    return SimpleUploadedFile("prices.csv", f"sku,price,valid_from\n{row}\n".encode())


#: What the form of a need sends at the least.
NEED = {
    "title": "Run another shop", "category": "store-operation", "text": "Every day of the week, on JD.", "currency": "CNY",
    "budget_max": "9000", "budget_unit": "month", "mode": "invited", "answer_days": "7",
}  # fmt: skip


def seen_of(proposal: str) -> Callable[[Filled], int]:
    """The version of an offer that its page would have shown."""

    def number(of: Filled) -> int:
        with scope(of.id):
            return Proposal.objects.values_list("number", flat=True).get(pk=of.ids[proposal])

    return number


def roster_file(_of: Filled) -> SimpleUploadedFile:
    day = monday_of(day_of(timezone.now())) - 4 * WEEK
    return SimpleUploadedFile("roster.csv", f"agent,starts_at,ends_at\nZoe,{day} 09:00,{day} 17:00\n".encode())


def events_file(_of: Filled) -> SimpleUploadedFile:
    """Each time other events, so that it is another version of the week."""
    day, n = monday_of(day_of(timezone.now())) - 4 * WEEK, next(prices)
    rows = f"event_id,kind,ticket,agent,occurred_at\ne{n},reply,t{n},Zoe,{day} 09:05\n"
    return SimpleUploadedFile("events.csv", rows.encode())


WEEK_OF_SHIFTS = {
    "week": lambda _of: (monday_of(day_of(timezone.now())) - 4 * WEEK).isoformat(), "roster": roster_file, "events": events_file,
}  # fmt: skip
#: An offer of one line; where a page changes one that stands, with what it showed.
OFFER: dict[str, Any] = {
    "send": "1", "model": "fixed", "scope": "Running the shop", "revisions": "2", "due_days": "14",
    "items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "0", "items-0-name": "The shop", "items-0-quantity": "1",
    "items-0-unit_minor": "7000",
}  # fmt: skip


def need_revision(of: Filled) -> int:
    with scope(of.id):
        return Brief.objects.values_list("revision", flat=True).get(merchant_id=of.id, pk=of.ids["draft_need"])


def held_claim(of: Filled) -> int:
    return of.ids["held_too"]


def shop_of(of: Filled) -> int:
    return of.merchant.shop.pk


def pause_of(of: Filled) -> int:
    return of.ids["pause"]


def address_file(_of: Filled) -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", b"address\nimported@x.example\n")


def listing_category(_of: Filled) -> int:
    return Category.objects.get(slug="store-operation").pk


def picture_file(_of: Filled) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (80, 64), (next(prices) % 256, 80, 120)).save(out, "PNG")
    return SimpleUploadedFile("picture.png", out.getvalue())


def saves(section: str) -> Callable[[Filled], int]:
    """The count of saves a form starts from, as its page would have it."""

    def count(of: Filled) -> int:
        with scope(of.id):
            newest = ListingVersion.objects.filter(provider_id=of.id, listing_id=of.ids["listing"]).latest("number")
            return newest.revisions.get(section, 0)

    return count


NEW_LISTING = {"category": listing_category, "title_en": "Another service"}
NO_ROWS = {f"{name}-{count}_FORMS": "0" for name in ("free", "paid", "remote") for count in ("TOTAL", "INITIAL")}


def paper_file(_of: Filled) -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", papers.pdf(f"paper {next(prices)}"))


def open_category(_of: Filled) -> str:
    """Each time another one, so that choosing writes something."""
    leaves = Category.objects.filter(parent__isnull=False, is_active=True).order_by("id")
    return leaves[next(prices) % leaves.count()].slug


def other_name(_of: Filled) -> str:
    return f"Name {next(prices)}"


def company_of(of: Filled) -> str:
    """The company's name as the form of onboarding has it now."""
    with scope(of.id):
        return Application.objects.get(provider_id=of.id).company_name


def bank_number(_of: Filled) -> str:
    return f"622202{next(prices):010}"


#: An offer to whoever has had the fewest.
COUPON = {
    "service": lambda of: f"{of.ids['listing']}:", "kind": "percent", "value": "12.5", "days": "14",
    "merchants": lambda of: willing_merchant(of.id),
}  # fmt: skip
PAYOUT_ACCOUNT = {"holder": company_of, "bank": lambda of: f"{of.merchant.slug} bank", "number": bank_number}


def outcome_hash(of: Filled) -> str:
    """Of the version on offer: what the writer has read."""
    with scope(of.id):
        known = ContractVersion.objects.filter(order_id=of.ids["service_order"]).order_by("-number")
        return known.values_list("hash", flat=True).first() or ""


OUTCOME = {
    "metric": "presale_balance", "window_days": "30", "settle_days": "30", "holdout": "20", "min_sample": "200", "basis": "value",
    "rate": "10", "cap": "500", "base_hash": outcome_hash,
}  # fmt: skip
WORDING = {"kind": SERVICE, "step": "", "channel": "email", "language": "en"}
#: Writes that store nothing here: they answer a question too long for an address, or the world is not ready for them.
HARMLESS = {
    "contracts:split_answer": "answers an offer that is not open, so that its page stays; tests/orders/service answers real ones",
    "jobs:split_answer": "for the same reason",
    "hiring:matches": "nobody of the world can be invited: its companies are not verified; tests/orders/hiring invites",
    "leads:quote": "for the same reason; tests/orders/hiring sends proposals",
    "leads:apply": "for the same reason",
    "messages:preview": "draws a preview",
    "onboarding:submit": "the world's company is incomplete, so that its pages can be written to; tests/providers hands one in",
    "onboarding:withdraw": "for the same reason",
    "earnings:confirm_account": "entering another account cancels the one that waits; tests/orders/payouts confirms one",
    "outcomes:withdraw": "the world's contract may have no outcome to leave out; tests/orders/outcomes leaves one out",
    "job_outcomes:withdraw": "for the same reason",
    "settings:switch": "chooses for the session",
    "settings:leave": "leaves only with its confirmation",
    "settings:second_step": "what is switched off already stays so",
}
prices = count(70)
UPLOAD = {"file": order_file, "format": "jsonl", "shop": shop_of}
PRICES = {"price_file": price_file, "kind": "prices", "price_shop": shop_of}
BUDGET = {"level": "merchant_day", "currency": "EUR", "limit": "100.00", "alert_percent": "80"}
PAUSE = {"from_date": "2099-01-01", "until_date": "2099-01-02"}
BETTER = {"text": "A second tester checks every delivery. " * 3}
GUARD_SETTINGS = {
    "payout_limit": "400", "batch_limit": "9000", "approval_days": "7", "breaker_percent": "300", "breaker_hours": "24",
    "breaker_windows": "28", "breaker_min_windows": "7",
}  # fmt: skip
PREVIEW = {
    "shop": shop_of, "since": "2026-03-01", "until": "2026-03-05", "policy": "defaults", "changes": "", "margin_percent": "30",
}  # fmt: skip
#: A public listing of a provider whom no test touches, into a new list each time.
KEPT = {"l": "shelf-shops", "into": "new", "new_name": lambda _of: f"list {next(prices)}"}
REPORT = {"about": lambda of: f"provider:{of.merchant.slug}-studio", "reason": "price", "text": "It is twice as much."}
DISPUTED = {"reason": "quality", "statement": "It is poor.", "to_provider": "10"}
ASKED = {"listing": "shelf-shops", "text": "How much?", "key": lambda _of: str(next(prices))}
ORDERED = {"listing": "shelf-shops", "package": "basic", "quantity": "1"}


def offered_hash(name: str) -> Callable[[Filled], str]:
    """The hash of the version on offer, as the page would have it."""

    def found(of: Filled) -> str:
        with scope(of.id):
            return ContractVersion.objects.filter(order_id=of.ids[name]).latest("number").hash

    return found


def of_id(name: str) -> Callable[[Filled], int]:
    return lambda of: of.ids[name]


def changed(name: str) -> dict[str, Any]:
    """The form of a changed contract, each time another one."""
    terms = {"title": lambda of: f"{of.merchant.slug} {next(prices)}", "scope": "Two pages", "revisions": "2"}
    first = {"m0-name": "First", "m0-amount": "100", "m0-due_days": "14"}
    return {**terms, **first, "auto_accept_days": "7", "late_days": "3", "base": offered_hash(name)}


LATER = {"gateway": "sandbox", "currency": "CNY", "key": lambda _of: f"key-{next(prices)}"}
