"""A retention case: the merchant's refund request, decided."""

from datetime import datetime

from aftersales.programs.policies import save_policy
from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.rules import DEFAULTS, PROGRAM
from aftersales.programs.registry import program_named
from aftersales.programs.runner import run
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast


def fill(merchant: cast.Merchant, *, at: datetime) -> int:
    program = program_named(PROGRAM)
    settings = {**DEFAULTS, "holdout_percent": 0}
    with scope(merchant.id, durable=True):
        save_policy(merchant_id=merchant.id, program=program, settings=settings, automatic=False, by=CLI, at=at)
    run(program=program, merchant_id=merchant.id, shop=None, settings=settings, as_of=at, by=CLI, at=at, dry_run=False)
    with scope(merchant.id):
        return RetentionCase.objects.filter(merchant_id=merchant.id).earliest("id").pk
