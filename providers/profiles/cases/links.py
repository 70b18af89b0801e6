"""The signed link a provider sends to the merchant its case is about.

It names the case and its revision, nothing of the merchant's; who may answer is decided by who is signed in. A link of an edited
case, or one that is too old, opens nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing

SALT = "providers.profiles.case"
VALID_FOR = timedelta(days=30)


class BadLink(Exception):
    """Forged, altered, cut off or too old."""


@dataclass(frozen=True, slots=True)
class CaseLink:
    provider_id: int
    case_id: int
    revision: int


def sign(*, provider_id: int, case_id: int, revision: int, at: datetime) -> str:
    """The token of a link that is good for thirty days from `at`."""
    return signing.dumps([provider_id, case_id, revision, int((at + VALID_FOR).timestamp())], salt=SALT)


def read(token: str, *, at: datetime) -> CaseLink:
    """What a token names. Raises BadLink."""
    try:
        provider_id, case_id, revision, until = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadLink from error
    if at.timestamp() > until:
        raise BadLink
    return CaseLink(provider_id, case_id, revision)
