"""One vocabulary for states and codes: a tone (colour) and a translated label (text), never colour alone."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.ui.kit import Text, Tone

#: Stored state → tone and label. Keys are the values models store.
STATUSES: Mapping[str, tuple[Tone, Text]] = {
    # Orders and their parts
    "open": ("info", pgettext_lazy("status", "Open")),
    "pending": ("muted", pgettext_lazy("status", "Pending")),
    "placed": ("muted", pgettext_lazy("status", "Placed")),
    "paid": ("good", pgettext_lazy("status", "Paid")),
    "shipped": ("info", pgettext_lazy("status", "Shipped")),
    "delivered": ("info", pgettext_lazy("status", "Delivered")),
    "completed": ("good", pgettext_lazy("status", "Completed")),
    "closed": ("muted", pgettext_lazy("status", "Closed")),
    "cancelled": ("muted", pgettext_lazy("status", "Cancelled")),
    "refunded": ("warn", pgettext_lazy("status", "Refunded")),
    "partially_refunded": ("warn", pgettext_lazy("status", "Partly refunded")),
    "requested": ("info", pgettext_lazy("status", "Requested")),
    "withdrawn": ("muted", pgettext_lazy("status", "Withdrawn")),
    "rejected": ("bad", pgettext_lazy("status", "Rejected")),
    "refused": ("muted", pgettext_lazy("status", "Refused")),
    "new": ("muted", pgettext_lazy("status", "New")),
    "single": ("good", pgettext_lazy("status", "Matched to one line")),
    "spread": ("good", pgettext_lazy("status", "Matched to several lines")),
    "partial": ("warn", pgettext_lazy("status", "Matched in part")),
    "matched": ("good", pgettext_lazy("status", "Matched")),
    "unmatched": ("warn", pgettext_lazy("status", "Not matched")),
    # Claims and payouts
    "ineligible": ("muted", pgettext_lazy("status", "Not eligible")),
    "quoted": ("info", pgettext_lazy("status", "Quoted")),
    "reserved": ("info", pgettext_lazy("status", "Reserved")),
    "submitted": ("info", pgettext_lazy("status", "Submitted")),
    "retry": ("warn", pgettext_lazy("status", "Will retry")),
    "failed": ("bad", pgettext_lazy("status", "Failed")),
    "unknown": ("warn", pgettext_lazy("status", "Being checked")),
    "reconciled": ("good", pgettext_lazy("status", "Reconciled")),
    "held": ("warn", pgettext_lazy("status", "On hold")),
    "released": ("info", pgettext_lazy("status", "Released")),
    # Jobs: imports and runs
    "waiting": ("muted", pgettext_lazy("status", "Waiting")),
    "queued": ("muted", pgettext_lazy("status", "Waiting")),
    "uploaded": ("muted", pgettext_lazy("status", "Uploaded")),
    "staging": ("info", pgettext_lazy("status", "Reading")),
    "staged": ("info", pgettext_lazy("status", "Read")),
    "applying": ("info", pgettext_lazy("status", "Storing orders")),
    "matching": ("info", pgettext_lazy("status", "Matching refunds")),
    "merging": ("info", pgettext_lazy("status", "Merging")),
    "running": ("info", pgettext_lazy("status", "Running")),
    "finished": ("good", pgettext_lazy("status", "Finished")),
    "stopped": ("muted", pgettext_lazy("status", "Stopped")),
    "quarantined": ("warn", pgettext_lazy("status", "In quarantine")),
    "corrected": ("good", pgettext_lazy("status", "Corrected")),
    "dry_run": ("muted", pgettext_lazy("status", "Preview")),
    # Anything with a switch
    "active": ("good", pgettext_lazy("status", "Active")),
    "inactive": ("muted", pgettext_lazy("status", "Inactive")),
    "balanced": ("good", pgettext_lazy("status", "Balanced")),
    "unbalanced": ("bad", pgettext_lazy("status", "Not balanced")),
}
#: States in which something is moving: their dot breathes.
BUSY = frozenset({"running", "staging", "applying", "matching", "merging", "submitted", "retry", "unknown"})

#: Reason codes of claims, refusals, skips and quarantine, in a merchant's words. Keys in lower case.
REASONS: Mapping[str, Text] = {
    "price_drop": _("The price fell within the protection window"),
    "drop": _("The price fell within the protection window"),
    "eligible": _("Eligible"),
    "capped": _("Limited by what is left to refund on the order or line"),
    "below_min": _("The difference is below the minimum"),
    "no_drop": _("No lower price in the window"),
    "no_price": _("No price known in the window"),
    "claim_limit": _("This line has used up its claims"),
    "already_claimed": _("This line was already claimed"),
    "outside_window": _("Outside the protection window"),
    "window_closed": _("The protection window has closed"),
    "aftersale_open": _("An after-sale request is still open"),
    "currency_mismatch": _("Order and price are in different currencies"),
    "out_of_stock": _("Out of stock at the lower price"),
    "order_inactive": _("The order is cancelled or closed"),
    "nothing_kept": _("The buyer kept no unit"),
    "no_headroom": _("Nothing is left to refund on this order"),
    "price_error": _("The drop looks like a price error"),
    "price_error_hold": _("The drop looks like a price error"),
    "excluded": _("This product is excluded by the policy"),
    "excluded_sku": _("This product is excluded by the policy"),
    "bundle": _("Bundles are excluded"),
    "gift": _("Gifts are excluded"),
    "clearance": _("Clearance items are excluded"),
    "flash": _("Flash-sale items are excluded"),
    "free_item": _("Free items are excluded"),
    "channel": _("Bought in a channel the policy leaves out"),
    "channel_excluded": _("Bought in a channel the policy leaves out"),
    "max_quantity": _("More units on the line than the policy allows"),
    "quantity": _("More units on the line than the policy allows"),
    "tier_mismatch": _("No price for this buyer's tier"),
    "budget": _("The program's budget is used up"),
    "not_a_number": _("Not a number"),
    "too_many_decimals": _("More decimals than the currency has"),
    "below_minor_unit": _("Below the smallest unit of the currency"),
    "too_large": _("Larger than any real order"),
    "negative_price": _("Negative price"),
    "negative_quantity": _("Negative quantity"),
    "zero_price": _("Price of zero"),
    "price_zero": _("Price of zero"),
    "non_product": _("Not a product"),
    "adjustment": _("An accounting adjustment"),
    "missing_field": _("A required field is empty"),
    "missing_column": _("A required column is missing"),
    "bad_date": _("Not a date"),
    "bad_encoding": _("Not valid UTF-8 text"),
    "bad_json": _("Not valid JSON"),
    "mixed_currency": _("Several currencies in one order"),
    "total_mismatch": _("The lines do not add up to the total"),
    "line_too_long": _("The line is too long"),
    "formula": _("A cell that starts a spreadsheet formula"),
    "stale": _("Older than what is stored"),
}

#: Labels of counters and of the inputs behind a decision. Keys as stored.
FACTS: Mapping[str, Text] = {
    "rows_read": _("Rows read"),
    "sale_lines": _("Sale lines"),
    "sale_value": _("Sale value"),
    "orders": _("Orders"),
    "lines_new": _("New lines"),
    "lines_updated": _("Updated lines"),
    "unchanged": _("Unchanged lines"),
    "refund_requests": _("Refund requests"),
    "matched_single": _("Refunds matched to one purchase"),
    "quarantined": _("Rows in quarantine"),
    "skipped": _("Skipped rows"),
    "seconds": _("Seconds"),
    "lines_seen": _("Lines checked"),
    "claims": _("Claims"),
    "amount": _("Amount"),
    "held": _("Held for review"),
    "refused": _("Refused"),
    "paid_amount": _("Paid for the line"),
    "paid_unit_amount": _("Paid per unit"),
    "unit_amounts": _("Paid per unit"),
    "unit_paid_amounts": _("Paid per unit"),
    "quantity": _("Units bought"),
    "returned_quantity": _("Units returned"),
    "open_aftersale_quantity": _("Units in an open after-sale"),
    "units": _("Units"),
    "units_kept": _("Units kept"),
    "kept": _("Units kept"),
    "basis": _("What the kept units cost"),
    "basis_amount": _("What the kept units cost"),
    "current": _("What they cost now"),
    "current_amount": _("What they cost now"),
    "price_amount": _("Lower price per unit"),
    "price": _("Lower price per unit"),
    "price_at": _("Lower price seen on"),
    "price_day": _("Lower price seen on"),
    "price_valid_from": _("Lower price valid from"),
    "price_valid_to": _("Lower price valid until"),
    "price_source": _("Source of the price"),
    "goodwill_amount": _("Goodwill already refunded"),
    "protected_amount": _("Price protection already paid"),
    "previous_amount": _("Price protection already paid"),
    "difference": _("Difference"),
    "difference_amount": _("Difference"),
    "tax_amount": _("Tax on the difference"),
    "min_diff": _("Minimum difference"),
    "min_diff_amount": _("Minimum difference"),
    "order_headroom": _("Left to refund on the order"),
    "order_headroom_amount": _("Left to refund on the order"),
    "line_headroom": _("Left to refund on the line"),
    "line_headroom_amount": _("Left to refund on the line"),
    "cap_amount": _("Program limit"),
    "window_start": _("Window opens"),
    "window_end": _("Window closes"),
    "window_from": _("Window opens"),
    "window_to": _("Window closes"),
    "window_days": _("Days protected"),
    "anchor_at": _("Window counted from"),
    "as_of": _("Decided as of"),
    "paid_at": _("Paid at"),
    "tier": _("Buyer's tier"),
    "channel": _("Channel"),
    "currency": _("Currency"),
    "policy_version": _("Policy version"),
    "stock": _("Stock"),
}


def status_tone(status: str) -> Tone:
    """Colour of a stored state; unknown states are neutral."""
    return STATUSES[status][0] if status in STATUSES else "muted"


def status_label(status: str) -> Text:
    """Text of a stored state; an unknown state shows itself, spelled out."""
    return STATUSES[status][1] if status in STATUSES else humanize(status)


def reason_label(code: str) -> Text:
    """A reason code in a merchant's words; an unknown code shows itself."""
    return REASONS.get(code.lower(), code)


def fact_label(key: str) -> Text:
    """Label of a counter or of an input behind a decision."""
    return FACTS.get(key, humanize(key))


def humanize(key: str) -> str:
    """`lines_seen` → `Lines seen`."""
    return key.replace("_", " ").strip().capitalize()
