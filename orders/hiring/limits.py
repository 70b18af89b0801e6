"""The numbers of hiring (MARKET.md, group D). `/desk/leads/` and the forms print them from here."""

from collections.abc import Mapping
from datetime import timedelta

from providers.scorecards.formula import LEVELS

#: Invited providers who have not said no at any one time.
MOST_INVITED = 5
#: To say yes or no.
ANSWER_HOURS = timedelta(hours=48)
#: A proposal, and every counter-offer, is good for so long.
PROPOSAL_DAYS = timedelta(days=7)
#: After the last day for answers, to choose.
CHOOSE_DAYS = timedelta(days=14)
#: Days a merchant can give for answers.
ANSWER_DAYS = (3, 5, 7, 10, 14)
#: Of the invited, in 1/10,000, at least one, while a newcomer fits.
NEWCOMER_SHARE = 1_000
#: Answers to open needs within `formula.APPLICATION_WINDOW`, by level. A bad lead that is granted does not count.
APPLICATIONS: Mapping[int, int] = {number: level.applications for number, level in LEVELS.items()}
MOST_ITEMS, MOST_MILESTONES = 30, 12
MOST_VERSIONS = 40
