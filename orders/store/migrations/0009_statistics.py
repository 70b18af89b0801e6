"""The planner hears of a large import at once: only a table's owner may analyse it, and autovacuum comes a minute later."""

from django.db import migrations

from marketplace.tenancy.ddl import APP, SYSTEM, crowded

ANALYSE = f"""
CREATE FUNCTION store_analyze(p_what text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF p_what = 'orders' THEN
    ANALYZE public.store_sku, public.store_buyer, public.store_shoporder, public.store_shoporderline, public.store_ordertender,
      public.store_refundrequest, public.store_refundallocation;
  ELSIF p_what = 'prices' THEN
    ANALYZE public.store_pricepoint;
  ELSE
    RAISE EXCEPTION 'nothing called % is analysed', p_what;
  END IF;
END $$;
REVOKE ALL ON FUNCTION store_analyze(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION store_analyze(text) TO {APP}, {SYSTEM};
"""


class Migration(migrations.Migration):
    dependencies = [("store", "0008_told_ends")]
    operations = [
        migrations.RunSQL(ANALYSE, "DROP FUNCTION store_analyze(text)"),
        crowded("store_sku", "store_buyer", "store_shoporder", "store_shoporderline", "store_refundrequest"),
    ]
