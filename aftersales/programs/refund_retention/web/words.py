"""Policies and cases in sentences a merchant reads."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.rules import INTENT_LABELS, NEVER, Settings, cap_of
from marketplace.ui import formats
from marketplace.ui.kit import Event, Tone

SOURCES = {
    "reason_code": gettext_lazy("the platform's reason"),
    "lexicon": gettext_lazy("the buyer's words"),
    "model": gettext_lazy("the language model"),
    "abstained": gettext_lazy("nothing certain; the model abstained"),
    "none": gettext_lazy("nothing: no reason and no words"),
}
State = RetentionCase.State
TONES: dict[str, Tone] = {
    State.NOT_ELIGIBLE: "muted",
    State.HOLDOUT: "muted",
    State.OFFERED: "info",
    State.SENT: "info",
    State.ACCEPTED: "good",
    State.DECLINED: "muted",
    State.TIMED_OUT: "muted",
    State.WITHDRAWAL_REQUESTED: "warn",
    State.WITHDRAWN: "good",
    State.SAVED_PROVISIONAL: "good",
    State.SAVED_FINAL: "good",
    State.WITHDRAW_IMPOSSIBLE: "bad",
    State.CLOSED: "muted",
    State.REFUNDED: "bad",
}


def policy_sentences(settings: Settings, currency: str) -> list[str]:
    """What a policy means, one rule a sentence."""
    never = _(", ").join(str(INTENT_LABELS[name]) for name in sorted({*settings["never_retain"], *NEVER}))
    found = [
        _("A card with the best remedy goes out at once; the refund stays one click away."),
        _("The refund is held for at most %(minutes)s minutes, or %(percent)s%% of the platform's deadline if that is less.")
        % {"minutes": settings["hold_minutes"], "percent": settings["hold_percent"]},
        _("Money: at most %(percent)s%% of the line and %(cap)s.")
        % {"percent": settings["cap_percent"], "cap": formats.money(cap_of(settings, currency), currency)},
        ngettext(
            "A buyer is offered money at most once in %(n)s day.",
            "A buyer is offered money at most once in %(n)s days.",
            settings["money_offer_days"],
        )
        % {"n": settings["money_offer_days"]},
        _("Never asked to keep the goods: %(names)s.") % {"names": never},
        _("What was kept counts as saved after %(n)s days without a new refund on the line.") % {"n": settings["settle_days"]},
    ]
    if settings["holdout_percent"]:
        held = _("%(n)s%% of buyers get no card, to measure what cards are worth; what is owed is never held out.")
        found.append(held % {"n": settings["holdout_percent"]})
    return found


def case_sentences(case: RetentionCase) -> list[str]:
    """From the request to the card, in order."""
    inputs = case.inputs
    found = [
        _("The intent was taken from %(source)s: %(intent)s.")
        % {"source": SOURCES.get(case.source, case.source), "intent": INTENT_LABELS.get(case.intent, case.intent)}
    ]
    if case.probability is not None:
        found.append(_("Its probability is %(share)s.") % {"share": formats.percent(case.probability)})
    if case.conditional:
        found.append(_("The buyer named a condition that has not come true."))
    if case.arm:
        found.append(
            _("The buyer's place in the split is %(bucket)s of 10,000; the first %(held)s are held out.")
            % {"bucket": inputs.get("bucket"), "held": formats.number(inputs.get("holdout_ppm", 0) // 100)}
        )
    return found + _money_sentences(case)


def _money_sentences(case: RetentionCase) -> list[str]:
    inputs = case.inputs

    def money(amount: Any) -> str:
        return formats.money(int(amount or 0), case.currency)

    if case.intent != "quality" and not case.offer_amount:
        return []
    if case.offer_amount:
        return [
            _("%(amount)s is the smallest of %(percent)s%% of %(line)s, the cap of %(cap)s, and what is left of the payment.")
            % {
                "amount": money(case.offer_amount),
                "percent": inputs.get("cap_percent"),
                "line": money(inputs.get("line_paid")),
                "cap": money(inputs.get("cap")),
            }
        ]
    if not inputs.get("consent"):
        return [_("No money was offered: the buyer has not consented to offers.")]
    if inputs.get("had_money"):
        return [_("No money was offered: the buyer had a money offer not long ago.")]
    return [_("No money was offered: the limits left nothing.")] if case.offer else []


def case_facts(case: RetentionCase) -> list[tuple[str, str]]:
    """The inputs of the decision, as stored, with their labels."""
    inputs, tz = case.inputs, case.request.shop.timezone

    def money(key: str) -> str:
        return "" if inputs.get(key) is None else formats.money(int(inputs[key]), case.currency)

    rows = [
        (_("Decided as of"), formats.local_datetime(case.created_at, tz)),
        (_("Reason given"), inputs.get("reason_code") or "–"),
        (_("Units asked back"), formats.number(case.units)),
        (_("Paid for them"), money("asked_worth")),
        (_("Paid for the line"), money("line_paid")),
        (_("Platform's deadline"), formats.local_datetime(case.deadline_at, tz)),
        (_("Earlier requests of the buyer"), formats.number(inputs.get("earlier_requests") or 0)),
        (_("Consents to offers"), _("Yes") if inputs.get("consent") else _("No")),
        (_("Left to refund on the order"), money("order_left")),
        (_("Given back on the line before"), money("line_given")),
        (_("Policy version"), formats.number(case.policy_version)),
    ]
    return [(label, text) for label, text in rows if text]


def events(case: RetentionCase) -> list[Event]:
    """What happened, oldest first."""
    moments: list[tuple[Any, Any, Any, Tone]] = [
        (case.requested_at, _("Refund requested"), "", "muted"),
        (case.created_at, _("Decided"), _("Policy version %(n)s") % {"n": case.policy_version}, "info"),
        (case.answered_at, _("Answered"), case.get_answer_display(), "info"),
        (case.released_at, _("Refund let go"), "", "muted"),
        (case.withdrawn_at, _("Request withdrawn"), "", "good"),
        (case.settled_at, case.get_state_display(), "", TONES[case.state]),
    ]
    return sorted(
        (Event(at=at, title=title, text=text, tone=tone) for at, title, text, tone in moments if at), key=lambda e: e.at
    )
