"""What people are told about their contracts. Facts of all: title, number, other (the other company); of milestones also
milestone and amount."""

from django.utils.translation import gettext_noop

from marketplace.outbox.people import Notice

#: Who decides and works; money people get what is about money.
PEOPLE = ("owner", "admin", "hiring", "operator")
MONEY = ("owner", "admin", "hiring", "finance")


def _contract(kind: str, subject: str, body: str, roles: tuple[str, ...] = PEOPLE) -> Notice:
    return Notice(kind=f"orders.{kind}", subject=subject, body=body, roles=roles)


NOTICES = (
    _contract(
        "contract.drafted",
        gettext_noop("A contract to sign: %(title)s"),
        gettext_noop("%(other)s has drawn up contract %(number)s. Read it, then sign it or change it within 7 days."),
    ),
    _contract(
        "contract.revised",
        gettext_noop("Changed: %(title)s"),
        gettext_noop("%(other)s offers another version of contract %(number)s. See what is different, then accept or change it."),
    ),
    _contract(
        "contract.half_signed",
        gettext_noop("Your signature is missing: %(title)s"),
        gettext_noop("%(other)s has accepted contract %(number)s. It holds as soon as you accept the same version."),
    ),
    _contract(
        "contract.signed",
        gettext_noop("Signed: %(title)s"),
        gettext_noop("Contract %(number)s with %(other)s is signed. Work begins when the first milestone is funded."),
        MONEY,
    ),
    _contract(
        "contract.amended",
        gettext_noop("A new version holds: %(title)s"),
        gettext_noop("Both sides have accepted the change of contract %(number)s with %(other)s."),
    ),
    _contract(
        "contract.cancelled",
        gettext_noop("Cancelled: %(title)s"),
        gettext_noop("Contract %(number)s with %(other)s is cancelled. What was held is given back. %(reason)s"),
    ),
    _contract(
        "contract.expired",
        gettext_noop("Lapsed: %(title)s"),
        gettext_noop("Contract %(number)s with %(other)s was not signed and funded in time. You can draw up a new one."),
    ),
    _contract(
        "contract.paused",
        gettext_noop("Paused: %(title)s"),
        gettext_noop("%(other)s lets the work under contract %(number)s rest. What is due moves on by as long. %(reason)s"),
    ),
    _contract(
        "contract.unpaid",
        gettext_noop("Resting until it is funded: %(title)s"),
        gettext_noop("“%(milestone)s” (%(amount)s) of contract %(number)s was not funded in time. The work goes on when it is."),
        MONEY,
    ),
    _contract(
        "contract.resumed",
        gettext_noop("Resumed: %(title)s"),
        gettext_noop("%(other)s goes on with contract %(number)s. The new dates are on its page."),
    ),
    _contract(
        "contract.notice_given",
        gettext_noop("Notice given: %(title)s"),
        gettext_noop("%(other)s ends contract %(number)s on %(until)s. Work through the handover list until then. %(reason)s"),
    ),
    _contract(
        "contract.notice_withdrawn",
        gettext_noop("Notice withdrawn: %(title)s"),
        gettext_noop("%(other)s has taken its notice back; contract %(number)s goes on."),
    ),
    _contract(
        "contract.trial_continued",
        gettext_noop("The trial goes on: %(title)s"),
        gettext_noop("%(other)s continues contract %(number)s after the trial. What is held will be paid as agreed."),
    ),
    _contract(
        "contract.trial_ending",
        gettext_noop("Decide about the trial: %(title)s"),
        gettext_noop("The trial under contract %(number)s ends in 3 days. Without your word it ends, and nothing is paid."),
    ),
    _contract(
        "contract.completed",
        gettext_noop("Completed: %(title)s"),
        gettext_noop("Contract %(number)s with %(other)s is completed."),
    ),
    _contract(
        "contract.terminated",
        gettext_noop("Ended: %(title)s"),
        gettext_noop("Contract %(number)s with %(other)s has ended. Work through what is left of the handover list. %(reason)s"),
    ),
    _contract(
        "milestone.invoiced",
        gettext_noop("To be funded: %(milestone)s"),
        gettext_noop("%(amount)s are due until %(until)s under contract %(number)s, “%(title)s”."),
        MONEY,
    ),
    _contract(
        "milestone.funded",
        gettext_noop("Funded, you can begin: %(milestone)s"),
        gettext_noop("%(other)s has funded %(amount)s under contract %(number)s. The money is held until the work is accepted."),
    ),
    _contract(
        "milestone.delivered",
        gettext_noop("Delivered: %(milestone)s"),
        gettext_noop("%(other)s has delivered under contract %(number)s. Look at it by %(until)s; then it counts as accepted."),
    ),
    _contract(
        "milestone.remind_3",
        gettext_noop("3 days left to look: %(milestone)s"),
        gettext_noop("The delivery by %(other)s under contract %(number)s counts as accepted on %(until)s."),
    ),
    _contract(
        "milestone.remind_1",
        gettext_noop("1 day left to look: %(milestone)s"),
        gettext_noop("The delivery by %(other)s under contract %(number)s counts as accepted on %(until)s."),
    ),
    _contract(
        "milestone.changes_requested",
        gettext_noop("Changes requested: %(milestone)s"),
        gettext_noop("%(other)s asks for changes under contract %(number)s. Deliver again until %(until)s."),
    ),
    _contract(
        "milestone.review_extended",
        gettext_noop("More time to look: %(milestone)s"),
        gettext_noop("%(other)s takes until %(until)s to look at your delivery under contract %(number)s."),
    ),
    _contract(
        "milestone.accepted",
        gettext_noop("Accepted: %(milestone)s"),
        gettext_noop("%(other)s has accepted your work under contract %(number)s; %(amount)s less fees are yours."),
        (*PEOPLE, "finance"),
    ),
    _contract(
        "milestone.auto_accepted",
        gettext_noop("Accepted by itself: %(milestone)s"),
        gettext_noop("Nobody objected in time, so the delivery under contract %(number)s with %(other)s counts as accepted."),
        (*PEOPLE, "finance"),
    ),
    _contract(
        "milestone.refunded",
        gettext_noop("Given back: %(milestone)s"),
        gettext_noop("%(other)s has given back %(amount)s held under contract %(number)s. They are in your wallet."),
        MONEY,
    ),
    _contract(
        "milestone.late",
        gettext_noop("Late: %(milestone)s"),
        gettext_noop("The delivery under contract %(number)s, “%(title)s”, was due on %(until)s and has not come."),
    ),
    _contract(
        "delivery.commented",
        gettext_noop("A comment on %(milestone)s"),
        gettext_noop("%(other)s has written about the delivery under contract %(number)s."),
    ),
    _contract(
        "split.proposed",
        gettext_noop("An offer to split: %(milestone)s"),
        gettext_noop("%(other)s offers %(share)s of %(amount)s to the provider. Agree, decline or offer otherwise."),
    ),
    _contract(
        "split.agreed",
        gettext_noop("Split agreed: %(milestone)s"),
        gettext_noop("%(other)s agrees: %(share)s of %(amount)s go to the provider, the rest is given back."),
    ),
    _contract(
        "split.declined",
        gettext_noop("Split declined: %(milestone)s"),
        gettext_noop("%(other)s does not agree to %(share)s of %(amount)s under contract %(number)s."),
    ),
    _contract(
        "handover.done",
        gettext_noop("Handed over: %(title)s"),
        gettext_noop("%(other)s says this was handed over: %(what)s. Confirm it on the page of contract %(number)s."),
    ),
)
