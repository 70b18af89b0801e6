"""The published formula: what counts, with which weight, and what each level asks for. `/levels/` prints this file's numbers.

Each part is a share of good events among those of twelve months, drawn towards 80 % while there are few: as if five more had been
observed, four of them good. Shares are integers in 1/10,000, the score their weighted mean in 1/100 points; everything is rounded
half up once per part and once for the score, so that SQL and a pocket calculator agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from marketplace.ui.kit import Text
from marketplace.ui.offers import LEVEL_NAMES
from providers.scorecards.kinds import EventKind

#: Whole months an event counts for.
MONTHS = 12
#: Events that are added to every part before its share is taken, and how many of them are good.
PRIOR_N, PRIOR_GOOD = 5, 4
#: An answer within so many business minutes is in time.
ANSWER_MINUTES = 240
#: One upheld dispute weighs as much as this many jobs.
DISPUTE_WEIGHT = 3
RECENT = timedelta(days=90)
GRACE = timedelta(days=30)
APPEAL_DAYS = 14
BRAKE_DISPUTES = 2
NEWCOMER_DAYS, NEWCOMER_JOBS = 180, 3
IDLE_WARNING, IDLE_DELISTING = timedelta(days=150), timedelta(days=180)
RENEWAL_MIN = 10
#: Answers to open needs are counted over so long.
APPLICATION_WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score. `kind` is the events behind it."""

    code: str
    weight: int
    label: Text
    text: Text
    #: What to do to raise it.
    advice: Text
    kind: EventKind


PARTS: Mapping[str, Part] = {
    part.code: part
    for part in (
        Part(
            "on_time", 30, _("Delivered on time"), _("Deliveries on or before the agreed day."),
            _("Agree on days you can keep, and hand in before they are over."), EventKind.DELIVERED,
        ),
        Part(
            "rating", 25, _("Reviews"), _("Stars of reviews that count: one star is 0 %, five are 100 %."),
            _("Ask finished merchants for a review, and answer those you have."), EventKind.REVIEWED,
        ),
        Part(
            "first_time", 20, _("Accepted at once"), _("Jobs accepted within the included revisions."),
            _("Settle the scope before you start: what is included, how many revisions."), EventKind.ACCEPTED,
        ),
        Part(
            "response", 15, _("Answered in time"), _("First answers within four business hours."),
            _("Set your contact hours truthfully and answer within four of them."), EventKind.ANSWERED,
        ),
        Part(
            "dispute_free", 10, _("Free of disputes"), _("Accepted jobs; a dispute upheld against you takes three of them away."),
            _("Talk before it becomes a dispute: most are about what was never written down."), EventKind.RULED,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """What a level asks for: a score in 1/100 points, accepted jobs, different merchants, and no recent upheld dispute.

    And what it brings (I4): the share of the deposit that is owed, in 1/10,000; answers to open needs within the window; days
    from acceptance to the day money can be paid out.
    """

    number: int
    label: Text
    score: int = 0
    jobs: int = 0
    merchants: int = 0
    needs_calm: bool = False
    benefit: Text = ""
    deposit_share: int = 10_000
    applications: int = 10
    payout_days: int = 7


LEVELS: Mapping[int, Level] = {
    level.number: level
    for level in (
        Level(1, LEVEL_NAMES[1], benefit=_("Listed once the company is verified.")),
        Level(
            2, LEVEL_NAMES[2], 8_000, 3, 1, benefit=_("Shown on every card; ranks by its score."),
            deposit_share=9_000, applications=20,
        ),
        Level(
            3, LEVEL_NAMES[3], 8_600, 10, 3, benefit=_("Found by merchants who filter for this level."),
            deposit_share=7_000, applications=40,
        ),
        Level(
            4, LEVEL_NAMES[4], 9_200, 25, 6, needs_calm=True, benefit=_("First among those featured by score."),
            deposit_share=5_000, applications=80, payout_days=3,
        ),
    )
}  # fmt: skip


def level_label(number: int) -> Text:
    """What people call a level."""
    return LEVELS[number].label
