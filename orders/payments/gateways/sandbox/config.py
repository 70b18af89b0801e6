"""The sandbox: its name, and what it gets wrong on request.

Faults are drawn from a hash of the reference, so that a story can be repeated: `PAYMENT_SANDBOX_FAULTS="lost=0.1,twice=0.2"`.
"""

import hashlib
from dataclasses import dataclass, fields
from zlib import crc32

from django.conf import settings
from django.utils.translation import gettext_lazy as _

NAME = "sandbox"
LABEL = _("Sandbox")
TEXT = _("A payment company that exists only here. No money moves.")
ICON = "code"
MINUTES = 30


@dataclass(frozen=True)
class Faults:
    """Shares of payments (0 to 1): asked for in vain (`timeout`), refused; the callback is lost, sent twice, names less money;
    money back that is refused, or done without an answer (`back_timeout`)."""

    timeout: float = 0.0
    refuse: float = 0.0
    lost: float = 0.0
    twice: float = 0.0
    less: float = 0.0
    back_refuse: float = 0.0
    back_timeout: float = 0.0

    @classmethod
    def parse(cls, text: str) -> "Faults":
        """From "lost=0.1,twice=0.2"; an empty text means none. Raises ValueError on anything else."""
        known = {field.name for field in fields(cls)}
        pairs = dict(part.strip().split("=", 1) for part in text.split(",") if part.strip())
        if not set(pairs) <= known:
            raise ValueError(f"unknown faults: {sorted(set(pairs) - known)}")
        return cls(**{name: float(share) for name, share in pairs.items()})

    def hits(self, name: str, reference: str) -> bool:
        return crc32(f"{name}:{reference}".encode()) % 10_000 < getattr(self, name) * 10_000


def faults() -> Faults:
    return Faults.parse(settings.PAYMENT_SANDBOX_FAULTS)


def key() -> bytes:
    """What the sandbox signs its callbacks with: nobody outside knows it."""
    return hashlib.sha256(b"payments-sandbox:" + settings.SECRET_KEY.encode()).digest()
