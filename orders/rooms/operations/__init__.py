"""What can be done in a conversation. `open_conversation`, `say`, `note`, `store_file` are parts of the caller's transaction."""

from marketplace.kernel.transitions import NotPossible
from orders.rooms.attachments import BadFile
from orders.rooms.operations.deciding import answer_decision
from orders.rooms.operations.evidence import Bundle, evidence_bundle, export_evidence
from orders.rooms.operations.files import bytes_of, store_file
from orders.rooms.operations.letters import tell_unread
from orders.rooms.operations.reading import mark_read
from orders.rooms.operations.talking import (
    NothingSaid,
    TooMuch,
    ask_about_listing,
    listing_named,
    note,
    open_conversation,
    post_message,
    say,
)

__all__ = [
    "BadFile",
    "Bundle",
    "NotPossible",
    "NothingSaid",
    "TooMuch",
    "answer_decision",
    "ask_about_listing",
    "bytes_of",
    "evidence_bundle",
    "export_evidence",
    "listing_named",
    "mark_read",
    "note",
    "open_conversation",
    "post_message",
    "say",
    "store_file",
    "tell_unread",
]
