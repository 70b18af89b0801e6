"""Acts on profiles, one module per subject."""

from providers.profiles.operations.answering import confirm_case, open_link, refuse_case, withdraw_consent
from providers.profiles.operations.capacity import add_pause, remove_pause, save_capacity
from providers.profiles.operations.cases import archive_case, ask_merchant, restore_case, save_case, submit_case, withdraw_case
from providers.profiles.operations.editing import discard_draft, save_section, submit_profile, withdraw_profile
from providers.profiles.operations.public import project, refresh_public

__all__ = [
    "add_pause",
    "archive_case",
    "ask_merchant",
    "confirm_case",
    "discard_draft",
    "open_link",
    "project",
    "refresh_public",
    "refuse_case",
    "remove_pause",
    "restore_case",
    "save_capacity",
    "save_case",
    "save_section",
    "submit_case",
    "submit_profile",
    "withdraw_case",
    "withdraw_consent",
    "withdraw_profile",
]
