"""What a merchant's people are told about payments."""

from django.utils.translation import gettext_noop

from marketplace.outbox.people import Notice

MONEY = ("owner", "admin", "finance")
NOTICES = (
    Notice(
        kind="payments.pay_in.arrived",
        subject=gettext_noop("Payment received: %(amount)s"),
        body=gettext_noop("The payment %(reference)s has arrived and is in your wallet."),
        roles=MONEY,
    ),
    Notice(
        kind="payments.pay_in.kept",
        subject=gettext_noop("Payment received, but not used: %(amount)s"),
        body=gettext_noop(
            "The payment %(reference)s has arrived but could not be used for what it was meant for: %(reason)s"
            " The money is in your wallet."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="payments.pay_in.expired",
        subject=gettext_noop("Payment expired: %(amount)s"),
        body=gettext_noop(
            "No money arrived for the payment %(reference)s. If you have transferred it, tell us; otherwise begin a new one."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="payments.case.opened",
        subject=gettext_noop("A payment does not fit: %(amount)s"),
        body=gettext_noop(
            "What arrived for the payment %(reference)s differs from what was expected. We look into it; nothing is lost."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="payments.case.closed",
        subject=gettext_noop("Looked into: the payment %(reference)s"),
        body=gettext_noop("What we found: %(note)s"),
        roles=MONEY,
    ),
    Notice(
        kind="payments.pay_back.sent",
        subject=gettext_noop("Sent back to you: %(amount)s"),
        body=gettext_noop("The money is on its way to where it came from. The payment company's number: %(transaction)s."),
        roles=MONEY,
    ),
    Notice(
        kind="payments.pay_back.failed",
        subject=gettext_noop("Could not be sent back: %(amount)s"),
        body=gettext_noop("The money is in your wallet again. The reason: %(reason)s"),
        roles=MONEY,
    ),
)
