"""What a provider's people are told about their way into the market."""

from django.utils.translation import gettext_noop

from marketplace.outbox.people import Notice

PEOPLE = ("owner", "admin")
MONEY = ("owner", "admin", "finance")
NOTICES = (
    Notice(
        kind="providers.onboarding.expiring",
        subject=gettext_noop("Renew soon: %(what)s"),
        body=gettext_noop("The papers for “%(what)s” are valid until %(until)s. Hand in the renewed ones before that day."),
        roles=PEOPLE,
    ),
    Notice(
        kind="providers.onboarding.expired",
        subject=gettext_noop("Expired: %(what)s"),
        body=gettext_noop(
            "The papers for “%(what)s” were valid until %(until)s. New orders are stopped until the renewed ones are checked."
        ),
        roles=PEOPLE,
    ),
    Notice(
        kind="providers.onboarding.suspended",
        subject=gettext_noop("Your company is suspended"),
        body=gettext_noop("You cannot list, bid or take orders. The reason: %(reason)s"),
        roles=PEOPLE,
    ),
    Notice(
        kind="providers.onboarding.reinstated",
        subject=gettext_noop("Your company may go on"),
        body=gettext_noop("The suspension has ended. %(reason)s"),
        roles=PEOPLE,
    ),
    Notice(
        kind="providers.trial.left",
        subject=gettext_noop("Trial orders left before the deposit is due: %(left)s"),
        body=gettext_noop(
            "A trial order was signed. After the last one a deposit of %(amount)s is due; paid earlier, it lifts the limits."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="providers.trial.used_up",
        subject=gettext_noop("The trial is over: the deposit of %(amount)s is due"),
        body=gettext_noop(
            "Your last trial order was signed. New orders start again as soon as the deposit has arrived; those that run go on."
        ),
        roles=MONEY,
    ),
    Notice(
        kind="providers.deposit.confirmed",
        subject=gettext_noop("Deposit received: %(amount)s"),
        body=gettext_noop("Your transfer arrived and is part of your deposit now. The bank's reference: %(reference)s."),
        roles=MONEY,
    ),
    Notice(
        kind="providers.deposit.refused",
        subject=gettext_noop("Deposit transfer not found: %(amount)s"),
        body=gettext_noop("We looked for your transfer and did not find it. %(note)s"),
        roles=MONEY,
    ),
    Notice(
        kind="providers.deposit.deducted",
        subject=gettext_noop("Deducted from your deposit: %(amount)s"),
        body=gettext_noop("Ruling %(ruling)s: %(reason)s Top the deposit up by %(until)s, or new orders stop."),
        roles=MONEY,
    ),
    Notice(
        kind="providers.deposit.returned",
        subject=gettext_noop("Given back to your deposit: %(amount)s"),
        body=gettext_noop("Ruling %(ruling)s was lifted on appeal; what it deducted is part of your deposit again."),
        roles=MONEY,
    ),
    Notice(
        kind="providers.exit.left",
        subject=gettext_noop("You have left the market"),
        body=gettext_noop("Your listings are closed. The deposit of %(amount)s is paid back on %(until)s."),
        roles=MONEY,
    ),
    Notice(
        kind="providers.exit.refunded",
        subject=gettext_noop("Deposit paid back: %(amount)s"),
        body=gettext_noop("We transferred it to your account. The bank's reference: %(reference)s."),
        roles=MONEY,
    ),
    Notice(
        kind="providers.export.finished",
        subject=gettext_noop("Your data is ready"),
        body=gettext_noop("Everything we keep about your company, as one file. Download it within 7 days."),
        roles=PEOPLE,
    ),
)
