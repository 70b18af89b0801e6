"""Samples of the components of a deal: fixed, so that pictures can be compared."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.ui.deals import BoardCard, BoardColumn, Button, Entry, NextAct, Portion, Stage, month_of

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ACCEPT = Button(pgettext_lazy("milestone", "Accept"), "#deals", "check", is_primary=True)


def context() -> dict[str, Any]:
    """What the gallery's part about deals shows."""
    return {
        "now": NOW,
        "turns": _turns(),
        "stages": _stages(),
        "portions": (
            Portion(_("Paid out"), "¥4,000", 0.4, 2),
            Portion(_("Held"), "¥3,500", 0.35, 1),
            Portion(_("Not funded yet"), "¥2,500", 0.25, 6),
        ),
        "board": _board(),
        "month": month_of(date(2026, 11, 1), _days(), today=NOW.date(), earlier="#deals", later="#deals"),
    }


def _turns() -> tuple[NextAct, ...]:
    return (
        NextAct(
            "you", _("Look at what was delivered, and accept it or ask for changes"), due_at=NOW + timedelta(days=3),
            consequence=_("Without an answer it counts as accepted, and the money is released."),
            buttons=(ACCEPT, Button(_("Ask for changes"), "#deals")),
        ),
        NextAct("them", _("Deliver the first draft"), "云途运营", NOW - timedelta(days=1)),
        NextAct("market", _("A ruling is being prepared"), due_at=NOW + timedelta(hours=5)),
        NextAct("nobody", _("Everything is accepted and paid")),
    )  # fmt: skip


def _stages() -> tuple[Stage, ...]:
    return (
        Stage(1, _("Plan of the shop"), "¥4,000", _("Accepted"), "good", _("accepted on 3 November"), is_done=True, url="#deals"),
        Stage(
            2, _("Main pages"), "¥3,500", _("Delivered"), "info", _("accepts itself on 25 November"), url="#deals",
            is_current=True, buttons=(ACCEPT,),
        ),
        Stage(3, _("Hand-over"), "¥2,500", _("Not funded yet"), "muted", _("due on 12 December")),
    )  # fmt: skip


def _board() -> tuple[BoardColumn, ...]:
    mine = BoardCard(
        "SO-1042 云途户外旗舰店", "#deals", _("Main pages"), "¥3,500", _("3 days left"), "warn", "you", _("Deliver")
    )  # fmt: skip
    theirs = BoardCard("SO-1040 Lumen", "#deals", _("Plan of the shop"), "¥4,000", side="them", act=_("Waits for acceptance"))
    return (
        BoardColumn(_("To deliver"), (mine, mine), 14, "#deals"),
        BoardColumn(_("Delivered"), (theirs,), 1),
        BoardColumn(_("Changes asked for")),
        BoardColumn(_("Accepted"), (theirs,), 1),
    )


def _days() -> dict[date, list[Entry]]:
    return {
        date(2026, 11, 12): [Entry("SO-1040", "#deals", str(_("Plan of the shop")), "good")],
        date(2026, 11, 22): [Entry("SO-1042", "#deals", str(_("Main pages")), "warn"), Entry("SO-1043", "#deals", "", "info")],
        date(2026, 11, 20): [Entry("SO-1041", "#deals", str(_("late")), "bad")],
    }
