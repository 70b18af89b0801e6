"""When things happened in the demo: counted back from the moment it starts, the same for the same company."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from providers.demo.chance import chance

ZONE = ZoneInfo("Asia/Shanghai")
#: Days on the market by how a company does: A the best known, N the newcomers.
AGE = {"A": (330, 400), "B": (240, 330), "C": (150, 240), "N": (20, 45)}
CHECKED, DECIDED, PUBLISHED = timedelta(days=1), timedelta(days=2), timedelta(hours=20)


@dataclass(frozen=True)
class Calendar:
    """`start` is the moment the demo is told."""

    start: datetime

    def joined(self, provider: str, rank: str) -> datetime:
        """Signed up."""
        return self.start - timedelta(
            days=chance("joined", provider).randint(*AGE[rank]), hours=chance("hour", provider).randint(0, 9)
        )

    def written(self, listing: str, joined: datetime) -> datetime:
        """A listing was begun: after the company was verified, most of them soon."""
        first, days = joined + timedelta(days=5), max(1, (self.start - joined).days - 8)
        return first + timedelta(
            days=int(days * chance("written", listing).random() ** 2), minutes=chance("m", listing).randint(0, 600)
        )

    def class_day(self, in_days: int, hour: int) -> datetime:
        """A class so many days after next Monday, so that it lies ahead and moves once a week."""
        today = self.start.astimezone(ZONE)
        monday = today + timedelta(days=7 - today.weekday())
        return (monday + timedelta(days=in_days)).replace(hour=hour, minute=0, second=0, microsecond=0)
