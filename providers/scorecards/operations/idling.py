"""Inactive delisting: warned after 150 days without an order, archived after 180. One order takes the warning back."""

from datetime import datetime

from marketplace.audit.operations import record
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.listings.models import Listing
from providers.listings.operations import archive_listing
from providers.scorecards.formula import IDLE_DELISTING, IDLE_WARNING
from providers.scorecards.models import LevelState
from providers.scorecards.operations.recalculating import locked_state

NOTICE = IDLE_DELISTING - IDLE_WARNING


def watch_idle(*, provider_id: int, active_at: datetime, by: Actor, at: datetime) -> str:
    """Warn or delist one idle provider, last active at `active_at`; returns "warned", "delisted" or ""."""
    if at - active_at < IDLE_WARNING:
        return ""
    with scope(provider_id, durable=True):
        state = locked_state(provider_id, at)
        if state.warned_idle_at is None or state.warned_idle_at <= active_at:
            _warn(state, by, at)
            return "warned"
        if at - state.warned_idle_at < NOTICE or at - active_at < IDLE_DELISTING:
            return ""
        found = _in_the_market(provider_id)
    # Each listing in its own transaction, the end of it last: killed in between, the next sweep goes on.
    for listing_id in found:
        archive_listing(provider_id=provider_id, listing_id=listing_id, by=by, at=at)
    with scope(provider_id, durable=True):
        state = locked_state(provider_id, at)
        state.delisted_at, state.warned_idle_at = at, None
        state.save(update_fields=["delisted_at", "warned_idle_at"])
        record(merchant_id=provider_id, by=by, action="providers.idle.delisted", facts={"listings": found})
        _tell(provider_id, "delisted", at, at)
    return "delisted"


def _in_the_market(provider_id: int) -> list[int]:
    shown = Listing.objects.filter(provider_id=provider_id, state="published").order_by("id")
    return list(shown.values_list("id", flat=True))


def _warn(state: LevelState, by: Actor, at: datetime) -> None:
    state.warned_idle_at = at
    state.save(update_fields=["warned_idle_at"])
    record(merchant_id=state.provider_id, by=by, action="providers.idle.warned", facts={"until": (at + NOTICE).isoformat()})
    _tell(state.provider_id, "warned", at + NOTICE, at)


def _tell(provider_id: int, said: str, day: datetime, at: datetime) -> None:
    tell(
        organization_id=provider_id,
        kind=f"providers.idle.{said}",
        facts={"day": day.date().isoformat()},
        url="/desk/listings/",
        effect_key=f"idle:{said}:{at.date().isoformat()}",
        at=at,
    )
