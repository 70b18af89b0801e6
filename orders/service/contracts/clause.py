"""A clause in both languages, with places for what is agreed."""

from collections.abc import Callable
from dataclasses import dataclass

from orders.service.terms import Terms


def always(_terms: Terms) -> bool:
    return True


@dataclass(frozen=True)
class Clause:
    """`zh` and `en` are (title, text); the text has places such as %(auto_accept_days)s."""

    zh: tuple[str, str]
    en: tuple[str, str]
    applies: Callable[[Terms], bool] = always

    def title(self, code: str) -> str:
        return (self.en if code == "en" else self.zh)[0]

    def text(self, code: str, terms: Terms) -> str:
        return (self.en if code == "en" else self.zh)[1] % places(terms)


def places(terms: Terms) -> dict[str, int]:
    return {
        "auto_accept_days": terms.auto_accept_days,
        "late_days": terms.late_days,
        "revisions": terms.revisions or 0,
        "notice_days": terms.notice_days,
        "trial_days": terms.trial.days if terms.trial else 0,
        "min_months": terms.recurring.min_months if terms.recurring else 0,
    }
