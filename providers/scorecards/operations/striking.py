"""What an upheld appeal does: the event counts no more. It stays, and is shown as excluded."""

from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.actor import Actor
from providers.scorecards import formula
from providers.scorecards.models import ScoreEvent, Strike
from providers.scorecards.operations.braking import release_brake, upheld_lately


def strike_event(provider_id: int, subject_id: int, by: Actor, at: datetime) -> None:
    """Take an event out of the count from the next calculation on, in the caller's transaction and the provider's scope.

    A brake that only held because of it is released at once. Raises NotFound.
    """
    event = ScoreEvent.objects.filter(provider_id=provider_id, pk=subject_id).first()
    if event is None:
        raise NotFound(_("There is no such event."))
    _strike, new = Strike.objects.get_or_create(
        provider_id=provider_id, event=event, defaults={"ruling_id": event.pk, "reason": by.label, "at": at}
    )
    if not new:
        return
    facts = {"event": event.pk, "kind": event.kind, "value": event.value}
    record(merchant_id=provider_id, by=by, action="providers.score.event_struck", facts=facts)
    if upheld_lately(provider_id, at) < formula.BRAKE_DISPUTES:
        release_brake(provider_id=provider_id, by=by, at=at)
