"""What people of a conversation are told."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from marketplace.outbox.people import Notice, register_notice

UNREAD = "rooms.message.unread"
NOTICES = (
    Notice(
        kind=UNREAD,
        subject=gettext_noop("%(other)s wrote to you: %(title)s"),
        body=gettext_noop("“%(text)s” Answer in the conversation."),
        roles=("owner", "admin", "hiring", "operator"),
        label=_("Unread message"),
    ),
)


def register() -> None:
    """Make the notices known; called when the site starts."""
    for notice in NOTICES:
        register_notice(notice)
