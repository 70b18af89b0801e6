"""Whose standing time has changed: across tenants, ids only, as the system role."""

from datetime import datetime

from django.db import connections

DUE = """
SELECT DISTINCT p.provider_id
FROM moderation_penalty p JOIN moderation_providerstanding s ON s.provider_id = p.provider_id
WHERE (p.state = 'active' AND p.ends_at <= %(at)s)
   OR (p.state <> 'lifted' AND p.points_until <= %(at)s AND p.points_until > s.changed_at)
ORDER BY 1
"""


def providers_to_refresh(at: datetime) -> list[int]:
    """Providers with a penalty that is over, or with points that stopped counting since their standing was written."""
    with connections["system"].cursor() as cursor:
        cursor.execute(DUE, {"at": at})
        return [provider_id for (provider_id,) in cursor.fetchall()]
