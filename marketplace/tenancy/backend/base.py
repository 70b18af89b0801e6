"""PostgreSQL backend with two differences.

* On the application connection a query on a tenant table outside a scope raises, so that an empty page is never the symptom
  of a forgotten scope (row-level security alone would return no rows).
* `GROUP BY` names every selected column: tenant tables have the database key (merchant_id, id), so PostgreSQL does not know
  that `id` alone determines the row.
"""

from typing import Any

from django.db.backends.postgresql import base, features

from marketplace.tenancy.guard import refuse_unscoped


class DatabaseFeatures(features.DatabaseFeatures):
    def allows_group_by_selected_pks_on_model(self, model: Any) -> bool:
        return False


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        super().__init__(settings_dict, alias)
        if alias == "default":
            self.execute_wrappers.append(refuse_unscoped)
