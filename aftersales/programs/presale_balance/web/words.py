"""The policy, an order's way and its touches in sentences a merchant reads."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from aftersales.programs.presale_balance.amounts import forfeit
from aftersales.programs.presale_balance.models import Enrolment, Touch
from aftersales.programs.presale_balance.rules import Step, steps_of
from marketplace.outbox.models import Channel
from marketplace.ui import formats
from marketplace.ui.labels import reason_label


def channel_name(code: str) -> str:
    return str(Channel(code).label) if code in Channel.values else "–"


def step_name(number: int) -> str:
    """First, second or last reminder."""
    return {1: _("First reminder"), 2: _("Second reminder"), 3: _("Last reminder")}.get(number, str(number))


def window_words(opens_at: datetime, closes_at: datetime, tz: str, *, example: bool) -> str:
    """From … to …, in the shop's time."""
    both = {"opens": formats.local_datetime(opens_at, tz), "closes": formats.local_datetime(closes_at, tz)}
    if example:
        return _("Example: the balance can be paid from %(opens)s to %(closes)s. Grey: quiet hours.") % both
    return _("The balance can be paid from %(opens)s to %(closes)s. Grey: quiet hours.") % both


def policy_sentences(settings: Mapping[str, Any], currency: str) -> list[str]:
    """What a policy means, one rule a sentence."""
    return [
        *(_step(step) for step in steps_of(dict(settings))),
        _cap(settings),
        *_quiet(settings),
        _late(settings),
        _holdout(settings),
        _stops(settings),
        _("An order counts as won when its balance has been paid and not refunded in full for %(days)s days.")
        % {"days": settings["success_days"]},
    ]


def _step(step: Step) -> str:
    ways = " → ".join(channel_name(channel) for channel in step.channels)
    texts = {
        "opens": _("The first reminder goes out %(amount)s minutes after the balance opens (%(ways)s)."),
        "share": _("The second goes out when %(amount)s%% of the time to pay is over (%(ways)s)."),
        "closes": _("The last goes out %(amount)s minutes before the balance closes (%(ways)s)."),
    }
    return texts[step.anchor] % {"amount": formats.number(step.amount), "ways": ways}


def _cap(settings: Mapping[str, Any]) -> str:
    return ngettext(
        "A buyer gets at most %(n)s message per presale, one for all orders that are due.",
        "A buyer gets at most %(n)s messages per presale, one for all orders that are due at a time.",
        settings["max_touches"],
    ) % {"n": settings["max_touches"]}


def _quiet(settings: Mapping[str, Any]) -> list[str]:
    if not settings["quiet_channels"] or settings["quiet_from"] == settings["quiet_to"]:
        return [_("There are no quiet hours.")]
    facts = {
        "from": settings["quiet_from"],
        "to": settings["quiet_to"],
        "channels": _(", ").join(channel_name(channel) for channel in settings["quiet_channels"]),
    }
    return [
        _("From %(from)s to %(to)s, shop time, nothing is sent by %(channels)s: it waits, but the last reminder comes earlier.")
        % facts
    ]


def _late(settings: Mapping[str, Any]) -> str:
    return _("A reminder more than %(n)s minutes late is dropped, so that an outage is not followed by a storm.") % {
        "n": formats.number(settings["max_late_minutes"])
    }


def _holdout(settings: Mapping[str, Any]) -> str:
    share = settings["holdout_percent"]
    if share == 0:
        return _("Everybody is reminded; without a control group nobody can tell what it earns.")
    if share is None:
        return _("One buyer in five (in ten above 20,000 orders) is not reminded, to see what reminding is worth.")
    return _("%(share)s%% of buyers are not reminded, to see what reminding is worth.") % {"share": share}


def _stops(settings: Mapping[str, Any]) -> str:
    stops = [pgettext("presale", "Balance paid"), _("cancelled"), _("deposit refunded"), _("opted out")]
    stops += [_("cheaper now")] if settings["price_drop"] == "hand_over" else []
    stops += [_("out of stock")] if settings["out_of_stock"] == "stop" else []
    return _("Looked at again at the moment of sending; not sent when: %(stops)s.") % {"stops": _(", ").join(stops)}


def touch_sentence(touch: Touch, tz: str) -> str:
    """Why this touch at this time."""
    facts = {"at": formats.local_datetime(touch.nominal_at, tz), "due": formats.local_datetime(touch.due_at, tz)}
    if touch.shift == Touch.Shift.DEFERRED:
        return _("The policy wanted it at %(at)s, in the quiet hours of its channel; it waited until %(due)s.") % facts
    if touch.shift == Touch.Shift.FORWARD:
        return _("The policy wanted it at %(at)s, in the quiet hours of its channel; later would be useless, so %(due)s.") % facts
    return {
        1: _("%(minutes)s minutes after the balance opened: %(due)s."),
        2: _("When %(percent)s%% of the time to pay was over: %(due)s."),
        3: _("%(left)s minutes before the balance closes: %(due)s."),
    }[touch.step] % (facts | _distances(touch))


def _distances(touch: Touch) -> dict[str, str]:
    """How far the wanted moment is from the window's bounds."""
    since, length = touch.nominal_at - touch.opens_at, touch.closes_at - touch.opens_at
    return {
        "minutes": formats.number(since // timedelta(minutes=1)),
        "percent": formats.number(round(100 * (since / length))),
        "left": formats.number((touch.closes_at - touch.nominal_at) // timedelta(minutes=1)),
    }


def touch_outcome(touch: Touch) -> str:
    """What became of it."""
    if touch.state == Touch.State.SENT:
        return _("Sent by %(channel)s.") % {"channel": channel_name(touch.channel)}
    if touch.state == Touch.State.DROPPED:
        return _("Not sent: %(reason)s") % {"reason": reason_label(touch.reason)}
    return _("On its way by %(channel)s.") % {"channel": channel_name(touch.channel)}


def enrolment_sentences(enrolment: Enrolment, settings: Mapping[str, Any]) -> list[str]:
    """How the order stands, and what an unpaid balance would cost its buyer."""
    order, found = enrolment.order, []
    if enrolment.arm == "holdout":
        found.append(_("The buyer is in the control group: never reminded, but counted."))
    if enrolment.plan_no:
        found.append(_("The time to pay was moved; reminders not yet sent were planned anew."))
    if enrolment.reason:
        found.append(str(reason_label(enrolment.reason)))
    if order.deposit_amount and order.balance_amount is not None and enrolment.balance_paid_at is None:
        split = forfeit(
            deposit=order.deposit_amount,
            price=order.deposit_amount + order.balance_amount,
            cap_percent=settings["forfeit_cap_percent"],
        )
        amounts = {
            "kept": formats.money(split.kept, order.currency),
            "back": formats.money(split.refundable, order.currency),
        }
        found.append(_("If the balance is not paid, at most %(kept)s of the deposit may be kept; %(back)s goes back.") % amounts)
    return found
