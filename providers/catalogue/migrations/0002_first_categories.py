from typing import Any

from django.db import migrations

from providers.catalogue.migrations._categories import CATEGORIES

INHERITED = ("icon", "deposit_minor", "auto_accept_days", "required_documents", "risk")


def plant(apps: Any, schema_editor: Any) -> None:
    """Top categories with their sub-categories, which take over what they do not say otherwise."""
    category, attribute = apps.get_model("catalogue", "Category"), apps.get_model("catalogue", "CategoryAttribute")
    db = schema_editor.connection.alias

    def make(facts: dict[str, Any], position: int, parent: Any) -> Any:
        columns = {key: value for key, value in facts.items() if key not in ("children", "attributes")}
        made = category.objects.using(db).create(**columns, position=position, parent=parent)
        rows = [attribute(category=made, position=n, **row) for n, row in enumerate(facts["attributes"])]
        attribute.objects.using(db).bulk_create(rows)
        return made

    for n, top in enumerate(CATEGORIES):
        parent = make(top, n, None)
        for place, child in enumerate(top["children"]):
            make({**{key: top[key] for key in INHERITED if key in top}, **child}, place, parent)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
