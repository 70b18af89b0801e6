"""What people and programs do with the outbox: one keyword-only function per act."""

from marketplace.outbox.operations.channels import (
    add_endpoint,
    replace_secret,
    save_channel,
    switch_endpoint,
    try_endpoint,
)
from marketplace.outbox.operations.consent import (
    add_suppression,
    import_suppressions,
    opt_out,
    receive_reply,
    remove_suppression,
)
from marketplace.outbox.operations.enqueueing import enqueue
from marketplace.outbox.operations.notices import read_notices
from marketplace.outbox.operations.replaying import replay
from marketplace.outbox.operations.wordings import decide_wording, reset_wording, save_wording

__all__ = [
    "add_endpoint",
    "add_suppression",
    "decide_wording",
    "enqueue",
    "import_suppressions",
    "opt_out",
    "read_notices",
    "receive_reply",
    "remove_suppression",
    "replace_secret",
    "replay",
    "reset_wording",
    "save_channel",
    "save_wording",
    "switch_endpoint",
    "try_endpoint",
]
