"""Versions of a program's policy.

A version's number is the last one plus one, so two sessions that add one at once would choose the same: they take turns."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from aftersales.models import ProgramPolicy
from aftersales.programs.contract import Program
from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope

#: First key of the advisory lock; the second is the merchant.
LOCK = 7104


def active_policy(*, merchant_id: int, program: str) -> ProgramPolicy | None:
    """The version in force: the one that has not ended. Needs the merchant's scope."""
    return (
        ProgramPolicy.objects.filter(merchant_id=merchant_id, program=program, valid_to__isnull=True).order_by("-version").first()
    )


def version_for(*, merchant_id: int, program: Program, settings: Mapping[str, Any], by: Actor, at: datetime) -> ProgramPolicy:
    """The version with exactly these settings, recorded when new (and already ended, unless it is the first)."""
    found = _known(merchant_id, program.name, settings)
    if found is not None:
        return found
    _take_turns(merchant_id)
    found = _known(merchant_id, program.name, settings)
    if found is not None:
        return found
    is_first = not ProgramPolicy.objects.filter(merchant_id=merchant_id, program=program.name).exists()
    return _add(merchant_id, program.name, settings, by, at, in_force=is_first, automatic=False)


def promised_version(*, merchant_id: int, program: Program, settings: Mapping[str, Any], by: Actor, at: datetime) -> int:
    """The number these settings would run under; nothing stays recorded, and nobody has to wait while a preview runs."""
    with scope(merchant_id):
        found = _known(merchant_id, program.name, settings)
        if found is not None:
            return found.version
        with transaction.atomic():
            version = version_for(merchant_id=merchant_id, program=program, settings=settings, by=by, at=at).version
            transaction.set_rollback(True)
    return version


def save_policy(
    *, merchant_id: int, program: Program, settings: Mapping[str, Any], automatic: bool, by: Actor, at: datetime
) -> ProgramPolicy:
    """Put a new version in force; the one before ends at the same moment. Needs the merchant's scope."""
    checked = program.validated(settings)
    _take_turns(merchant_id)
    active = active_policy(merchant_id=merchant_id, program=program.name)
    if active is not None and active.settings == checked and active.is_automatic == automatic:
        return active
    ProgramPolicy.objects.filter(merchant_id=merchant_id, program=program.name, valid_to__isnull=True).update(valid_to=at)
    return _add(merchant_id, program.name, checked, by, at, in_force=True, automatic=automatic)


def _known(merchant_id: int, program: str, settings: Mapping[str, Any]) -> ProgramPolicy | None:
    known = ProgramPolicy.objects.filter(merchant_id=merchant_id, program=program, settings=dict(settings))
    return known.order_by("-version").first()


def _take_turns(merchant_id: int) -> None:
    """One session at a time adds versions for a merchant, until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, merchant_id])


def _last_version(merchant_id: int, program: str) -> int:
    last = ProgramPolicy.objects.filter(merchant_id=merchant_id, program=program).order_by("-version").first()
    return last.version if last else 0


def _add(
    merchant_id: int, program: str, settings: Mapping[str, Any], by: Actor, at: datetime, *, in_force: bool, automatic: bool
) -> ProgramPolicy:
    policy = ProgramPolicy.objects.create(
        merchant_id=merchant_id,
        program=program,
        version=_last_version(merchant_id, program) + 1,
        settings=dict(settings),
        valid_from=at,
        valid_to=None if in_force else at,
        is_automatic=automatic,
        created_by=by.label,
    )
    facts = {"program": program, "version": policy.version, "in_force": in_force, "automatic": automatic}
    record(merchant_id=merchant_id, by=by, action="aftersales.policy.saved", facts=facts)
    return policy
