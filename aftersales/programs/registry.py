"""The programs, by name. Adding one is a folder and a line here."""

from datetime import timedelta

from django.utils.translation import gettext as _

from aftersales.programs.contract import Looser, Program
from aftersales.programs.presale_balance import operations as presale_balance
from aftersales.programs.presale_balance import rules as presale_rules
from aftersales.programs.presale_balance.queries import has_work as has_presale_work
from aftersales.programs.price_protection import operations, outcome, rules
from aftersales.programs.refund_retention import rules as retention
from aftersales.programs.refund_retention import running
from marketplace.kernel.errors import NotFound

PROGRAMS: dict[str, Program] = {
    rules.PROGRAM: Program(
        name=rules.PROGRAM,
        presets=rules.PRESETS,
        validated=rules.validated,
        may_pay=rules.may_pay,
        run=operations.run,
        report=outcome.report,
        guarded={
            "cap_per_claim": Looser.HIGHER,
            "max_claims_per_line": Looser.HIGHER,
            "price_error_hold": Looser.HIGHER,
            "headroom": Looser.OFF,
        },
    ),
    presale_rules.PROGRAM: Program(
        name=presale_rules.PROGRAM,
        presets=presale_rules.PRESETS,
        validated=presale_rules.validated,
        may_pay=presale_rules.may_act,
        run=presale_balance.run,
        interval=timedelta(minutes=5),
        lock=presale_rules.LOCK,
        has_work=has_presale_work,
    ),
    retention.PROGRAM: Program(
        name=retention.PROGRAM,
        presets=retention.PRESETS,
        validated=retention.validated,
        may_pay=retention.may_pay,
        run=running.run,
        guarded={
            "cap_percent": Looser.HIGHER,
            "cap_amount": Looser.UNKNOWN,
            "return_logistics_amount": Looser.UNKNOWN,
            "money_offer_days": Looser.SHORTER,
        },
    ),
}


def program_named(name: str) -> Program:
    """The program of this name. Raises NotFound."""
    if name not in PROGRAMS:
        raise NotFound(_("There is no program %(name)s; known are %(known)s.") % {"name": name, "known": ", ".join(PROGRAMS)})
    return PROGRAMS[name]
