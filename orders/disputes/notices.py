"""What both sides are told at each step; the same texts stand in their conversation."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from marketplace.outbox.people import Notice, register_notice
from orders.rooms.registry import register_note

ROLES = ("owner", "admin", "hiring", "operator")
_TEXTS = {
    "opened": (
        gettext_noop("Dispute %(number)s about %(title)s was opened"),
        gettext_noop("Answer until %(until)s: without an answer, what is asked for becomes the ruling."),
        _("Dispute opened"), _("Dispute %(number)s was opened"),
    ),
    "talking": (
        gettext_noop("Dispute %(number)s: news about %(title)s"),
        gettext_noop("Talk and make offers until %(until)s; then the market makes a proposal."),
        _("Dispute: answer or offer"), _("Dispute %(number)s: an answer or an offer"),
    ),
    "escalated": (
        gettext_noop("Dispute %(number)s: the market looks at %(title)s"),
        gettext_noop("Its proposal comes until %(until)s. You can still agree with each other."),
        _("Dispute: with the market"), _("Dispute %(number)s: the market makes a proposal"),
    ),
    "proposed": (
        gettext_noop("Dispute %(number)s: a proposal for %(title)s"),
        gettext_noop("Accept or decline the market's proposal until %(until)s; after that the market rules."),
        _("Dispute: proposal"), _("Dispute %(number)s: the market's proposal is on the table"),
    ),
    "ruling": (
        gettext_noop("Dispute %(number)s: the market rules on %(title)s"),
        gettext_noop("The proposal was not accepted by both. The ruling comes until %(until)s."),
        _("Dispute: to be ruled"), _("Dispute %(number)s: the market rules"),
    ),
    "ruled": (
        gettext_noop("Dispute %(number)s: ruling about %(title)s"),
        gettext_noop("It is carried out on %(until)s, unless one of you appeals before."),
        _("Dispute: ruling"), _("Dispute %(number)s was ruled on"),
    ),
    "appealed": (
        gettext_noop("Dispute %(number)s: appeal about %(title)s"),
        gettext_noop("Somebody else decides it until %(until)s. That decision is final."),
        _("Dispute: appeal"), _("Dispute %(number)s was appealed"),
    ),
    "settled": (
        gettext_noop("Dispute %(number)s about %(title)s is settled"),
        gettext_noop("The money was shared out. The page of the dispute says how and why."),
        _("Dispute settled"), _("Dispute %(number)s was settled"),
    ),
    "withdrawn": (
        gettext_noop("Dispute %(number)s about %(title)s was taken back"),
        gettext_noop("The milestone goes on as it was."),
        _("Dispute taken back"), _("Dispute %(number)s was taken back"),
    ),
}  # fmt: skip


def register() -> None:
    """Make the notices and the lines of the conversation known; called when the site starts."""
    for state, (subject, body, label, line) in _TEXTS.items():
        register_notice(Notice(kind=f"disputes.{state}", subject=subject, body=body, roles=ROLES, label=label))
        register_note(f"disputes.{state}", line)
