"""The lock every act of onboarding takes first: the provider's application row.

One row per provider, so acts on its papers, categories, deposit and exit never interleave, and none waits for another in a ring.
"""

from datetime import datetime
from typing import Any

from providers.onboarding.models import Application


def locked_application(provider_id: int, at: datetime) -> Application:
    """The provider's application, locked; begun when there is none."""
    Application.objects.bulk_create([Application(provider_id=provider_id, created_at=at, updated_at=at)], ignore_conflicts=True)
    return Application.objects.select_for_update().get(provider_id=provider_id)


def change(row: Any, **values: Any) -> None:
    """Set and save these columns."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
