"""What each side is told about invoices."""

from django.utils.translation import gettext_noop

from marketplace.outbox.people import Notice

#: Who keeps a company's books.
BOOKS = ("owner", "admin", "finance")
NOTICES = (
    Notice(
        kind="orders.invoice.asked",
        subject=gettext_noop("%(who)s asks for a fapiao: %(amount)s"),
        body=gettext_noop("It is about %(about)s. Issue it until %(day)s, or say why you cannot."),
        roles=BOOKS,
    ),
    Notice(
        kind="orders.invoice.due_soon",
        subject=gettext_noop("A fapiao is due on %(day)s: %(amount)s"),
        body=gettext_noop("It is about %(about)s. Issue it in time, or say why you cannot."),
        roles=BOOKS,
    ),
    Notice(
        kind="orders.invoice.overdue",
        subject=gettext_noop("A fapiao you owe is late: %(amount)s"),
        body=gettext_noop("It is about %(about)s and was due on %(day)s. Issue it now, or say why you cannot."),
        roles=BOOKS,
    ),
    Notice(
        kind="orders.invoice.late",
        subject=gettext_noop("A fapiao you asked for is late: %(amount)s"),
        body=gettext_noop(
            "It is about %(about)s and was due on %(day)s. The provider was reminded; write to it in the contract's room."
        ),
        roles=BOOKS,
    ),
    Notice(
        kind="orders.invoice.issued",
        subject=gettext_noop("The fapiao %(number)s is here: %(amount)s"),
        body=gettext_noop("It is about %(about)s. Download the file, and send it back if anything on it is wrong."),
        roles=BOOKS,
    ),
    Notice(
        kind="orders.invoice.refused",
        subject=gettext_noop("Your request for a fapiao was refused: %(amount)s"),
        body=gettext_noop("It was about %(about)s. The reason: %(why)s. Put it right and ask again."),
        roles=BOOKS,
    ),
    Notice(
        kind="orders.invoice.withdrawn",
        subject=gettext_noop("%(who)s no longer asks for the fapiao of %(amount)s"),
        body=gettext_noop("It was about %(about)s. There is nothing to do."),
        roles=BOOKS,
    ),
    Notice(
        kind="orders.invoice.returned",
        subject=gettext_noop("A fapiao was sent back: %(amount)s have to be reversed"),
        body=gettext_noop("It is about %(about)s. The reason: %(why)s. Issue a red-letter note until %(day)s."),
        roles=BOOKS,
    ),
    Notice(
        kind="orders.invoice.shrunk",
        subject=gettext_noop("A fapiao that was asked for is %(amount)s now"),
        body=gettext_noop("It is about %(about)s. Money went back to the merchant, so less can be invoiced."),
        roles=BOOKS,
    ),
    Notice(
        kind="orders.invoice.lapsed",
        subject=gettext_noop("A request for a fapiao has lapsed"),
        body=gettext_noop("It was about %(about)s. The money went back to the merchant, so nothing is left to invoice."),
        roles=BOOKS,
    ),
    Notice(
        kind="orders.invoice.exceeded",
        subject=gettext_noop("%(amount)s of a fapiao have to be reversed"),
        body=gettext_noop("It is about %(about)s. Money went back to the merchant; a red-letter note is due on %(day)s."),
        roles=BOOKS,
    ),
    Notice(
        kind="orders.invoice.reversed",
        subject=gettext_noop("The red-letter note %(number)s is here: %(amount)s"),
        body=gettext_noop("It is about %(about)s. Book it together with the fapiao it corrects."),
        roles=BOOKS,
    ),
)
