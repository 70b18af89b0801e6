"""Those who pay out issue the market's fapiao, and keep the bank's slips; as far as operators left their group as it was made."""

from django.db import migrations

RIGHTS = (("invoices", "commissioninvoice", ("view", "change")), ("invoices", "serviceinvoice", ("view",)))


def add_rights(apps, schema_editor):
    alias = schema_editor.connection.alias
    group = apps.get_model("auth", "Group").objects.using(alias).filter(name="Finance").first()
    content_type, permission = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Permission")
    for app, model, acts in RIGHTS if group is not None else ():
        about, _new = content_type.objects.using(alias).get_or_create(app_label=app, model=model)
        for act in acts:
            found, _new = permission.objects.using(alias).get_or_create(
                content_type=about, codename=f"{act}_{model}", defaults={"name": f"Can {act} {model}"}
            )
            group.permissions.add(found)


class Migration(migrations.Migration):
    dependencies = [("invoices", "0002_security"), ("payouts", "0007_finance")]
    operations = [migrations.RunPython(add_rights, migrations.RunPython.noop)]
