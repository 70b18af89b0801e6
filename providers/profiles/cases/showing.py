"""A case as everybody sees it."""

from typing import Any

from providers.profiles.cases.metrics import METRICS, Figure
from providers.profiles.models import Case

DAYS_A_MONTH = 30.44


def public_case(case: Case) -> dict[str, Any]:
    """The entry of `PublicProvider.document["cases"]`; the merchant's name and numbers only when it confirmed them."""
    confirmed = case.proof == Case.Proof.CONFIRMED
    return {
        "id": case.pk,
        **{name: getattr(case, name) for name in ("title_zh", "title_en", "story_zh", "story_en", "industry", "platform")},
        "cover": case.cover_key,
        "verified": confirmed,
        "merchant": case.merchant_name if confirmed else "",
        "months": _months(case) if confirmed else [],
        "figures": public_figures(case.figures) if confirmed else [],
    }


def public_figures(stored: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    """Stored figures as they are shown: amounts only as a change."""
    shown = []
    for code in METRICS:
        if code not in stored:
            continue
        figure, open_ = Figure(**stored[code]), METRICS[code].shows_values
        shown.append(
            {
                "metric": code,
                "before": figure.before if open_ else None,
                "after": figure.after if open_ else None,
                "change": figure.change,
                "n_before": figure.n_before,
                "n_after": figure.n_after,
            }
        )
    return shown


def _months(case: Case) -> list[int]:
    if not (case.before_from and case.before_until and case.after_from and case.after_until):
        return []
    spans = ((case.before_from, case.before_until), (case.after_from, case.after_until))
    return [max(1, round(((last - first).days + 1) / DAYS_A_MONTH)) for first, last in spans]
