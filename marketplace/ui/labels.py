"""One vocabulary for states and codes: a tone (colour) and a translated label (text), never colour alone."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.ui.kit import Text, Tone

#: Stored state → tone and label. Keys are the values models store.
STATUSES: Mapping[str, tuple[Tone, Text]] = {
    # Orders and their parts
    "open": ("info", pgettext_lazy("status", "Open")),
    "current": ("good", pgettext_lazy("status", "Current")),
    "removed": ("muted", pgettext_lazy("status", "Removed")),
    "pending": ("muted", pgettext_lazy("status", "Pending")),
    "available": ("good", pgettext_lazy("status", "Available")),
    "agreed": ("good", pgettext_lazy("status", "Agreed")),
    "done": ("good", pgettext_lazy("status", "Done")),
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
    # The market: companies, categories, listings, transfers
    "verified": ("good", pgettext_lazy("status", "Verified")),
    "renewing": ("info", pgettext_lazy("status", "Being renewed")),
    "suspended": ("bad", pgettext_lazy("status", "Suspended")),
    "announced": ("info", pgettext_lazy("status", "On its way")),
    "confirmed": ("good", pgettext_lazy("status", "Arrived")),
    "left": ("muted", pgettext_lazy("status", "Left")),
    # Payouts of providers; most of their states have a word above
    "proposed": ("warn", pgettext_lazy("status", "To be confirmed")),
    "returned": ("bad", pgettext_lazy("status", "Refused by the bank")),
    "drafted": ("muted", pgettext_lazy("status", "Being prepared")),
    "exported": ("info", pgettext_lazy("status", "With the bank")),
    # Coupons
    "used": ("muted", pgettext_lazy("status", "Used")),
    "voided": ("muted", pgettext_lazy("status", "Voided")),
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
    "approved": ("good", pgettext_lazy("status", "Approved")),
    "explained": ("info", pgettext_lazy("status", "Explained")),
    "resolved": ("good", pgettext_lazy("status", "Resolved")),
    "killed": ("bad", pgettext_lazy("status", "Stopped")),
    # Presale reminders: orders and touches
    "deposit_paid": ("muted", pgettext_lazy("status", "Deposit paid")),
    "enrolled": ("muted", pgettext_lazy("status", "Taken up")),
    "holdout": ("muted", pgettext_lazy("status", "Control group")),
    "scheduled": ("info", pgettext_lazy("status", "Reminder planned")),
    "touched": ("info", pgettext_lazy("status", "Reminded")),
    "rescheduled": ("info", pgettext_lazy("status", "Rescheduled")),
    "balance_paid": ("good", pgettext_lazy("status", "Balance paid")),
    "settled": ("good", pgettext_lazy("status", "Settled")),
    "expired": ("muted", pgettext_lazy("status", "Expired")),
    "deposit_refunded": ("muted", pgettext_lazy("status", "Deposit refunded")),
    "suppressed": ("warn", pgettext_lazy("status", "Suppressed")),
    "sent": ("good", pgettext_lazy("status", "Sent")),
    "sending": ("info", pgettext_lazy("status", "Being sent")),
    "dropped": ("muted", pgettext_lazy("status", "Not sent")),
    "included": ("info", pgettext_lazy("status", "Being sent")),
    # Payments in and back
    "created": ("muted", pgettext_lazy("status", "Not begun")),
    "succeeded": ("good", pgettext_lazy("status", "Arrived")),
    "credited": ("good", pgettext_lazy("status", "Credited")),
    # Jobs: imports and runs
    "not_better": ("muted", pgettext_lazy("training", "Not better")),
    "replaced": ("muted", pgettext_lazy("training", "Replaced")),
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
    # Messages
    "ready": ("muted", pgettext_lazy("status", "Waiting")),
    "dead": ("bad", pgettext_lazy("status", "Given up")),
    "started": ("warn", pgettext_lazy("status", "No answer recorded")),
    "default": ("muted", pgettext_lazy("status", "Default")),
    "custom": ("info", pgettext_lazy("status", "Your own")),
    "missing": ("warn", pgettext_lazy("status", "Missing")),
    "reset": ("muted", pgettext_lazy("status", "Back to the default")),
    # Fapiao
    "asked": ("warn", pgettext_lazy("fapiao", "Asked for")),
    "issued": ("good", pgettext_lazy("fapiao", "Issued")),
    "to_reverse": ("bad", pgettext_lazy("fapiao", "To be reversed")),
    "reversed": ("muted", pgettext_lazy("fapiao", "Reversed")),
    "lapsed": ("muted", pgettext_lazy("fapiao", "Lapsed")),
    # Listings and their versions
    "draft": ("muted", pgettext_lazy("status", "Draft")),
    "published": ("good", pgettext_lazy("status", "Published")),
    "paused": ("warn", pgettext_lazy("status", "Paused")),
    "archived": ("muted", pgettext_lazy("status", "Archived")),
    "changes_requested": ("warn", pgettext_lazy("status", "Changes asked for")),
    "discarded": ("muted", pgettext_lazy("status", "Discarded")),
    # Anything with a switch
    "usable": ("good", pgettext_lazy("status", "Usable")),
    "revoked": ("muted", pgettext_lazy("status", "Revoked")),
    "opted_out": ("bad", pgettext_lazy("status", "Opted out")),
    "active": ("good", pgettext_lazy("status", "Active")),
    "inactive": ("muted", pgettext_lazy("status", "Inactive")),
    "balanced": ("good", pgettext_lazy("status", "Balanced")),
    "unbalanced": ("bad", pgettext_lazy("status", "Not balanced")),
    # Refund retention
    "not_eligible": ("muted", pgettext_lazy("retention", "No card")),
    "offered": ("info", pgettext_lazy("retention", "Offered")),
    "accepted": ("good", pgettext_lazy("retention", "Accepted")),
    "declined": ("muted", pgettext_lazy("retention", "Declined")),
    "timed_out": ("muted", pgettext_lazy("retention", "No answer")),
    "withdrawal_requested": ("warn", pgettext_lazy("retention", "Withdrawal requested")),
    "saved_provisional": ("good", pgettext_lazy("retention", "Saved, provisional")),
    "saved_final": ("good", pgettext_lazy("retention", "Saved")),
    "withdraw_impossible": ("bad", pgettext_lazy("retention", "Could not be withdrawn")),
}
#: States in which something is moving: their dot breathes.
BUSY = frozenset({"running", "staging", "applying", "matching", "merging", "submitted", "retry", "unknown"})

#: Reason codes in a merchant's words: decisions in capitals, rows of a file in lower case. Programs add theirs with
#: `add_reasons` when the site starts.
REASONS: dict[str, Text] = {
    # Rows of a file: skipped
    "adjustment": _("An accounting adjustment"),
    "below_minor_unit": _("Below the smallest unit of the currency"),
    "cancellation_without_quantity": _("A cancellation without units"),
    "non_product": _("Not a product"),
    "outdated": _("Older than what is stored"),
    "price_zero": _("A price of zero"),
    "superseded": _("A later version is in the same file"),
    "unversioned": _("Without the time of its last change, while what is stored has one: not taken"),
    # Rows of a file: in quarantine
    "bad_flag": _("Neither yes nor no"),
    "bad_invoice_number": _("Not an invoice number"),
    "bad_json": _("Not valid JSON"),
    "bad_quantity": _("Not a possible quantity"),
    "bad_tax_rate": _("Not a tax rate"),
    "bad_tenders": _("The payments do not add up to what was paid"),
    "bad_time": _("Not a date and time"),
    "bad_value": _("A value of the wrong kind"),
    "currency_mismatch": _("Another currency than the shop's"),
    "duplicate_row": _("The same row twice"),
    "formula": _("A cell that starts a spreadsheet formula"),
    "line_too_long": _("The line is too long"),
    "lines_do_not_sum_to_total": _("The lines do not add up to the order's total"),
    "malformed": _("Not readable as a record"),
    "missing_field": _("A required field is missing"),
    "more_returned_than_bought": _("More units returned than bought"),
    "negative_money": _("A negative amount"),
    "negative_price": _("A negative price"),
    "not_a_number": _("Not a number"),
    "too_large": _("Larger than any real amount"),
    "too_many_decimals": _("More decimals than the currency has"),
    "unknown_field": _("An unknown field"),
    "unknown_record": _("An unknown kind of record"),
    "unknown_status": _("An unknown order status"),
    "unknown_outcome": _("An unknown outcome of a refund request"),
    "closed_without_outcome": _("Closed, but without an outcome"),
    "wrong_column_count": _("More or fewer columns than the header"),
}

#: Labels of counters and of the inputs behind a decision, in the order they are shown. Keys as stored.
FACTS: dict[str, Text] = {
    "rows_read": _("Rows read"),
    "sale_lines": _("Sale lines"),
    "sale_value": _("Sale value"),
    "orders": _("Orders"),
    "lines_new": _("New lines"),
    "lines_updated": _("Updated lines"),
    "lines_removed": _("Lines removed"),
    "unchanged": _("Unchanged lines"),
    "refund_requests": _("Refund requests"),
    "requests_updated": _("Refund requests changed"),
    "matched_single": _("Refunds matched to one purchase"),
    "quarantined": _("Rows in quarantine"),
    "skipped": _("Skipped"),
    "seconds": _("Seconds"),
    "lines_seen": _("Lines checked"),
    "claims": _("Claims"),
    "amount": _("Amount"),
    "held": _("Held for review"),
    "refused": _("Refused"),
    "paid_amount": _("Paid for the line"),
    "quantity": _("Units bought"),
    "returned": _("Units returned"),
    "kept": _("Units kept"),
    "basis": _("What the kept units cost"),
    "goodwill": _("Goodwill already refunded"),
    "protected": _("Price protection already paid"),
    "price": _("Lower price per unit"),
    "price_source": _("Source of the price"),
    "price_from": _("Lower price valid from"),
    "current": _("What they cost now"),
    "coupon": _("Coupon counted"),
    "coupon_amount": _("Taken off by the coupon"),
    "gift_gone": _("Gifts no longer given"),
    "difference": _("Difference"),
    "tax_amount": _("Tax on the difference"),
    "order_headroom": _("Left to refund"),
    "window_from": _("Window opens"),
    "window_to": _("Window closes"),
    "as_of": _("Decided as of"),
    "promised_at": _("Promised"),
    "tier": _("Price tier"),
    "channel": _("Channel"),
    "currency": _("Currency"),
    "policy_version": _("Policy version"),
}
#: Words for stored values, by key.
VALUES: Mapping[str, Mapping[str, Text]] = {
    "price_source": {"feed": _("Price feed"), "observed": _("Observed in orders"), "promo": _("Promotion")},
}
#: What a transfer was for. Keys are `LedgerTransfer.kind`.
TRANSFER_KINDS: Mapping[str, Text] = {
    "price_protection.reserved": _("Price protection reserved"),
    "price_protection.paid": _("Price protection paid"),
    "price_protection.failed": _("Price protection returned after a failure"),
    "price_protection.released": _("Price protection released"),
    "refund_retention.reserved": _("Goodwill reserved"),
    "refund_retention.paid": _("Goodwill paid"),
    "refund_retention.failed": _("Goodwill returned after a failure"),
    "wallet.paid_in": pgettext_lazy("wallet", "Paid in"),
    "wallet.paid_back": pgettext_lazy("wallet", "Paid back"),
    "wallet.came_back": _("Came back: could not be sent"),
    "escrow.held": _("Held for a contract"),
    "escrow.refunded": _("Given back from a contract"),
    "escrow.released": _("Released for accepted work"),
    "escrow.matured": _("Earnings became available"),
    "escrow.reversed": _("Taken back after release"),
    "fee.fixed": _("Fixed fee"),
    "fee.service": _("Service fee"),
    "fee.payment": _("Payment fee"),
    "fee_back.fixed": _("Fixed fee given back"),
    "fee_back.service": _("Service fee given back"),
    "fee_back.payment": _("Payment fee given back"),
    "dispute.charged": _("Fee of an appeal"),
    "dispute.returned": _("Fee of an appeal given back"),
    "payout.sent": _("Payout sent"),
    "payout.paid": _("Payout arrived"),
    "payout.failed": _("Payout failed"),
    "payout.bounced": _("Payout came back"),
    "deposit.paid_in": _("Deposit paid in"),
    "deposit.deducted": _("Deducted by a ruling"),
    "deposit.returned": _("Given back after an appeal"),
    "deposit.paid_back": _("Deposit paid back"),
}

#: Means of payment that have a word of ours.
TENDERS: Mapping[str, Text] = {
    "voucher": _("Voucher"),
    "card": _("Card"),
    "wallet": _("Wallet"),
    "points": _("Points"),
    "gift_card": _("Gift card"),
}

#: Programs by their stored names; '' stands for all of them.
PROGRAMS: Mapping[str, Text] = {
    "": _("All programs"),
    "price_protection": _("Price protection"),
    "presale_balance": _("Presale reminders"),
    "refund_retention": _("Refund retention"),
}

#: Where an order came from.
CHANNELS: Mapping[str, Text] = {
    "account": pgettext_lazy("channel", "Signed-in buyer"),
    "guest": pgettext_lazy("channel", "Guest"),
    "app": pgettext_lazy("channel", "App"),
    "web": pgettext_lazy("channel", "Website"),
    "store": pgettext_lazy("channel", "Store"),
    "live": pgettext_lazy("channel", "Live room"),
    "live_room": pgettext_lazy("channel", "Live room"),
    "group": pgettext_lazy("channel", "Group buy"),
}

#: The chart colour that goes with a tone.
SERIES_TONES: Mapping[Tone, int] = {"info": 1, "good": 2, "warn": 3, "bad": 4, "muted": 6}


def status_tone(status: str) -> Tone:
    """Colour of a stored state; unknown states are neutral."""
    return STATUSES[status][0] if status in STATUSES else "muted"


def status_label(status: str) -> Text:
    """Text of a stored state; an unknown state shows itself, spelled out."""
    return STATUSES[status][1] if status in STATUSES else humanize(status)


def series_tone(status: str) -> int:
    """The chart colour of a stored state, so that a chart and its pills agree."""
    return SERIES_TONES[status_tone(status)]


def value_label(key: str, value: str) -> Text:
    """A stored value in words, where there are words for it."""
    return VALUES.get(key, {}).get(value, value)


def reason_label(code: str) -> Text:
    """A reason code in a merchant's words; an unknown code shows itself."""
    return REASONS.get(code, code)


