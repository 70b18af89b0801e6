"""The base of every tenant-owned table."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class TenantModel(models.Model):
    """A row that belongs to one merchant.

    Django sees an ordinary `id`; the migration swaps the database key to `(merchant_id, id)` and adds the policy
    (see `marketplace.tenancy.ddl`). References between tenant tables are `TenantForeignKey` plus a composite foreign key.
    """

    tenant_owner: ClassVar[str] = "merchant_id"
    merchant_id = models.BigIntegerField(_("merchant"))

    class Meta:
        abstract = True


class ProviderModel(models.Model):
    """The same for a row that belongs to one service provider: `secure_table(table, owner="provider_id")`."""

    tenant_owner: ClassVar[str] = "provider_id"
    provider_id = models.BigIntegerField(_("service provider"))

    class Meta:
        abstract = True


class SharedModel(TenantModel):
    """A row of two parties, a merchant and a service provider: `shared_table(table)`. Both see it, nobody else does.

    It lies with the merchant (key and references begin with `merchant_id`); who it is for on the other side never changes.
    """

    tenant_party: ClassVar[str] = "provider_id"
    provider_id = models.BigIntegerField(_("service provider"))

    class Meta:
        abstract = True


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference inside one tenant. The constraint is composite and lives in the migration's SQL."""

    def __init__(self, to: Any, **options: Any) -> None:
        options.setdefault("on_delete", models.DO_NOTHING)
        options["db_constraint"] = False
        options.setdefault("db_index", False)
        options.setdefault("related_name", "+")
        super().__init__(to, **options)
