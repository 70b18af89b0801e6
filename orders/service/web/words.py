"""States and acts of contracts as people read them: words, tones, and what happens when nobody acts."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from marketplace.kernel.market import MARKET_ZONE
from marketplace.ui.kit import Text, Tone
from orders.service.models import ServiceOrder
from orders.service.terms import Terms

ZONE = MARKET_ZONE

ORDER_TONES: Mapping[str, Tone] = {
    "drafted": "warn",
    "signed": "info",
    "active": "info",
    "paused": "warn",
    "completed": "good",
    "terminated": "muted",
    "cancelled": "muted",
}
MILESTONE_TONES: Mapping[str, Tone] = {
    "planned": "muted",
    "funded": "info",
    "delivered": "info",
    "changes_requested": "warn",
    "accepted": "good",
    "refunded": "muted",
    "split": "muted",
    "disputed": "bad",
    "cancelled": "muted",
}
#: What is to be done, as an instruction: it stands after "Your move" and after "Waits for …".
ACTS: Mapping[str, Text] = {
    "accept": gettext_lazy("Read the contract and sign it"),
    "fund": gettext_lazy("Pay the next milestone into escrow"),
    "deliver": gettext_lazy("Do the work and deliver it"),
    "redeliver": gettext_lazy("Make the changes and deliver again"),
    "review": gettext_lazy("Look at what was delivered: accept it, or ask for changes"),
    "answer_split": gettext_lazy("Answer the proposal to divide the money"),
    "decide_trial": gettext_lazy("Decide whether to go on after the trial"),
    "resume": gettext_lazy("Resume the work, or end the contract"),
    "rule": gettext_lazy("A dispute about it is being decided"),
    "hand_over": gettext_lazy("Hand over what the checklist names"),
    "confirm": gettext_lazy("Confirm what was handed over"),
    "measure": gettext_lazy("The outcome is being measured; the result decides what is paid"),
    "divide": gettext_lazy("The result is blocked: agree on how to divide the money, or open a dispute"),
}
#: The same in two or three words, for lists and boards.
SHORT_ACTS: Mapping[str, Text] = {
    "accept": pgettext_lazy("next act", "Sign"),
    "fund": pgettext_lazy("next act", "Pay in"),
    "deliver": pgettext_lazy("next act", "Deliver"),
    "redeliver": pgettext_lazy("next act", "Deliver changes"),
    "review": pgettext_lazy("next act", "Accept the work"),
    "answer_split": pgettext_lazy("next act", "Answer the split"),
    "decide_trial": pgettext_lazy("next act", "Decide on the trial"),
    "resume": pgettext_lazy("next act", "Resume"),
    "rule": pgettext_lazy("next act", "In dispute"),
    "hand_over": pgettext_lazy("next act", "Hand over"),
    "confirm": pgettext_lazy("next act", "Confirm the handover"),
    "measure": pgettext_lazy("next act", "Being measured"),
    "divide": pgettext_lazy("next act", "Divide the money"),
}
#: What an order says when nobody has to do anything.
AT_REST: Mapping[str, Text] = {
    "drafted": gettext_lazy("The contract is being drawn up"),
    "signed": gettext_lazy("The contract is signed"),
    "active": gettext_lazy("The work is under way"),
    "paused": gettext_lazy("The work rests"),
    "completed": gettext_lazy("Everything is done and settled"),
    "terminated": gettext_lazy("The contract has ended"),
    "cancelled": gettext_lazy("The contract was cancelled"),
}
MODELS: Mapping[str, Text] = {
    "fixed": pgettext_lazy("terms", "Fixed price"),
    "milestone": pgettext_lazy("terms", "In milestones"),
    "retainer": pgettext_lazy("terms", "Fee per period"),
    "retainer_commission": pgettext_lazy("terms", "Fee and share of sales"),
    "seat_shift": pgettext_lazy("terms", "Per seat or shift"),
    "unit": pgettext_lazy("terms", "Per unit"),
    "subscription": pgettext_lazy("terms", "Subscription"),
}


def act_words(order: ServiceOrder) -> Text:
    """What comes next, in a sentence."""
    return ACTS.get(order.next_act) or AT_REST[order.state]


def short_act(order: ServiceOrder) -> Text:
    return SHORT_ACTS.get(order.next_act) or ""


def consequence(order: ServiceOrder, terms: Terms) -> str:
    """What happens when the time runs out; "" where nothing does."""
    if order.next_act == "accept":
        return "" if order.signed_version else _("Without both signatures by then, the draft expires.")
    if order.next_act == "fund" and order.state == "signed":
        return _("Work begins when the money is held. Without it by then, the contract is cancelled.")
    if order.next_act == "fund":
        return _("The provider works on it once the money is held.")
    if order.next_act == "measure":
        return _("It is computed by itself on that day; nothing has to be delivered for it.")
    if order.next_act == "review":
        return _("Without an answer by then it counts as accepted, and the money is released.")
    if order.next_act in ("deliver", "redeliver") and order.next_due_at is not None:
        text = ngettext(
            "From %(n)s day late on, the merchant may cancel and is paid back what is not accepted.",
            "From %(n)s days late on, the merchant may cancel and is paid back what is not accepted.",
            terms.late_days,
        )
        return text % {"n": terms.late_days}
    return ""
