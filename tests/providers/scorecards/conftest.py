"""Providers with events."""

from datetime import datetime

import pytest

from marketplace.tenancy.scope import scope
from providers.scorecards.models import ScoreEvent, Strike
from providers.scorecards.operations import record_event
from tests import cast
from tests.providers.scorecards.histories import Happened


@pytest.fixture
def studio(transactional_db: None) -> cast.Provider:
    return cast.studio()


def live(provider_id: int, history: list[Happened], at: datetime, prefix: str = "h") -> None:
    """Let a history happen, and strike what an appeal struck."""
    with scope(provider_id):
        for number, event in enumerate(history):
            record_event(
                provider_id=provider_id, kind=event.kind, at=event.at, value=event.value, subject=("order", number),
                key=f"{prefix}{number}", party_id=event.party, label=f"job {number}",
            )  # fmt: skip
            if event.struck:
                made = ScoreEvent.objects.get(provider_id=provider_id, key=f"{prefix}{number}")
                Strike.objects.create(provider_id=provider_id, event=made, ruling_id=1, at=at)
