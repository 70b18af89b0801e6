"""Groups of staff that a migration makes. Rights are named by app and model, so that no other room is imported."""

from collections.abc import Mapping, Sequence
from typing import Any

#: app → model → acts: `{"moderation": {"review": ("view", "change")}}`.
Rights = Mapping[str, Mapping[str, Sequence[str]]]


def seed_group(apps: Any, schema_editor: Any, name: str, rights: Rights) -> None:
    """Make the group with exactly these rights, if there is none of this name; one that operators changed stays theirs.

    Django makes permissions after all migrations; those that are not there yet are made here, and found there.
    """
    alias = schema_editor.connection.alias
    content_type, permission = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Permission")
    group, is_new = apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=name)
    if not is_new:
        return
    for app, models in rights.items():
        for model, acts in models.items():
            about, _new = content_type.objects.using(alias).get_or_create(app_label=app, model=model)
            for act in acts:
                found, _new = permission.objects.using(alias).get_or_create(
                    content_type=about, codename=f"{act}_{model}", defaults={"name": f"Can {act} {model}"}
                )
                group.permissions.add(found)
