"""The one row everybody reads: written anew from the tables of the provider whenever something of it changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marketplace.accounts.models import Organization
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation.standing import standing
from providers.profiles.cases import public_case
from providers.profiles.content import Content
from providers.profiles.models import Case, Profile, PublicProvider
from providers.profiles.projecting import announce
from providers.profiles.queries import availability, profile_of, public_content
from providers.profiles.trial import trial_orders
from providers.profiles.verification import verified_since

LOCAL = ("name_zh", "name_en", "headline_zh", "headline_en")
SAME = ("founded_year", "team_size")
LISTS = ("cities", "industries", "belts", "platforms", "languages")


def project(*, provider_id: int, at: datetime) -> bool:
    """Bring the public row up to date, in the caller's transaction and the provider's scope; whether there is one now.

    There is one while the profile is approved, the company verified, and the provider not hidden by a ruling.
    """
    content, since = public_content(provider_id), verified_since(provider_id)
    if content is None or since is None or standing(provider_id).is_hidden:
        if PublicProvider.objects.filter(provider_id=provider_id).delete()[0]:
            announce([provider_id])
        return False
    PublicProvider.objects.update_or_create(provider_id=provider_id, defaults=_row(provider_id, content, since, at))
    announce([provider_id])
    return True


def refresh_public(*, provider_id: int, by: Actor, at: datetime) -> bool:
    """Write the public row anew because time has passed; whether there is one."""
    with scope(provider_id, durable=True):
        return project(provider_id=provider_id, at=at)


def project_again(provider_id: int, at: datetime) -> None:
    """For rooms that tell when something changed, in the provider's scope."""
    project(provider_id=provider_id, at=at)


def _row(provider_id: int, content: Content, since: datetime, at: datetime) -> dict[str, Any]:
    organization = Organization.objects.get(pk=provider_id)
    profile = profile_of(provider_id)
    free = availability(provider_id, on=at.date())
    cases = [public_case(case) for case in _published(provider_id)]
    return {
        "slug": organization.slug,
        **{name: getattr(content, name) for name in (*LOCAL, *SAME)},
        **{name: list(getattr(content, name)) for name in LISTS},
        "name_zh": content.name_zh or content.name_en or organization.name,
        "logo_key": content.logo,
        "cover_key": content.cover,
        "verified_at": since,
        "next_free_date": None if free.is_open else free.next_free_date,
        "is_paused": not free.is_open,
        "verified_cases": sum(bool(case["verified"]) for case in cases),
        "document": {
            **_document(content),
            "contact": contact_hours(profile),
            "cases": cases,
            "trial_orders": trial_orders(provider_id, at),
        },
        "published_at": profile.published_at or at,
    }


def _published(provider_id: int) -> list[Case]:
    return list(Case.objects.filter(provider_id=provider_id, state=Case.State.PUBLISHED).order_by("-decided_at", "-id"))


def _document(content: Content) -> Mapping[str, Any]:
    whole = content.to_json()
    return {name: whole[name] for name in ("about_zh", "about_en", "team", "certificates")}


def contact_hours(profile: Profile) -> dict[str, Any]:
    """Days and hours as the public row holds them; empty when none were given."""
    if not profile.contact_days or profile.contact_from is None or profile.contact_until is None:
        return {}
    return {
        "days": list(profile.contact_days),
        "from": profile.contact_from.strftime("%H:%M"),
        "until": profile.contact_until.strftime("%H:%M"),
        "timezone": profile.timezone,
    }
