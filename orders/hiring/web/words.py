"""Codes of hiring in words: who acts next, why somebody fits, why somebody said no."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from marketplace.kernel.market import MARKET_ZONE
from marketplace.ui import formats
from marketplace.ui.kit import Text, Tone
from orders.hiring.models import BudgetUnit, StoreSize
from orders.hiring.needs import Need
from orders.hiring.policies import NextStep
from orders.hiring.states import BriefState, InvitationState, ProposalState
from providers.catalogue.lists import label

ZONE = MARKET_ZONE
TONES: Mapping[str, Tone] = {
    "draft": "muted", "published": "info", "filled": "good", "closed": "muted", "cancelled": "muted", "sent": "warn",
    "accepted": "info", "quoted": "info", "declined": "muted", "lapsed": "muted", "passed": "muted", "hired": "good",
    "submitted": "info", "countered": "warn", "withdrawn": "muted", "expired": "warn",
}  # fmt: skip
#: What is expected of whom: (as the one who acts reads it, as the other side reads it).
NEXT: Mapping[str, tuple[Text, Text]] = {
    "publish": (gettext_lazy("Check the need and publish it."), gettext_lazy("The merchant is writing the need.")),
    "invite": (
        gettext_lazy("Nobody was asked yet: choose up to five providers among the matches."),
        gettext_lazy("The merchant chooses whom to ask."),
    ),
    "answer": (
        gettext_lazy("Send a proposal."),
        gettext_lazy("Providers prepare their answers. You are told of each; nothing is expected of you now."),
    ),
    "choose": (
        gettext_lazy("Proposals wait for you: compare them, and accept one or answer with a counter-offer."),
        gettext_lazy("The merchant compares the proposals."),
    ),
    "write_anew": (
        gettext_lazy("The time for answers is over and no offer is left. Copy the need and ask again, with more time or budget."),
        gettext_lazy("The time for answers is over."),
    ),
    "say_yes_or_no": (
        gettext_lazy("Say whether you take part. Saying no costs nothing; silence counts as a late answer."),
        gettext_lazy("The provider says whether it takes part."),
    ),
    "quote": (gettext_lazy("Send your proposal."), gettext_lazy("The provider prepares a proposal.")),
    "read": (
        gettext_lazy("The proposal is sealed. It is opened with all others when the time for answers is over."),
        gettext_lazy("Your proposal is sealed until the time for answers is over; until then you can still change it."),
    ),
    "decide": (
        gettext_lazy("Accept the proposal, answer with a counter-offer, or decline it."),
        gettext_lazy("The merchant decides about your proposal."),
    ),
    "answer_counter": (
        gettext_lazy("Agree to the counter-offer, or answer with another offer."),
        gettext_lazy("The provider answers your counter-offer."),
    ),
    "renew": (
        gettext_lazy("The proposal ran out. Put it forward again, as it was or changed."),
        gettext_lazy("The proposal ran out. The provider can put it forward again."),
    ),
}
#: The same where nobody has to act any more, by state.
OVER: Mapping[str, Text] = {
    "filled": gettext_lazy("A provider was hired. It goes on in the contract."),
    "hired": gettext_lazy("This became a contract. It goes on there."),
    "cancelled": gettext_lazy("The need was withdrawn."),
    "closed": gettext_lazy("The need is over."),
    "declined": gettext_lazy("The provider does not take part."),
    "lapsed": gettext_lazy("There was no answer in time."),
    "passed": gettext_lazy("The merchant decided otherwise."),
    "sent": gettext_lazy("The time for an answer is over."),
    "accepted": gettext_lazy("The time for proposals is over."),
    "quoted": gettext_lazy("The proposal is over."),
}
DECLINED: Mapping[str, Text] = {
    "no_capacity": gettext_lazy("No capacity at the moment"),
    "not_our_field": gettext_lazy("Not our field"),
    "budget": gettext_lazy("The budget does not fit"),
    "dates": gettext_lazy("The dates do not fit"),
    "other": pgettext_lazy("reason", "Another reason"),
}
REFUSED: Mapping[str, Text] = {
    "price": gettext_lazy("Too expensive"),
    "scope": gettext_lazy("Does not cover what is needed"),
    "dates": gettext_lazy("The dates do not fit"),
    "other_chosen": gettext_lazy("Somebody else fits better"),
    "other": pgettext_lazy("reason", "Another reason"),
}
REFUTED: Mapping[str, Text] = {
    "not_a_need": gettext_lazy("There is no real need behind it"),
    "wrong_category": gettext_lazy("It belongs to another category"),
    "no_budget": gettext_lazy("The budget named does not exist"),
    "unreachable": gettext_lazy("The merchant does not answer"),
    "contact_bait": gettext_lazy("It only collects contacts or prices"),
}
STATES: Mapping[str, Any] = {"need": BriefState, "lead": InvitationState, "proposal": ProposalState}


@dataclass(frozen=True, slots=True)
class Next:
    """Who acts next, in words, and until when. `who` is "" when nobody has to."""

    who: Text
    text: Text
    due_at: datetime | None
    tone: Tone


@dataclass(frozen=True, slots=True)
class Pill:
    """A state in words and colour."""

    text: Text
    tone: Tone


def pill(kind: str, state: str) -> Pill:
    """The state of a need, lead or proposal."""
    return Pill(STATES[kind](state).label, TONES[state])


def next_words(step: NextStep, *, reader: str) -> Next:
    """A next step as its reader ("merchant" or "provider") has to see it."""
    if step.side == "nobody":
        return Next("", OVER[step.act], None, "good" if step.act in ("filled", "hired") else "muted")
    if step.act == "read":  # sealed: nobody has to act, and each side has a sentence of its own
        return Next(_("The clock"), NEXT["read"][0 if reader == "merchant" else 1], step.due_at, "info")
    is_mine = step.side == reader
    who = _("You") if is_mine else _("The provider") if step.side == "provider" else _("The merchant")
    return Next(who, NEXT[step.act][0 if is_mine else 1], step.due_at, "warn" if is_mine else "info")


def budget_words(need: Need) -> str:
    """¥6,000 – ¥9,000 · a month."""
    low, high = need.budget_min, need.budget_max
    if low is None and high is None:
        return ""
    amounts = [formats.price(each, need.currency) for each in (low, high) if each is not None]
    if low is None:
        text = _("up to %(amount)s") % {"amount": amounts[0]}
    elif high is None:
        text = _("from %(amount)s") % {"amount": amounts[0]}
    else:
        text = amounts[0] if low == high else f"{amounts[0]} – {amounts[1]}"
    return f"{text} · {BudgetUnit(need.budget_unit).label}"


def dates_words(need: Need) -> str:
    """From when until when the work lasts."""
    if need.starts_on and need.ends_on:
        return f"{formats.local_date(need.starts_on)} – {formats.local_date(need.ends_on)}"
    if need.starts_on:
        return _("from %(day)s") % {"day": formats.local_date(need.starts_on)}
    return _("until %(day)s") % {"day": formats.local_date(need.ends_on)} if need.ends_on else ""


def need_facts(need: Need) -> list[tuple[Text, Text]]:
    """What a need says besides its text, label and value; what it does not say is left out."""
    found: list[tuple[Text, Text]] = [
        (_("Budget"), budget_words(need)),
        (_("Dates"), dates_words(need)),
        (_("Goal"), need.kpi),
        (_("Store size"), StoreSize(need.store_size).label if need.store_size else ""),
        (_("Platforms"), names(need.platforms)),
        (_("Industries"), names(need.industries)),
        (_("Industrial belts"), names(need.belts)),
        (_("Languages"), names(need.languages)),
    ]
    return [(text, value) for text, value in found if value]


def names(codes: Any) -> str:
    """Codes of the catalogue in the reader's language."""
    return " · ".join(label(code) for code in codes)


