"""Roles as code: who may do what. States are judged elsewhere (policies)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Administrator")
    FINANCE = "finance", _("Finance")
    HIRING = "hiring", _("Hiring")
    OPERATOR = "operator", _("Operator")
    AGENT = "agent", _("Service agent")
    VIEWER = "viewer", _("Viewer")


class Permission(models.TextChoices):
    VIEW_ORDERS = "view_orders", _("see orders and products")
    VIEW_MONEY = "view_money", _("see the ledger")
    IMPORT = "import", _("import orders and prices")
    RUN_PROGRAMS = "run_programs", _("preview and run programs")
    EDIT_POLICY = "edit_policy", _("change a program's policy")
    RELEASE_HOLDS = "release_holds", _("decide held claims")
    MANAGE_KEYS = "manage_keys", _("make and revoke API keys")
    APPROVE = "approve", _("approve large payouts and looser rules")
    STOP_PROGRAMS = "stop_programs", _("stop programs")
    EDIT_GUARDS = "edit_guards", _("set budgets and guards")
    RECONCILE = "reconcile", _("settle differences between the books")
    EXPORT = "export", _("export")


_ALL = frozenset(Permission)
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.OWNER: _ALL,
    Role.ADMIN: _ALL - {Permission.EXPORT},
    Role.FINANCE: frozenset(
        {
            Permission.VIEW_ORDERS,
            Permission.VIEW_MONEY,
            Permission.RELEASE_HOLDS,
            Permission.APPROVE,
            Permission.STOP_PROGRAMS,
            Permission.EDIT_GUARDS,
            Permission.RECONCILE,
        }
    ),
    Role.HIRING: frozenset({Permission.VIEW_ORDERS}),
    Role.OPERATOR: frozenset(
        {
            Permission.VIEW_ORDERS,
            Permission.VIEW_MONEY,
            Permission.IMPORT,
            Permission.RUN_PROGRAMS,
            Permission.EDIT_POLICY,
            Permission.STOP_PROGRAMS,
        }
    ),
    Role.AGENT: frozenset({Permission.VIEW_ORDERS}),
    Role.VIEWER: frozenset({Permission.VIEW_ORDERS}),
}


def permissions_of(role: str, *, may_export: bool) -> frozenset[Permission]:
    """What a member may do; exporting is granted on its own, whatever the role."""
    granted = ROLE_PERMISSIONS.get(role, frozenset())
    return granted | {Permission.EXPORT} if may_export else granted
