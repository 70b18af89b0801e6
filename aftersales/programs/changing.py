"""Changing a program's policy as people do: an edit that raises a cap or loosens a guard waits for a second person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from aftersales.guards.approvals.operations import ask
from aftersales.guards.models import Approval
from aftersales.models import ProgramPolicy
from aftersales.programs.contract import Looser, Program
from aftersales.programs.policies import active_policy, save_policy
from aftersales.programs.registry import program_named
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope


class PolicyMoved(UserError):
    """Another version came into force after this one was asked for."""


def change_policy(
    *, merchant_id: int, program: Program, settings: Mapping[str, Any], automatic: bool, by: Actor, at: datetime
) -> ProgramPolicy | Approval:
    """Put a new version in force, or ask for it where a person loosens a guard. A merchant's first version is no edit.

    Raises BadPolicy.
    """
    checked = program.validated(settings)
    with scope(merchant_id, durable=True):
        active = active_policy(merchant_id=merchant_id, program=program.name)
        if by.user_id is not None and active is not None:
            before = program.validated(active.settings)
            changed = loosened(program, before, checked)
            if changed:
                payload = {"settings": checked, "automatic": automatic, "version": active.version, "changed": changed}
                return ask(
                    merchant_id=merchant_id, kind=Approval.Kind.POLICY, program=program.name, payload=payload, by=by, at=at
                )
        return save_policy(merchant_id=merchant_id, program=program, settings=checked, automatic=automatic, by=by, at=at)


def loosened(program: Program, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The guarded parameters this edit loosens: {name: [before, after]}."""
    return {
        name: [before[name], after[name]]
        for name, looser in program.guarded.items()
        if before[name] != after[name] and _is_looser(looser, before[name], after[name])
    }


def _is_looser(looser: Looser, before: Any, after: Any) -> bool:
    match looser:
        case Looser.OFF:
            return not after
        case Looser.SHORTER:
            return before is not None and (after is None or after < before)
        case Looser.HIGHER:
            return before is not None and (after is None or after > before)
        case Looser.UNKNOWN:
            # Empty means a default that depends on the currency: only a lower number is certainly tighter.
            return before is None or after is None or after > before


def approve_policy(approval: Approval, by: Actor, at: datetime) -> None:
    """Put the version that was asked for in force. Raises PolicyMoved when another one came in between."""
    payload = approval.payload
    active = active_policy(merchant_id=approval.merchant_id, program=approval.program)
    if active is None or active.version != payload["version"]:
        raise PolicyMoved(_("Another version came into force since then; ask again."))
    save_policy(
        merchant_id=approval.merchant_id,
        program=program_named(approval.program),
        settings=payload["settings"],
        automatic=payload["automatic"],
        by=by,
        at=at,
    )
