"""Reading profiles."""

from providers.profiles.queries.cases import access_case, access_consent, cases, consents
from providers.profiles.queries.profile import (
    availability,
    newest_version,
    open_version,
    pauses,
    profile_of,
    public_content,
    working_content,
)

__all__ = [
    "access_case",
    "access_consent",
    "availability",
    "cases",
    "consents",
    "newest_version",
    "open_version",
    "pauses",
    "profile_of",
    "public_content",
    "working_content",
]
