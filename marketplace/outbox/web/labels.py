"""The outbox in people's words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.outbox.kinds import UnknownKind, kind_named
from marketplace.outbox.models import Channel, ConsentClass
from marketplace.ui.kit import Text

#: Why a message waits, was dropped, or was given up. Programs add their own with `add_reasons`.
REASONS: Mapping[str, Text] = {
    "late": _("It would have come too late."),
    "opted_out": _("The buyer wants no messages."),
    "suppressed": _("The address is on the suppression list."),
    "no_consent": _("The buyer has not consented to offers."),
    "no_address": _("There is no address for this channel."),
    "no_endpoint": _("No webhook endpoint wants this event."),
    "quiet_hours": _("The buyer's quiet hours."),
    "frequency_cap": _("The buyer had a commercial message on this day already."),
    "killed": _("The program was stopped."),
    "channel_off": _("The channel is switched off or not set up."),
    "not_due": _("The program found it was no longer due."),
    "gave_up": _("Every attempt failed."),
    "refused": _("The other side refused it for good."),
    "bounced": _("The address does not exist."),
    "wording": _("The text cannot be used."),
    "unknown_kind": _("No program knows this kind of message."),
    "retry": _("The last attempt failed; it will be tried again."),
    "prepare_failed": _("The program failed to prepare it; it will be tried again."),
    "replayed": _("A person sent it again."),
    "fanned_out": _("Passed on to each webhook endpoint."),
}
CONSENT = dict(ConsentClass.choices)
CHANNEL_NAMES = dict(Channel.choices)
LANGUAGE_NAMES: Mapping[str, str] = {"zh": "中文", "en": "English"}


def kind_label(name: str) -> Text:
    """What a kind of message is called; an unknown one shows itself."""
    try:
        return kind_named(name).label or name
    except UnknownKind:
        return name


def step_label(kind_name: str, step: str) -> Text:
    """What a step is called; '' for a kind without steps."""
    try:
        known = kind_named(kind_name)
    except UnknownKind:
        return step
    return known.step_labels.get(step, step.upper())


def described(message: Any) -> Any:
    """A message with the words a list shows."""
    message.kind_label = kind_label(message.kind)
    message.step_label = step_label(message.kind, message.step)
    message.channel_label = CHANNEL_NAMES.get(message.channel, message.channel)
    message.to_hint = (message.rendered or {}).get("to", "")
    return message
