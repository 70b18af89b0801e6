"""Roles as code: who may do what. States are judged elsewhere (policies)."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Administrator")
    FINANCE = "finance", _("Finance")
    HIRING = "hiring", _("Hiring")
    OPERATOR = "operator", _("Operator")
    AGENT = "agent", _("Service agent")
    VIEWER = "viewer", _("Viewer")


class Permission(models.TextChoices):
    VIEW_CONSOLE = "view_console", _("open the console")
    MANAGE_MEMBERS = "manage_members", _("invite members and set their roles")
    MANAGE_SECURITY = "manage_security", _("set how members sign in")
    MANAGE_KEYS = "manage_keys", _("make and revoke API keys")
    EXPORT = "export", _("export")
    # A merchant's.
    VIEW_ORDERS = "view_orders", _("see orders and products")
    VIEW_MONEY = "view_money", _("see the ledger")
    IMPORT = "import", _("import orders and prices")
    RUN_PROGRAMS = "run_programs", _("preview and run programs")
    EDIT_POLICY = "edit_policy", _("change a program's policy")
    RELEASE_HOLDS = "release_holds", _("decide held claims")
    APPROVE = "approve", _("approve large payouts and looser rules")
    STOP_PROGRAMS = "stop_programs", _("stop programs")
    EDIT_GUARDS = "edit_guards", _("set budgets and guards")
    RECONCILE = "reconcile", _("settle differences between the books")
    SHORTLIST = "shortlist", _("keep shortlists and saved searches")
    HIRE = "hire", _("write needs, choose providers, sign contracts and accept work")
    PAY = "pay", _("pay in, fund milestones and give money back")
    # A service provider's.
    EDIT_PROFILE = "edit_profile", _("edit the company's profile")
    EDIT_LISTINGS = "edit_listings", _("write listings and hand them in")
    ONBOARD = "onboard", _("hand in company documents and the deposit")
    VIEW_EARNINGS = "view_earnings", _("see deposit and earnings")
    SELL = "sell", _("answer needs, quote and sign contracts")
    DELIVER = "deliver", _("deliver work")
    CASH_OUT = "cash_out", _("set the payout account, ask for fapiao and issue them")


_BOTH = frozenset(
    {
        Permission.VIEW_CONSOLE,
        Permission.MANAGE_MEMBERS,
        Permission.MANAGE_SECURITY,
        Permission.MANAGE_KEYS,
        Permission.EXPORT,
    }
)
_PROVIDERS = frozenset(
    {
        Permission.EDIT_PROFILE,
        Permission.EDIT_LISTINGS,
        Permission.ONBOARD,
        Permission.VIEW_EARNINGS,
        Permission.SELL,
        Permission.DELIVER,
        Permission.CASH_OUT,
    }
)
#: What the members of an organization of either kind can be allowed at all.
KIND_PERMISSIONS: dict[str, frozenset[Permission]] = {
    "merchant": frozenset(Permission) - _PROVIDERS,
    "provider": _BOTH | _PROVIDERS,
    "market": frozenset(),
}
_ALL = frozenset(Permission)
_SEES = frozenset({Permission.VIEW_CONSOLE, Permission.VIEW_ORDERS})
ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.OWNER: _ALL,
    Role.ADMIN: _ALL - {Permission.EXPORT, Permission.MANAGE_SECURITY},
    Role.FINANCE: _SEES
    | {
        Permission.VIEW_MONEY,
        Permission.RELEASE_HOLDS,
        Permission.APPROVE,
        Permission.STOP_PROGRAMS,
        Permission.EDIT_GUARDS,
        Permission.RECONCILE,
        Permission.ONBOARD,
        Permission.VIEW_EARNINGS,
        Permission.PAY,
        Permission.CASH_OUT,
    },
    Role.HIRING: _SEES
    | {
        Permission.SHORTLIST,
        Permission.HIRE,
        Permission.EDIT_PROFILE,
        Permission.EDIT_LISTINGS,
        Permission.SELL,
        Permission.DELIVER,
    },
    Role.OPERATOR: _SEES
    | {
        Permission.VIEW_MONEY,
        Permission.IMPORT,
        Permission.RUN_PROGRAMS,
        Permission.EDIT_POLICY,
        Permission.STOP_PROGRAMS,
        Permission.SHORTLIST,
        Permission.EDIT_PROFILE,
        Permission.EDIT_LISTINGS,
        Permission.VIEW_EARNINGS,
        Permission.SELL,
        Permission.DELIVER,
    },
    Role.AGENT: _SEES,
    Role.VIEWER: _SEES,
}


def permissions_of(role: str, *, may_export: bool, kind: str = "merchant") -> frozenset[Permission]:
    """What a member of an organization of this kind may do; exporting is granted on its own, whatever the role."""
    granted = ROLE_PERMISSIONS.get(role, frozenset()) & KIND_PERMISSIONS[kind]
    return granted | {Permission.EXPORT} if may_export else granted


def assignable_roles(role: str) -> frozenset[str]:
    """The roles a member of this role may give and take: those that may nothing he may not. Nobody rises above himself."""
    own = ROLE_PERMISSIONS.get(role, frozenset())
    if Permission.MANAGE_MEMBERS not in own:
        return frozenset()
    return frozenset(str(other) for other, rights in ROLE_PERMISSIONS.items() if rights <= own)


def may_give_export(role: str, *, may_export: bool) -> bool:
    """Whether a member may allow others to export: only who may himself."""
    return Permission.EXPORT in permissions_of(role, may_export=may_export)


#: What a role is for, in one sentence; the lists above say the same to the program.
EXPLAINED: dict[str, Text] = {
    Role.OWNER: _("Everything, owners and security included."),
    Role.ADMIN: _("Everything but exports and how members sign in."),
    Role.FINANCE: _("Sees money, pays, approves and settles; company documents and deposit."),
    Role.HIRING: _("Finds, compares and hires providers; writes profile and listings, answers needs."),
    Role.OPERATOR: _("Runs the daily business: imports, programs, profile, listings, work."),
    Role.AGENT: _("Answers customers: sees orders, changes nothing."),
    Role.VIEWER: _("Looks, changes nothing."),
}


def explain_role(role: str) -> Text:
    """What a role is for, for people."""
    return EXPLAINED.get(role, "")
