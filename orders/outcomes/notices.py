"""What both sides are told about a measured outcome. No notice before the result says anything about it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from marketplace.outbox import both
from marketplace.outbox.people import Fact, Notice, register_notice, tell
from marketplace.tenancy.scope import scope
from orders.outcomes.models import OutcomeAgreement

PAGES = {"merchant": "/contracts/outcomes/{}/", "provider": "/desk/jobs/outcomes/{}/"}
ROLES = ("owner", "admin", "finance", "hiring")
NOTICES = (
    Notice(
        kind="orders.outcome.begun",
        subject=gettext_noop("“%(title)s”: measuring begins"),
        body=gettext_noop("Buyers count until %(until)s. The result is computed on %(day)s, once."),
        roles=ROLES,
        label=_("Outcome: measuring begins"),
    ),
    Notice(
        kind="orders.outcome.settled",
        subject=gettext_noop("“%(title)s”: the result is there"),
        body=gettext_noop("The variable fee is %(fee)s. Open the result to see how it came about, down to every row."),
        roles=ROLES,
        label=_("Outcome: result"),
    ),
    Notice(
        kind="orders.outcome.blocked",
        subject=gettext_noop("“%(title)s”: the result is blocked"),
        body=gettext_noop(
            "The groups are not the agreed shares, so no rule says what is owed. Agree on a split, or open a dispute."
        ),
        roles=ROLES,
        label=_("Outcome: result blocked"),
    ),
    Notice(
        kind="orders.outcome.stopped",
        subject=gettext_noop("“%(title)s”: measuring has ended without a result"),
        body=gettext_noop("The money was shared out or the contract ended before the day of the result."),
        roles=ROLES,
        label=_("Outcome: ended without a result"),
    ),
)


def register_notices() -> None:
    """Called once, when the site starts."""
    for notice in NOTICES:
        register_notice(notice)


def say(agreement: OutcomeAgreement, what: str, *, at: datetime) -> None:
    """Tell both sides, once."""
    facts: dict[str, Fact] = {
        "title": agreement.order.title, "until": both.moment(agreement.window_ends_at), "day": both.moment(agreement.settles_at),
        "fee": both.money(agreement.fee or 0, agreement.currency),
    }  # fmt: skip
    for side, page in PAGES.items():
        organization_id = agreement.merchant_id if side == "merchant" else agreement.provider_id
        with scope(organization_id):
            tell(
                organization_id=organization_id, kind=f"orders.outcome.{what}", facts=facts, url=page.format(agreement.pk),
                effect_key=f"outcome:{agreement.pk}:{what}", at=at,
            )  # fmt: skip
