"""What a case lacks before it can be handed in, or before the merchant can be asked."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from providers.profiles.cases.metrics import LONGEST, METRICS, SHORTEST
from providers.profiles.models import Case
from providers.profiles.problems import Problem

STORY_MIN = 60


def problems(case: Case) -> list[Problem]:
    """Before it can be handed in for review."""
    found = []
    if not (case.title_zh or case.title_en):
        found.append(Problem("title", _("Give the case a title."), "case"))
    if max(len(case.story_zh), len(case.story_en) // 2) < STORY_MIN:
        found.append(Problem("story", _("Tell what the merchant needed, what you did and what came of it."), "case"))
    if not case.industry:
        found.append(Problem("industry", _("Choose the merchant's industry."), "case"))
    return found


def proof_problems(case: Case, *, today: date) -> list[Problem]:
    """Before the merchant can be asked to confirm numbers."""
    found = []
    if not (case.title_zh or case.title_en):
        found.append(Problem("title", _("Give the case a title."), "case"))
    if not case.merchant_slug:
        found.append(Problem("merchant", _("Name the merchant by its short name."), "proof"))
    if not set(case.metrics) & set(METRICS):
        found.append(Problem("metrics", _("Choose at least one number."), "proof"))
    found += _period_problems(case, today)
    return found


def _period_problems(case: Case, today: date) -> list[Problem]:
    if not (case.before_from and case.before_until and case.after_from and case.after_until):
        return [Problem("periods", _("Give the days before and the days after."), "proof")]
    spans = [(case.before_until - case.before_from).days + 1, (case.after_until - case.after_from).days + 1]
    if min(spans) < SHORTEST or max(spans) > LONGEST:
        return [Problem("periods", _("Each period is between 14 and 400 days long."), "proof")]
    if case.after_from <= case.before_until:
        return [Problem("periods", _("The days after begin when the days before are over."), "proof")]
    if case.after_until >= today:
        return [Problem("periods", _("The days after must be over."), "proof")]
    return []
