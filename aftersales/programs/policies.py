"""Versions of a program's policy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aftersales.models import ProgramPolicy
from aftersales.programs.contract import Program
from marketplace.audit.operations import record
from marketplace.tenancy.actor import Actor


def active_policy(*, merchant_id: int, program: str) -> ProgramPolicy | None:
    """The version in force: the one that has not ended. Needs the merchant's scope."""
    return (
        ProgramPolicy.objects.filter(merchant_id=merchant_id, program=program, valid_to__isnull=True).order_by("-version").first()
    )


def version_for(*, merchant_id: int, program: Program, settings: Mapping[str, Any], by: Actor, at: datetime) -> ProgramPolicy:
    """The version with exactly these settings, recorded when new (and already ended, unless it is the first)."""
    known = ProgramPolicy.objects.filter(merchant_id=merchant_id, program=program.name)
    found = known.filter(settings=dict(settings)).order_by("-version").first()
    if found is not None:
        return found
    return _add(merchant_id, program.name, settings, by, at, in_force=not known.exists(), automatic=False)


def save_policy(
    *, merchant_id: int, program: Program, settings: Mapping[str, Any], automatic: bool, by: Actor, at: datetime
) -> ProgramPolicy:
    """Put a new version in force; the one before ends at the same moment. Needs the merchant's scope."""
    checked = program.validated(settings)
    active = active_policy(merchant_id=merchant_id, program=program.name)
    if active is not None and active.settings == checked and active.is_automatic == automatic:
        return active
    ProgramPolicy.objects.filter(merchant_id=merchant_id, program=program.name, valid_to__isnull=True).update(valid_to=at)
    return _add(merchant_id, program.name, checked, by, at, in_force=True, automatic=automatic)


def _add(
    merchant_id: int, program: str, settings: Mapping[str, Any], by: Actor, at: datetime, *, in_force: bool, automatic: bool
) -> ProgramPolicy:
    last = ProgramPolicy.objects.filter(merchant_id=merchant_id, program=program).order_by("-version").first()
    policy = ProgramPolicy.objects.create(
        merchant_id=merchant_id,
        program=program,
        version=(last.version if last else 0) + 1,
        settings=dict(settings),
        valid_from=at,
        valid_to=None if in_force else at,
        is_automatic=automatic,
        created_by=by.label,
    )
    facts = {"program": program, "version": policy.version, "in_force": in_force, "automatic": automatic}
    record(merchant_id=merchant_id, by=by, action="aftersales.policy.saved", facts=facts)
    return policy
