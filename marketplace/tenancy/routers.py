"""Which role a query uses."""

from typing import Any


class RoleRouter:
    """Everything runs as the application role unless a caller names an alias; only the owner migrates."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        instance = hints.get("instance")
        return instance._state.db if instance is not None and instance._state.db else "default"

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return self.db_for_read(model, **hints)

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"
