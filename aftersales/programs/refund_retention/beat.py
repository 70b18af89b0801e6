"""A run of this program when nobody else books money for the merchant."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aftersales.programs.refund_retention.rules import PROGRAM
from aftersales.programs.registry import program_named
from aftersales.programs.runner import ProgramBusy, carry_out, open_run, program_lock
from marketplace.tenancy.actor import Actor


def run_if_free(*, merchant_id: int, settings: Mapping[str, Any], by: Actor, at: datetime) -> bool:
    """Open and carry out a run as of now; False while another run of the merchant is in progress."""
    program = program_named(PROGRAM)
    try:
        with program_lock(merchant_id, wait=False, lock=program.lock):
            opened = open_run(
                program=program, merchant_id=merchant_id, shop=None, settings=settings, as_of=at, by=by, at=at, dry_run=False
            )
            carry_out(program=program, opened=opened, shop=None, by=by, at=at)
    except ProgramBusy:
        return False
    return True