def reason_words(code: str, facts: Mapping[str, Any]) -> Text:
    """Why a provider fits, in a sentence; "" where there is nothing to say."""
    return REASONS[code](facts)


def _shared(sentence: Text) -> Callable[[Mapping[str, Any]], Text]:
    def say(facts: Mapping[str, Any]) -> Text:
        return str(sentence) % {"names": names(facts["shared"])} if facts.get("shared") else ""

    return say


def _price(facts: Mapping[str, Any]) -> Text:
    if facts.get("from_cny") is None:
        return _("Price on request")
    amount = formats.price(facts["from_cny"], "CNY")
    if facts.get("fits"):
        return _("Starts at %(amount)s, within the budget") % {"amount": amount}
    return _("Starts at %(amount)s, above the budget") % {"amount": amount}


def _score(facts: Mapping[str, Any]) -> Text:
    if facts.get("score") is None:
        return _("No score yet")
    score, jobs = formats.number(facts["score"] / 100), facts.get("jobs", 0)
    return _("Score %(score)s · accepted jobs: %(jobs)s") % {"score": score, "jobs": jobs}


def _outcomes(facts: Mapping[str, Any]) -> Text:
    parts = []
    if facts.get("cases"):
        parts.append(_("Cases with proof: %(n)s") % {"n": facts["cases"]})
    if facts.get("renewal_rate") is not None:
        parts.append(_("%(rate)s renew") % {"rate": formats.percent(facts["renewal_rate"] / 10_000)})
    return " · ".join(parts)


REASONS: Mapping[str, Callable[[Mapping[str, Any]], Text]] = {
    "industry": _shared(gettext_lazy("Knows %(names)s")),
    "platform": _shared(gettext_lazy("Works on %(names)s")),
    "belt": _shared(gettext_lazy("At home in %(names)s")),
    "language": _shared(gettext_lazy("Works in %(names)s")),
    "price": _price,
    "score": _score,
    "outcomes": _outcomes,
}
