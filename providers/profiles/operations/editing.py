"""Writing the profile, handing it in, taking it back. What is public stays public until a newer version is approved."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.accounts.models import Organization
from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.kernel.transitions import NotPossible, after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation.operations.reviews import open_review, withdraw_review
from providers.profiles.comparing import risk
from providers.profiles.content import Content, from_json
from providers.profiles.models import Profile, ProfileVersion
from providers.profiles.problems import problems
from providers.profiles.queries import newest_version, public_content
from providers.profiles.states import VERSION

KIND = "profile"


class NotComplete(UserError):
    """The profile lacks something; the page lists what."""


class NothingChanged(UserError):
    """What would be handed in is what is public already."""


def save_section(*, provider_id: int, values: Mapping[str, Any], by: Actor, at: datetime) -> ProfileVersion:
    """Change some fields of the open version; begins one from what is public when there is none.

    `values` are fields of `providers.profiles.content.Content`. Raises NotPossible while a version is being reviewed.
    """
    with scope(provider_id, durable=True):
        version = _open_or_new(provider_id, at)
        version.state = after(VERSION, version.state, "edit")
        version.content = from_json(version.content).changed(values).to_json()
        version.edited_at = at
        version.save(update_fields=["state", "content", "edited_at"])
        record(merchant_id=provider_id, by=by, action="providers.profile.edited", facts={"fields": sorted(values)})
        return version


def _open_or_new(provider_id: int, at: datetime) -> ProfileVersion:
    """The open version, locked through the profile's own row: two people saving at once wait for each other."""
    profile, _new = Profile.objects.get_or_create(provider_id=provider_id)
    Profile.objects.select_for_update().get(provider_id=provider_id, pk=profile.pk)
    newest = newest_version(provider_id)
    if newest is not None and newest.state != ProfileVersion.State.APPROVED:
        return newest
    start = Content(name_zh=Organization.objects.get(pk=provider_id).name) if newest is None else from_json(newest.content)
    return ProfileVersion.objects.create(
        provider_id=provider_id, number=newest.number + 1 if newest else 1, content=start.to_json(), edited_at=at
    )


def submit_profile(*, provider_id: int, by: Actor, at: datetime) -> ProfileVersion:
    """Hand the open version in for review. Raises NotComplete, NothingChanged and NotPossible."""
    with scope(provider_id, durable=True):
        version = _locked(provider_id)
        content = from_json(version.content)
        if problems(content):
            raise NotComplete(_("Something is missing; see the list."))
        old = public_content(provider_id)
        if old == content:
            raise NothingChanged(_("Nothing is different from what everybody sees already."))
        version.state = after(VERSION, version.state, "submit")
        version.submitted_at, version.reasons, version.note = at, [], ""
        version.save(update_fields=["state", "submitted_at", "reasons", "note"])
        record(merchant_id=provider_id, by=by, action="providers.profile.submitted", facts={"version": version.number})
        review_id = open_review(
            provider_id=provider_id,
            kind=KIND,
            subject_id=version.pk,
            risk=risk(old, content),
            title=content.name_zh or content.name_en,
            by=by,
            at=at,
        )
        # A rule may have approved it already: only the review's number is written.
        ProfileVersion.objects.filter(provider_id=provider_id, pk=version.pk).update(review_id=review_id)
        version.refresh_from_db()
        return version


def withdraw_profile(*, provider_id: int, by: Actor, at: datetime) -> ProfileVersion:
    """Take a submitted version back to edit it. Raises NotPossible when it was decided meanwhile."""
    with scope(provider_id, durable=True):
        version = _locked(provider_id)
        version.state = after(VERSION, version.state, "withdraw")
        version.save(update_fields=["state"])
        withdraw_review(provider_id=provider_id, kind=KIND, subject_id=version.pk, by=by, at=at)
        record(merchant_id=provider_id, by=by, action="providers.profile.withdrawn", facts={"version": version.number})
        return version


def discard_draft(*, provider_id: int, by: Actor, at: datetime) -> None:
    """Throw the open version away and go back to what is public. Raises NotPossible when nothing is public or it waits."""
    with scope(provider_id, durable=True):
        version = _locked(provider_id)
        after(VERSION, version.state, "edit")
        if public_content(provider_id) is None:
            raise NotPossible(_("Nothing is public yet: there is no version to go back to."))
        version.delete()
        record(merchant_id=provider_id, by=by, action="providers.profile.discarded", facts={"version": version.number})


def _locked(provider_id: int) -> ProfileVersion:
    Profile.objects.select_for_update().filter(provider_id=provider_id).first()
    newest = newest_version(provider_id)
    if newest is None:
        raise NotPossible(_("There is no profile yet. Write it first."))
    return newest
