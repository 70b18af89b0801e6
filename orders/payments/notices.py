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
    Notice(
        kind="payments.autopay.authorised",
        subject=gettext_noop("Autopay is on: %(title)s"),
        body=gettext_noop(
            "Up to %(limit)s per period is paid from the wallet by itself on the day it is due. It can be stopped at any time on"
            " the contract's page."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="payments.autopay.stopped",
        subject=gettext_noop("Autopay is stopped: %(title)s"),
        body=gettext_noop("Nothing more is paid by itself. What is due has to be paid by hand from now on."),
        roles=MONEY,
    ),
    Notice(
        kind="payments.autopay.paid",
        subject=gettext_noop("Paid by autopay: %(amount)s"),
        body=gettext_noop("“%(invoice)s” of “%(title)s” was paid from the wallet. The money is held until the work is accepted."),
        roles=MONEY,
    ),
    Notice(
        kind="payments.autopay.short",
        subject=gettext_noop("The wallet is short of %(missing)s: %(title)s"),
        body=gettext_noop(
            "Autopay could not pay “%(invoice)s” (%(amount)s). Pay in; it is tried again on %(next)s, and the work rests from"
            " %(rests)s if it is not paid."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="payments.autopay.over_limit",
        subject=gettext_noop("Above the limit of autopay: %(title)s"),
        body=gettext_noop(
            "“%(invoice)s” (%(amount)s) would exceed %(limit)s in this period and was not paid. Pay it by hand or raise the"
            " limit; it is looked at again on %(next)s, and the work rests from %(rests)s if it is not paid."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="payments.autopay.refused",
        subject=gettext_noop("Autopay could not pay: %(title)s"),
        body=gettext_noop("“%(invoice)s” (%(amount)s) was not paid: %(reason)s It is tried again on %(next)s."),
        roles=MONEY,
    ),
    Notice(
        kind="payments.autopay.failed",
        subject=gettext_noop("Pay by hand now: %(title)s"),
        body=gettext_noop(
            "Autopay has tried three times to pay “%(invoice)s” (%(amount)s) and stops trying. Pay it by hand until %(rests)s,"
            " or the work rests until it is paid."
        ),
        roles=MONEY,
    ),
)
