"""The published formula, for everybody."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from providers.scorecards import formula
from providers.scorecards.benefits import benefits


@require_safe
def levels(request: HttpRequest) -> HttpResponse:
    """What a level asks for and gives, and how the score is calculated: printed from the formula itself."""
    context = {
        "levels": [(level, benefits(level)) for level in formula.LEVELS.values()],
        "parts": list(formula.PARTS.values()),
        "formula": {
            "months": formula.MONTHS,
            "prior_n": formula.PRIOR_N,
            "prior_good": formula.PRIOR_GOOD,
            "hours": formula.ANSWER_MINUTES // 60,
            "dispute": formula.DISPUTE_WEIGHT,
            "recent": formula.RECENT.days,
            "grace": formula.GRACE.days,
            "appeal": formula.APPEAL_DAYS,
            "brake": formula.BRAKE_DISPUTES,
            "newcomer_days": formula.NEWCOMER_DAYS,
            "newcomer_jobs": formula.NEWCOMER_JOBS,
            "idle_warning": formula.IDLE_WARNING.days,
            "idle": formula.IDLE_DELISTING.days,
            "renewals": formula.RENEWAL_MIN,
        },
    }
    return TemplateResponse(request, "scorecards/levels.html", context)
