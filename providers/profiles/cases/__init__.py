"""Case studies with proof: what is measured, the signed link, and how a case is shown."""

from providers.profiles.cases.showing import public_case

__all__ = ["public_case"]
