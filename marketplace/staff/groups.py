"""Groups of staff that a migration makes. Rights are named by app and model, so that no other room is imported."""

from collections.abc import Mapping, Sequence
from typing import Any

#: app → model → acts: `{"moderation": {"review": ("view", "change")}}`.
Rights = Mapping[str, Mapping[str, Sequence[str]]]


def seed_group(apps: Any, schema_editor: Any, name: str, rights: Rights) -> None:
    """Make the group with exactly these rights, if there is none of this name; one that operators changed stays theirs.

    Django makes permissions after all migrations; those that are not there yet are made here, and found there.
    """
    group, is_new = _groups(apps, schema_editor).get_or_create(name=name)
    if is_new:
        _allow(apps, schema_editor, group, rights)


def extend_group(apps: Any, schema_editor: Any, name: str, rights: Rights) -> None:
    """Give a group more rights, for what was built after it; none where operators have removed it."""
    group = _groups(apps, schema_editor).filter(name=name).first()
    if group is not None:
        _allow(apps, schema_editor, group, rights)


def _groups(apps: Any, schema_editor: Any) -> Any:
    return apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias)


def _allow(apps: Any, schema_editor: Any, group: Any, rights: Rights) -> None:
    alias = schema_editor.connection.alias
    content_type, permission = apps.get_model("contenttypes", "ContentType"), apps.get_model("auth", "Permission")
    for app, models in rights.items():
        for model, acts in models.items():
            about, _new = content_type.objects.using(alias).get_or_create(app_label=app, model=model)
            for act in acts:
                found, _new = permission.objects.using(alias).get_or_create(
                    content_type=about, codename=f"{act}_{model}", defaults={"name": f"Can {act} {model}"}
                )
                group.permissions.add(found)
