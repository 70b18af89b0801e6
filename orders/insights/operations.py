"""Writing views down."""

from collections import Counter

from django.db import connections, transaction

from orders.insights.counting import View

ADD = """
INSERT INTO insights_listingviews (provider_id, listing_id, day, way, views)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::date[], %s::text[], %s::int[])
ON CONFLICT (provider_id, listing_id, day, way) DO UPDATE SET views = insights_listingviews.views + excluded.views
"""


def write_down(views: Counter[View]) -> int:
    """Add counted views to their days, all providers' in one statement (system role); how many rows it touched."""
    if not views:
        return 0
    rows = sorted((view.provider_id, view.listing_id, view.day, view.way, count) for view, count in views.items())
    with transaction.atomic(using="system"), connections["system"].cursor() as cursor:
        cursor.execute(ADD, [list(column) for column in zip(*rows, strict=True)])
        return int(cursor.rowcount)
