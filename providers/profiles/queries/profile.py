"""A provider's own profile. Everything needs the provider's scope."""

from datetime import date

from django.db.models import QuerySet

from providers.profiles.capacity import Availability, judge, load_of
from providers.profiles.content import Content, from_json
from providers.profiles.models import Pause, Profile, ProfileVersion


def profile_of(provider_id: int) -> Profile:
    """The stored row, or an unsaved one with the defaults."""
    return Profile.objects.filter(provider_id=provider_id).first() or Profile(provider_id=provider_id)


def open_version(provider_id: int) -> ProfileVersion | None:
    """The version that is being written or reviewed."""
    return ProfileVersion.objects.filter(provider_id=provider_id).exclude(state=ProfileVersion.State.APPROVED).first()


def newest_version(provider_id: int) -> ProfileVersion | None:
    return ProfileVersion.objects.filter(provider_id=provider_id).order_by("-number").first()


def public_content(provider_id: int) -> Content | None:
    """What everybody sees; None before the first approval."""
    approved = ProfileVersion.objects.filter(provider_id=provider_id, state=ProfileVersion.State.APPROVED)
    newest = approved.order_by("-number").values_list("content", flat=True).first()
    return None if newest is None else from_json(newest)


def working_content(provider_id: int) -> Content:
    """What the editor shows: the open version, else what is public, else an empty page."""
    newest = newest_version(provider_id)
    return from_json(newest.content) if newest else Content()


def pauses(provider_id: int, *, since: date) -> QuerySet[Pause]:
    """Pauses that are not over on this day, earliest first."""
    return Pause.objects.filter(provider_id=provider_id, until_date__gte=since).order_by("from_date", "id")


def availability(provider_id: int, *, on: date) -> Availability:
    """Whether the provider takes new orders on a day, and from when it does."""
    spans = list(pauses(provider_id, since=on).values_list("from_date", "until_date"))
    return judge(on=on, pauses=spans, load=load_of(provider_id), most=profile_of(provider_id).max_active_jobs)
