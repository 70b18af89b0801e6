"""Across providers, as the system role: ids only."""

from datetime import date

from django.db import connections

#: A pause that covers today while the row says open, or none that does while it says paused until today.
STALE = """
SELECT p.provider_id FROM profiles_publicprovider p
WHERE p.is_paused IS DISTINCT FROM EXISTS (
        SELECT 1 FROM profiles_pause q
        WHERE q.provider_id = p.provider_id AND %(today)s BETWEEN q.from_date AND q.until_date)
  AND (NOT p.is_paused OR p.next_free_date <= %(today)s)
ORDER BY 1
"""


def stale_providers(today: date) -> list[int]:
    """Providers whose public row tells an availability that is over."""
    with connections["system"].cursor() as cursor:
        cursor.execute(STALE, {"today": today})
        return [int(provider_id) for (provider_id,) in cursor.fetchall()]
