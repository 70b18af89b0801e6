"""What a provider's people are told about their money."""

from django.utils.translation import gettext_noop

from marketplace.outbox.people import Notice

#: Whoever could be robbed: everybody who owns or runs the company, and who keeps its books.
MONEY = ("owner", "admin", "finance")
NOTICES = (
    Notice(
        kind="orders.payout_account.proposed",
        subject=gettext_noop("A new payout account was entered: %(bank)s …%(last4)s"),
        body=gettext_noop(
            "%(who)s entered it. Nothing is paid to it before somebody confirms it. If nobody of you did this, cancel it and"
            " change your passwords."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="orders.payout_account.confirmed",
        subject=gettext_noop("Payouts will go to %(bank)s …%(last4)s"),
        body=gettext_noop("%(who)s confirmed it. It is used from %(day)s; until then it can be cancelled on the page below."),
        roles=MONEY,
    ),
    Notice(
        kind="orders.payout_account.cancelled",
        subject=gettext_noop("Cancelled: the payout account %(bank)s …%(last4)s"),
        body=gettext_noop("%(who)s cancelled it. Payouts go where they went before."),
        roles=MONEY,
    ),
    Notice(
        kind="orders.payout.paid",
        subject=gettext_noop("Paid out: %(amount)s"),
        body=gettext_noop("The bank has paid it to your account that ends in %(last4)s. The bank's reference: %(reference)s."),
        roles=MONEY,
    ),
    Notice(
        kind="orders.payout.failed",
        subject=gettext_noop("A payout came back: %(amount)s"),
        body=gettext_noop(
            "The bank sent it back from the account that ends in %(last4)s: %(why)s. The amount is in your earnings again and"
            " goes out with the next batch."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="orders.payout.returned",
        subject=gettext_noop("The bank does not know your account: %(amount)s came back"),
        body=gettext_noop(
            "The account that ends in %(last4)s was refused: %(why)s. Enter another one; until then nothing is paid out, and"
            " nothing is lost."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="orders.statement.made",
        subject=gettext_noop("Your statement of %(month)s"),
        body=gettext_noop("At its end the market owed you %(amount)s. Every line names its order and its rule."),
        roles=MONEY,
    ),
    Notice(
        kind="orders.debt.hidden",
        subject=gettext_noop("Your listings are hidden: %(amount)s are owed"),
        body=gettext_noop(
            "Money was given back to merchants after it had been paid to you, more than a week ago. New earnings pay it by"
            " themselves; then the listings are shown again as they were."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="orders.debt.lifted",
        subject=gettext_noop("Your listings are shown again"),
        body=gettext_noop("The debt of %(amount)s is paid down."),
        roles=MONEY,
    ),
)
