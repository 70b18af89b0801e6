"""Capacity and contact hours: in force at once, no review."""

from datetime import date, datetime, time
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.profiles.models import Pause, Profile
from providers.profiles.operations.public import project

MOST_PAUSES, LONGEST = 50, 366


class BadCapacity(UserError):
    """Days, hours or numbers that cannot be."""


def save_capacity(
    *,
    provider_id: int,
    max_active_jobs: int | None,
    contact_days: list[int],
    contact_from: time | None,
    contact_until: time | None,
    timezone: str,
    by: Actor,
    at: datetime,
) -> Profile:
    """Set how many jobs run at once (None: no limit) and when merchants reach somebody. Raises BadCapacity."""
    _check(max_active_jobs, contact_days, contact_from, contact_until, timezone)
    values = {
        "max_active_jobs": max_active_jobs,
        "contact_days": sorted(set(contact_days)),
        "contact_from": contact_from,
        "contact_until": contact_until,
        "timezone": timezone,
    }
    with scope(provider_id, durable=True):
        profile, _new = Profile.objects.update_or_create(provider_id=provider_id, defaults=values)
        facts = {"max_active_jobs": max_active_jobs, "contact_days": values["contact_days"], "timezone": timezone}
        record(merchant_id=provider_id, by=by, action="providers.profile.capacity_saved", facts=facts)
        project(provider_id=provider_id, at=at)
        return profile


def _check(jobs: int | None, days: list[int], start: time | None, end: time | None, timezone: str) -> None:
    if jobs is not None and not 0 <= jobs <= 10_000:
        raise BadCapacity(_("The number of jobs is between 0 and 10,000; leave it empty for no limit."))
    if not set(days) <= set(range(1, 8)):
        raise BadCapacity(_("Choose days of the week."))
    if days and (start is None or end is None or start >= end):
        raise BadCapacity(_("Give the hours from and until, the second later than the first."))
    if timezone not in available_timezones():
        raise BadCapacity(_("Choose a time zone from the list."))


def add_pause(*, provider_id: int, from_date: date, until_date: date, note: str, by: Actor, at: datetime) -> Pause:
    """Take no new orders on these days, both included. Running jobs go on. Raises BadCapacity."""
    if until_date < from_date:
        raise BadCapacity(_("The last day is before the first."))
    if until_date < at.date():
        raise BadCapacity(_("These days are over."))
    if (until_date - from_date).days > LONGEST:
        raise BadCapacity(_("A pause is at most a year long."))
    with scope(provider_id, durable=True):
        if Pause.objects.filter(provider_id=provider_id, until_date__gte=at.date()).count() >= MOST_PAUSES:
            raise BadCapacity(_("There are fifty pauses already. Remove one that is not needed."))
        pause = Pause.objects.create(provider_id=provider_id, from_date=from_date, until_date=until_date, note=note.strip())
        facts = {"from": from_date.isoformat(), "until": until_date.isoformat()}
        record(merchant_id=provider_id, by=by, action="providers.profile.paused", facts=facts)
        project(provider_id=provider_id, at=at)
        return pause


def remove_pause(*, provider_id: int, pause_id: int, by: Actor, at: datetime) -> None:
    """Take orders again on these days. Raises NotFound."""
    with scope(provider_id, durable=True):
        pause = Pause.objects.filter(provider_id=provider_id, pk=pause_id).first()
        if pause is None:
            raise NotFound(_("There is no such pause."))
        facts = {"from": pause.from_date.isoformat(), "until": pause.until_date.isoformat()}
        pause.delete()
        record(merchant_id=provider_id, by=by, action="providers.profile.pause_removed", facts=facts)
        project(provider_id=provider_id, at=at)
