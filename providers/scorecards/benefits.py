"""What a level brings (I4), for the rooms that grant it and the pages that say it. The numbers stand in `formula.LEVELS`."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.ui import formats
from marketplace.ui.kit import Text
from providers.scorecards.formula import APPLICATION_WINDOW, LEVELS, Level
from providers.scorecards.queries import level_state


def deposit_share(provider_id: int) -> int:
    """The share of its categories' deposits that a provider owes, in 1/10,000; needs its scope."""
    state = level_state(provider_id)
    return LEVELS[state.level if state else 1].deposit_share


def benefits(level: Level) -> list[Text]:
    """Everything a level brings, a sentence each."""
    deposit = {"share": formats.percent(level.deposit_share / 10_000)}
    answers = {"n": level.applications, "days": APPLICATION_WINDOW.days}
    return [
        level.benefit,
        _("The whole deposit of its categories.") if level.deposit_share == 10_000 else _("%(share)s of the deposit.") % deposit,
        _("%(n)s answers to open needs in %(days)s days.") % answers,
        ngettext(
            "Paid out from %(n)s day after acceptance.", "Paid out from %(n)s days after acceptance.", level.payout_days
        ) % {"n": level.payout_days},
    ]  # fmt: skip
