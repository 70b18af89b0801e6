"""Actions and facts of the audit in words. An action is `part.object.done`; each piece has its word, a new one shows itself."""

from collections.abc import Mapping

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.roles import Role
from marketplace.ui.kit import Text
from marketplace.ui.labels import PROGRAMS, STATUSES, humanize

#: Parts of the market: the first piece of an action.
ROOMS: Mapping[str, Text] = {
    "moderation": _("Moderation"),
    "providers": _("Service providers"),
    "shortlists": _("Shortlists"),
    "accounts": _("Accounts"),
    "merchants": _("Merchants"),
    "store": _("Order store"),
    "aftersales": _("After-sales programs"),
    "guards": _("Guards"),
    "intents": _("Intents"),
    "outbox": _("Messages"),
    "api": _("API"),
}
#: What was acted on: the second piece.
OBJECTS: Mapping[str, Text] = {
    "appeal": pgettext_lazy("audit", "Appeal"),
    "application": pgettext_lazy("audit", "Application"),
    "approval": pgettext_lazy("audit", "Approval"),
    "books": pgettext_lazy("audit", "Books"),
    "breaker": pgettext_lazy("audit", "Circuit breaker"),
    "budget": pgettext_lazy("audit", "Budget"),
    "case": pgettext_lazy("audit", "Case"),
    "category": pgettext_lazy("audit", "Category"),
    "channel": pgettext_lazy("audit", "Channel"),
    "consent": pgettext_lazy("audit", "Consent"),
    "contacts": pgettext_lazy("audit", "Contacts"),
    "coupons": pgettext_lazy("audit", "Coupons"),
    "deposit": pgettext_lazy("audit", "Deposit"),
    "document": pgettext_lazy("audit", "Document"),
    "endpoint": pgettext_lazy("audit", "Endpoint"),
    "exit": pgettext_lazy("audit", "Exit"),
    "export": pgettext_lazy("audit", "Data export"),
    "experiment": pgettext_lazy("audit", "Experiment"),
    "forecast": pgettext_lazy("audit", "Forecast"),
    "hold": pgettext_lazy("audit", "Hold"),
    "import": pgettext_lazy("audit", "Import"),
    "invitation": pgettext_lazy("audit", "Invitation"),
    "key": pgettext_lazy("audit", "API key"),
    "label": pgettext_lazy("audit", "Label"),
    "list": pgettext_lazy("audit", "Shortlist"),
    "listing": pgettext_lazy("audit", "Listing"),
    "membership": pgettext_lazy("audit", "Membership"),
    "messages": pgettext_lazy("audit", "Messages"),
    "mfa": pgettext_lazy("audit", "Second step"),
    "note": pgettext_lazy("audit", "Note"),
    "onboarding": pgettext_lazy("audit", "Onboarding"),
    "organization": pgettext_lazy("audit", "Organization"),
    "payout": pgettext_lazy("audit", "Payout"),
    "penalty": pgettext_lazy("audit", "Penalty"),
    "policy": pgettext_lazy("audit", "Policy"),
    "prices": pgettext_lazy("audit", "Prices"),
    "profile": pgettext_lazy("audit", "Profile"),
    "program": pgettext_lazy("audit", "Program"),
    "promotions": pgettext_lazy("audit", "Promotions"),
    "refund_request": pgettext_lazy("audit", "Refund request"),
    "refund_retention": pgettext_lazy("audit", "Refund retention"),
    "report": pgettext_lazy("audit", "Report"),
    "request": pgettext_lazy("audit", "Request"),
    "review": pgettext_lazy("audit", "Review"),
    "run": pgettext_lazy("audit", "Run"),
    "score": pgettext_lazy("audit", "Score"),
    "search": pgettext_lazy("audit", "Saved search"),
    "settings": pgettext_lazy("audit", "Settings"),
    "shop": pgettext_lazy("audit", "Shop"),
    "sku": pgettext_lazy("audit", "Product"),
    "suppression": pgettext_lazy("audit", "Do not contact"),
    "training": pgettext_lazy("audit", "Training"),
    "viewing": pgettext_lazy("audit", "View as"),
    "wording": pgettext_lazy("audit", "Wording"),
}
#: What was done: the last piece.
VERBS: Mapping[str, Text] = {
    "accepted": pgettext_lazy("audit", "accepted"),
    "added": pgettext_lazy("audit", "added"),
    "answered": pgettext_lazy("audit", "answered"),
    "approved": pgettext_lazy("audit", "approved"),
    "archived": pgettext_lazy("audit", "archived"),
    "asked": pgettext_lazy("audit", "asked"),
    "auto_approved": pgettext_lazy("audit", "approved by rule"),
    "cancelled": pgettext_lazy("audit", "cancelled"),
    "capacity_saved": pgettext_lazy("audit", "capacity saved"),
    "changed": pgettext_lazy("audit", "changed"),
    "changes_requested": pgettext_lazy("audit", "changes requested"),
    "chosen": pgettext_lazy("audit", "chosen"),
    "claimed": pgettext_lazy("audit", "claimed"),
    "closed": pgettext_lazy("audit", "closed"),
    "compared": pgettext_lazy("audit", "compared"),
    "confirmed": pgettext_lazy("audit", "confirmed"),
    "created": pgettext_lazy("audit", "created"),
    "decided": pgettext_lazy("audit", "decided"),
    "deducted": pgettext_lazy("audit", "deducted"),
    "deleted": pgettext_lazy("audit", "deleted"),
    "denied": pgettext_lazy("audit", "denied"),
    "derived": pgettext_lazy("audit", "derived"),
    "discarded": pgettext_lazy("audit", "discarded"),
    "dismissed": pgettext_lazy("audit", "not upheld"),
    "drafted": pgettext_lazy("audit", "drafted"),
    "dropped": pgettext_lazy("audit", "dropped"),
    "duplicated": pgettext_lazy("audit", "duplicated"),
    "edited": pgettext_lazy("audit", "edited"),
    "ended": pgettext_lazy("audit", "ended"),
    "expired": pgettext_lazy("audit", "expired"),
    "finished": pgettext_lazy("audit", "finished"),
    "given": pgettext_lazy("audit", "given"),
    "granted": pgettext_lazy("audit", "granted"),
    "imported": pgettext_lazy("audit", "imported"),
    "kept": pgettext_lazy("audit", "kept"),
    "forgotten": pgettext_lazy("audit", "forgotten"),
    "left": pgettext_lazy("audit", "left"),
    "draft_discarded": pgettext_lazy("audit", "draft discarded"),
    "restored": pgettext_lazy("audit", "restored"),
    "labelled": pgettext_lazy("audit", "labelled"),
    "lifted": pgettext_lazy("audit", "lifted"),
    "made": pgettext_lazy("audit", "made"),
    "opened": pgettext_lazy("audit", "opened"),
    "opted_out": pgettext_lazy("audit", "opted out"),
    "paid_in": pgettext_lazy("audit", "paid in"),
    "pause_removed": pgettext_lazy("audit", "pause removed"),
    "paused": pgettext_lazy("audit", "paused"),
    "published": pgettext_lazy("audit", "published"),
    "read": pgettext_lazy("audit", "read"),
    "recorded": pgettext_lazy("audit", "recorded"),
    "refunded": pgettext_lazy("audit", "refunded"),
    "refused": pgettext_lazy("audit", "refused"),
    "rejected": pgettext_lazy("audit", "rejected"),
    "released": pgettext_lazy("audit", "released"),
    "removed": pgettext_lazy("audit", "removed"),
    "renamed": pgettext_lazy("audit", "renamed"),
    "repeated": pgettext_lazy("audit", "repeated"),
    "replayed": pgettext_lazy("audit", "replayed"),
    "requested": pgettext_lazy("audit", "requested"),
    "resent": pgettext_lazy("audit", "sent again"),
    "resubmitted": pgettext_lazy("audit", "handed in again"),
    "resumed": pgettext_lazy("audit", "resumed"),
    "revoked": pgettext_lazy("audit", "revoked"),
    "rotated": pgettext_lazy("audit", "rotated"),
    "saved": pgettext_lazy("audit", "saved"),
    "second_step_required": pgettext_lazy("audit", "second step required"),
    "secret_replaced": pgettext_lazy("audit", "secret replaced"),
    "sent": pgettext_lazy("audit", "sent"),
    "served": pgettext_lazy("audit", "ended"),
    "set": pgettext_lazy("audit", "set"),
    "started": pgettext_lazy("audit", "started"),
    "stopped": pgettext_lazy("audit", "stopped"),
    "stored": pgettext_lazy("audit", "stored"),
    "submitted": pgettext_lazy("audit", "handed in"),
    "suspended": pgettext_lazy("audit", "suspended"),
    "tried": pgettext_lazy("audit", "tried"),
    "unarchived": pgettext_lazy("audit", "taken out of the archive"),
    "upheld": pgettext_lazy("audit", "upheld"),
    "verified": pgettext_lazy("audit", "verified"),
    "withdrawn": pgettext_lazy("audit", "withdrawn"),
    "written": pgettext_lazy("audit", "written"),
}
#: Keys of facts that no counter of programs has.
FACT_WORDS: Mapping[str, Text] = {
    "after": pgettext_lazy("fact", "After"),
    "alert_percent": pgettext_lazy("fact", "Warning at (%)"),
    "amounts": pgettext_lazy("fact", "Amounts"),
    "approval": pgettext_lazy("fact", "Approval no."),
    "asked_amounts": pgettext_lazy("fact", "Asked"),
    "asked_by": pgettext_lazy("fact", "Asked by"),
    "automatic": pgettext_lazy("fact", "By itself"),
    "balance_paid": pgettext_lazy("fact", "Balance paid"),
    "batch": pgettext_lazy("fact", "Import no."),
    "before": pgettext_lazy("fact", "Before"),
    "by_step": pgettext_lazy("fact", "By step"),
    "case": pgettext_lazy("fact", "Case no."),
    "config": pgettext_lazy("fact", "Settings"),
    "dry_run": pgettext_lazy("fact", "Preview"),
    "enrolled": pgettext_lazy("fact", "Enrolled"),
    "file": pgettext_lazy("fact", "File"),
    "from_email": pgettext_lazy("fact", "Sender's address"),
    "from_name": pgettext_lazy("fact", "Sender"),
    "holdout": pgettext_lazy("fact", "Held out"),
    "gone": pgettext_lazy("fact", "Gone"),
    "payouts": pgettext_lazy("fact", "Payouts"),
    "differences": pgettext_lazy("fact", "Differences"),
    "holdout_ppm": pgettext_lazy("fact", "Held out (ppm)"),
    "in_force": pgettext_lazy("fact", "In force since"),
    "intents": pgettext_lazy("fact", "Intents"),
    "is_active": pgettext_lazy("fact", "In use"),
    "level": pgettext_lazy("fact", "Level"),
    "messages": pgettext_lazy("fact", "Messages"),
    "moved": pgettext_lazy("fact", "Moved"),
    "not_eligible": pgettext_lazy("fact", "Not eligible"),
    "offered": pgettext_lazy("fact", "Offered"),
    "offered_amounts": pgettext_lazy("fact", "Offered"),
    "offers": pgettext_lazy("fact", "Offers"),
    "outcome": pgettext_lazy("fact", "Outcome"),
    "paid": pgettext_lazy("fact", "Paid"),
    "per_minute": pgettext_lazy("fact", "A minute"),
    "points_ended": pgettext_lazy("fact", "Prices ended"),
    "points_written": pgettext_lazy("fact", "Prices written"),
    "program": pgettext_lazy("fact", "Program"),
    "promotions": pgettext_lazy("fact", "Promotions"),
    "quiet": pgettext_lazy("fact", "Quiet hours"),
    "refreshed": pgettext_lazy("fact", "Refreshed"),
    "reply_to": pgettext_lazy("fact", "Reply to"),
    "request": pgettext_lazy("fact", "Request no."),
    "requests": pgettext_lazy("fact", "Requests"),
    "run": pgettext_lazy("fact", "Run no."),
    "saved_without_money": pgettext_lazy("fact", "Saved without money"),
    "secret_changed": pgettext_lazy("fact", "Secret changed"),
    "sent": pgettext_lazy("fact", "Sent"),
    "sent_after_paid": pgettext_lazy("fact", "Sent after payment"),
    "settled": pgettext_lazy("fact", "Settled"),
    "subject": pgettext_lazy("fact", "Subject"),
    "suppressed": pgettext_lazy("fact", "Suppressed"),
    "touches": pgettext_lazy("fact", "Reminders"),
    "waiting": pgettext_lazy("fact", "Waiting"),
    "about": pgettext_lazy("fact", "About"),
    "act": pgettext_lazy("fact", "Act"),
    "against": pgettext_lazy("fact", "Against"),
    "answer": pgettext_lazy("fact", "Answer"),
    "appeal_id": pgettext_lazy("fact", "Appeal no."),
    "category": pgettext_lazy("fact", "Category"),
    "changed": pgettext_lazy("fact", "Changed"),
    "claim": pgettext_lazy("fact", "Claim no."),
    "code": pgettext_lazy("fact", "Code"),
    "count": pgettext_lazy("fact", "Number"),
    "document_id": pgettext_lazy("fact", "Document no."),
    "eased": pgettext_lazy("fact", "Rulings eased"),
    "email": pgettext_lazy("fact", "E-mail"),
    "fields": pgettext_lazy("fact", "Fields"),
    "id": pgettext_lazy("fact", "No."),
    "kind": pgettext_lazy("fact", "Kind"),
    "listing": pgettext_lazy("fact", "Listing no."),
    "listing_id": pgettext_lazy("fact", "Listing no."),
    "may_export": pgettext_lazy("fact", "May export"),
    "merchant": pgettext_lazy("fact", "Merchant"),
    "name": pgettext_lazy("fact", "Name"),
    "new": pgettext_lazy("fact", "New"),
    "note": pgettext_lazy("fact", "Note"),
    "number": pgettext_lazy("fact", "Number"),
    "old": pgettext_lazy("fact", "Old"),
    "penalty_id": pgettext_lazy("fact", "Penalty no."),
    "points": pgettext_lazy("fact", "Points"),
    "purpose": pgettext_lazy("fact", "Purpose"),
    "reason": pgettext_lazy("fact", "Reason"),
    "reasons": pgettext_lazy("fact", "Reasons"),
    "reference": pgettext_lazy("fact", "Reference"),
    "report_id": pgettext_lazy("fact", "Report no."),
    "review_id": pgettext_lazy("fact", "Review no."),
    "rights": pgettext_lazy("fact", "Rights"),
    "risk": pgettext_lazy("fact", "Risk"),
    "role": pgettext_lazy("fact", "Role"),
    "rule": pgettext_lazy("fact", "Rule"),
    "ruling": pgettext_lazy("fact", "Ruling"),
    "rung": pgettext_lazy("fact", "Consequence"),
    "second_look": pgettext_lazy("fact", "Second look"),
    "shop": pgettext_lazy("fact", "Shop"),
    "shortlist": pgettext_lazy("fact", "Shortlist no."),
    "slug": pgettext_lazy("fact", "Short name"),
    "state": pgettext_lazy("fact", "State"),
    "statement": pgettext_lazy("fact", "Statement"),
    "subject_id": pgettext_lazy("fact", "Subject no."),
    "text": pgettext_lazy("fact", "Text"),
    "title": pgettext_lazy("fact", "Title"),
    "until": pgettext_lazy("fact", "Until"),
    "url": pgettext_lazy("fact", "Address"),
    "user_id": pgettext_lazy("fact", "Person no."),
    "verdict": pgettext_lazy("fact", "Verdict"),
    "version": pgettext_lazy("fact", "Version"),
    "violation": pgettext_lazy("fact", "Violation"),
    "what": pgettext_lazy("fact", "What"),
}


