"""Acts of people on the guards."""

from datetime import datetime

from aftersales.guards.models import Alert, KillSwitch
from aftersales.guards.queries import ALL_PROGRAMS
from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope


def switch_program(*, merchant_id: int, program: str, stop: bool, reason: str, by: Actor, at: datetime) -> KillSwitch:
    """Stop a program (all of them for ALL_PROGRAMS) or let it go on. In force with the commit; twice is once."""
    with scope(merchant_id, durable=True):
        found, created = KillSwitch.objects.select_for_update().get_or_create(
            merchant_id=merchant_id,
            program=program,
            defaults={"is_on": stop, "reason": reason, "changed_by": by.label, "changed_at": at},
        )
        if not created and found.is_on == stop:
            return found
        found.is_on, found.reason, found.changed_by, found.changed_at = stop, reason, by.label, at
        found.save(update_fields=["is_on", "reason", "changed_by", "changed_at"])
        facts = {"program": program or "*", "reason": reason}
        record(merchant_id=merchant_id, by=by, action=f"guards.program.{'stopped' if stop else 'resumed'}", facts=facts)
        return found


def see_alerts(*, merchant_id: int, by: Actor, at: datetime) -> int:
    """Mark every alert as seen by this person; returns how many were new."""
    with scope(merchant_id, durable=True):
        unseen = Alert.objects.filter(merchant_id=merchant_id, seen_at__isnull=True)
        return unseen.update(seen_by=by.label, seen_at=at)


__all__ = ["ALL_PROGRAMS", "see_alerts", "switch_program"]
