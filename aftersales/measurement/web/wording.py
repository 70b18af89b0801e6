"""What a report says in words: its verdict, its names, its explanations."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aftersales.measurement.reports import Report
from aftersales.measurement.stats.verdict import FEWEST, Verdict
from marketplace.ui.formats import percent

TREATED, CONTROL = gettext_lazy("Treated"), gettext_lazy("Control group")


def points(share: float) -> str:
    """A difference of two rates, in percentage points with its sign."""
    return _("%(n)s pp") % {"n": f"{share * 100:+.2f}"}


def callout(report: Report) -> dict[str, Any]:
    """Tone, headline and explanation of the verdict."""
    return {
        Verdict.NOT_MEASURED: _not_measured,
        Verdict.BLOCKED: _blocked,
        Verdict.TOO_EARLY: _too_early,
        Verdict.POSITIVE: _positive,
        Verdict.NEGATIVE: _negative,
    }[report.verdict](report)


def _not_measured(_report: Report) -> dict[str, Any]:
    text = _("Nobody is held out, so nobody knows what would have happened anyway. Hold out a share of buyers to measure.")
    return {"tone": "info", "title": _("Not measured"), "text": text}


def _blocked(report: Report) -> dict[str, Any]:
    text = _(
        "The control group should be %(share)s of the buyers; a split this far off happens by chance with a probability of"
        " %(p)s. Something assigns or loses buyers of one arm, so no effect is shown until that is found."
    ) % {"share": percent(report.holdout_share), "p": f"{report.ratio_p:.2g}"}
    return {"tone": "bad", "title": _("The split is broken: results are blocked"), "text": text}


def _too_early(report: Report) -> dict[str, Any]:
    return {"tone": "warn", "title": _("Cannot conclude yet"), "text": _why_not_yet(report)}


def _why_not_yet(report: Report) -> str:
    if min(report.treated, report.held_out) < FEWEST:
        return _("Each arm needs at least %(n)s buyers before its numbers mean anything.") % {"n": FEWEST}
    if report.success.detectable is None:
        return _("With so few buyers not even the largest possible effect could be told from chance.")
    return _("With these buyers an effect of %(n)s or more would probably show; a smaller one may be there all the same.") % {
        "n": points(report.success.detectable)
    }


def _positive(_report: Report) -> dict[str, Any]:
    text = _("The difference is more than chance, however often this page is looked at.")
    return {"tone": "good", "title": _("The program works"), "text": text}


def _negative(_report: Report) -> dict[str, Any]:
    text = _("The control group did better, and that is more than chance. Consider switching the program off.")
    return {"tone": "bad", "title": _("The program does harm"), "text": text}