#: Codes that stand for something, by the fact they are the value of. Rooms add theirs with `add_fact_values`.
FACT_VALUES: dict[str, Mapping[str, Text]] = {"program": PROGRAMS, "role": dict(Role.choices)}


def add_fact_values(words: Mapping[str, Mapping[str, Text]]) -> None:
    """Let an app say its codes in words (from `AppConfig.ready`)."""
    for key, values in words.items():
        FACT_VALUES[key] = {**FACT_VALUES.get(key, {}), **values}


def in_words(facts: Mapping[str, object]) -> dict[str, object]:
    """Facts with the codes among their values said in words; what has none stays as it is."""
    return {key: _said(key, value) for key, value in facts.items()}


def _said(key: str, value: object) -> object:
    if isinstance(value, list):
        return [_said(key, part) for part in value]
    if not isinstance(value, str):
        return value
    if (word := FACT_VALUES.get(key, {}).get(value)) is not None:
        return word
    is_state = key in ("state", "old", "new", "outcome", "verdict")
    return STATUSES[value][1] if is_state and value in STATUSES else value


def action_label(action: str) -> str:
    """`providers.listing.submitted` → "Listing: handed in"; pieces without a word show themselves."""
    pieces = action.split(".")
    if len(pieces) < 2:
        return humanize(action)
    thing = OBJECTS.get(pieces[-2]) or ROOMS.get(pieces[-2]) or humanize(pieces[-2])
    return gettext("%(object)s: %(done)s") % {"object": thing, "done": VERBS.get(pieces[-1]) or humanize(pieces[-1]).lower()}


def has_words(action: str) -> bool:
    """Whether every piece of an action is in the vocabulary."""
    pieces = action.split(".")
    return len(pieces) == 3 and pieces[0] in ROOMS and pieces[1] in OBJECTS and pieces[2] in VERBS
