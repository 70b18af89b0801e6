"""Measured outcomes in words and figures."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.ui import formats
from marketplace.ui.kit import Tone
from orders.outcomes.clause import OutcomeClause
from orders.outcomes.models import OutcomeAgreement
from orders.service.calendar import ZONE

TREATED, CONTROL = gettext_lazy("Treated"), gettext_lazy("Control group")
TONES: dict[str, Tone] = {"measuring": "info", "settled": "good", "blocked": "warn", "stopped": "muted"}
VERDICT_TONES: dict[str, Tone] = {"paid": "good", "no_effect": "muted", "too_few": "muted", "blocked": "warn"}


@dataclass(frozen=True)
class Line:
    """A figure of a result in both arms and their difference, ready to read."""

    name: str
    treated: str
    control: str
    difference: str = ""
    interval: str = ""


def points(share: float) -> str:
    """A difference of two rates, in percentage points with its sign."""
    return _("%(n)s pp") % {"n": f"{share * 100:+.2f}"}


def lines(reading: dict[str, Any], currency: str) -> list[Line]:
    """The figures of a reading: buyers, successes, value per buyer."""
    treated, control = reading["treated"], reading["control"]
    rate, value = reading["rate"], reading["value"]

    def money(amount: float) -> str:
        return formats.money(round(amount), currency)

    return [
        Line(_("Buyers"), formats.number(treated["units"]), formats.number(control["units"])),
        Line(
            _("Successes"), _share(treated), _share(control),
            points(rate["estimate"]) if rate else "", f"{points(rate['low'])} … {points(rate['high'])}" if rate else "",
        ),
        Line(
            _("Value per buyer"), _mean(treated, currency), _mean(control, currency), money(value["estimate"]) if value else "",
            f"{money(value['low'])} … {money(value['high'])}" if value else "",
        ),
    ]  # fmt: skip


def _share(arm: dict[str, int]) -> str:
    if not arm["units"]:
        return "–"
    return f"{formats.number(arm['successes'])} ({formats.percent(arm['successes'] / arm['units'], 2)})"


def _mean(arm: dict[str, int], currency: str) -> str:
    return formats.money(round(arm["total"] / arm["units"]), currency) if arm["units"] else "–"


def account(agreement: OutcomeAgreement) -> list[tuple[str, str]]:
    """How the fee came about, one step per line; every number can be found in the figures above it."""
    clause, reading = agreement.agreed, agreement.reading or {}
    treated, control, code = reading["treated"]["units"], reading["control"]["units"], agreement.currency
    smallest = min(treated, control)
    steps = [
        (_("The smaller group has %(n)s buyers; at least %(least)s were agreed")
         % {"n": formats.number(smallest), "least": formats.number(clause.min_sample)}, _mark(smallest >= clause.min_sample)),
    ]  # fmt: skip
    if agreement.verdict == "too_few":
        return steps
    chance = f"{reading['ratio_p']:.3g}"
    steps.append(
        (_("Chance of a split like this one: %(p)s; below 0.001 blocks") % {"p": chance}, _mark(agreement.verdict != "blocked"))
    )
    if agreement.verdict == "blocked":
        return steps
    steps += [
        (_("Lower bound per treated buyer, %(basis)s") % {"basis": _basis(clause)}, _low(clause, reading, code)),
        (_("× %(n)s treated buyers") % {"n": formats.number(treated)}, formats.money(agreement.value or 0, code)),
        (_("× %(rate)s") % {"rate": formats.percent(clause.rate / 10_000, 2)},
         formats.money((agreement.value or 0) * clause.rate // 10_000, code)),
        (_("At most %(cap)s") % {"cap": formats.money(clause.cap_minor, code)}, formats.money(agreement.fee or 0, code)),
    ]  # fmt: skip
    return steps


def _mark(is_fine: bool) -> str:
    return "✓" if is_fine else "✗"


def _basis(clause: OutcomeClause) -> str:
    return _("measured money") if clause.basis == "value" else _("successes")


def _low(clause: OutcomeClause, reading: dict[str, Any], currency: str) -> str:
    if clause.basis == "value":
        return formats.money(round(reading["value"]["low"]), currency)
    return f"{points(reading['rate']['low'])} × {formats.money(clause.per_success_minor, currency)}"


def callout(agreement: OutcomeAgreement) -> dict[str, str]:
    """Where it stands, who acts next and until when: tone, title, text."""
    words = {
        "until": formats.local_datetime(agreement.window_ends_at, ZONE),
        "day": formats.local_datetime(agreement.settles_at, ZONE),
        "fee": formats.money(agreement.fee or 0, agreement.currency),
    }
    if agreement.state == "measuring":
        return _say(
            "info", _("Being measured: nobody has to act until %(day)s") % words,
            _("Buyers count until %(until)s. Then the market computes the result, once, and pays it by itself.") % words,
        )  # fmt: skip
    if agreement.state == "stopped":
        return _say("info", _("Ended without a result"), _("The money was shared out or the contract ended before the result."))
    return {
        "paid": lambda: _say(
            "good", _("The variable fee is %(fee)s") % words, _("It follows from the figures below, step by step."),
        ),
        "no_effect": lambda: _say(
            "info", _("No effect shown: no variable fee"),
            _("No effect is among what the figures leave possible at 95 %%. What was held went back to the merchant.") % words,
        ),
        "too_few": lambda: _say(
            "info", _("Not enough evidence yet: the base fee only"),
            _("A group is smaller than agreed, so nothing can be concluded. What was held went back to the merchant."),
        ),
        "blocked": lambda: _say(
            "warn", _("The two sides act next: agree on a split, or open a dispute"),
            _("The groups are not the agreed shares, so nothing in the figures can be trusted and no rule moves the money."),
        ),
    }[agreement.verdict]()  # fmt: skip


def _say(tone: str, title: str, text: str) -> dict[str, str]:
    return {"tone": tone, "title": title, "text": text}
