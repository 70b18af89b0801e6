"""Row-level security of forecasts. A forecast is never deleted: it is compared with what came."""

from django.db import migrations

from marketplace.tenancy.ddl import secure_table


class Migration(migrations.Migration):
    dependencies = [("previews", "0001_initial"), ("merchants", "0002_security")]
    operations = [
        secure_table("previews_forecast", rights=("SELECT", "INSERT", "UPDATE"), parents={"shop_id": "merchants_shop"}),
    ]