def tender_label(method: str) -> Text:
    """A means of payment in words; one we have no word for shows the platform's."""
    return TENDERS.get(method, method)


def add_reasons(reasons: Mapping[str, Text]) -> None:
    """Let an app name its own codes (from `AppConfig.ready`); the last one to name a code wins."""
    REASONS.update(reasons)


def add_facts(words: Mapping[str, Text]) -> None:
    """Let an app name the keys of what it stores (from `AppConfig.ready`); what is named already keeps its word and place."""
    for key, word in words.items():
        FACTS.setdefault(key, word)


def transfer_label(kind: str) -> Text:
    """What a transfer was for; an unknown kind shows itself, spelled out."""
    return TRANSFER_KINDS.get(kind, humanize(kind.replace(".", " ")))


def program_label(name: str) -> Text:
    """A program's name in words; an unknown one shows itself, spelled out."""
    return PROGRAMS.get(name, humanize(name))


def channel_label(code: str) -> Text:
    """Where an order came from, in words; an unknown channel shows itself."""
    return CHANNELS.get(code, code)


def fact_label(key: str) -> Text:
    """Label of a counter or of an input behind a decision."""
    return FACTS.get(key, humanize(key))


def humanize(key: str) -> str:
    """`lines_seen` → `Lines seen`."""
    return key.replace("_", " ").strip().capitalize()
