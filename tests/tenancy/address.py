"""Who may do what, and what a page's address asks for."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from marketplace.accounts.roles import Role
from tests.tenancy.world import Filled

ALL = set(Role.values)
#: Which roles have a right, written out: the code's own table is judged by it.
HOLDERS = {
    "view_console": ALL,
    "manage_members": {"owner", "admin"},
    "manage_security": {"owner"},
    "shortlist": {"owner", "admin", "hiring", "operator"},
    "edit_profile": {"owner", "admin", "hiring", "operator"},
    "edit_listings": {"owner", "admin", "hiring", "operator"},
    "onboard": {"owner", "admin", "finance"},
    "view_earnings": {"owner", "admin", "finance", "operator"},
    "view_orders": ALL,
    "view_money": {"owner", "admin", "finance", "operator"},
    "import": {"owner", "admin", "operator"},
    "run_programs": {"owner", "admin", "operator"},
    "edit_policy": {"owner", "admin", "operator"},
    "release_holds": {"owner", "admin", "finance"},
    "approve": {"owner", "admin", "finance"},
    "stop_programs": {"owner", "admin", "finance", "operator"},
    "edit_guards": {"owner", "admin", "finance"},
    "reconcile": {"owner", "admin", "finance"},
    "manage_keys": {"owner", "admin"},
    "export": {"owner"},
    "hire": {"owner", "admin", "hiring"},
    "pay": {"owner", "admin", "finance"},
    "sell": {"owner", "admin", "hiring", "operator"},
    "deliver": {"owner", "admin", "hiring", "operator"},
    "cash_out": {"owner", "admin", "finance"},
}
#: Rights that only the members of one kind of organization can have.
OF_PROVIDERS = {"edit_profile", "edit_listings", "onboard", "view_earnings", "sell", "deliver", "cash_out"}
OF_BOTH = {"view_console", "manage_members", "manage_security", "manage_keys", "export"}


@dataclass(frozen=True)
class Address:
    """An address: the right of each method, the kind of object it names, what its form sends, and whose console it is in.

    `keyword` is the name of the object's part of the address; an object named by a slug has it in `Filled.ids` as well.
    """

    rights: dict[str, str]
    names: str | None = None
    form: dict[str, Any] = field(default_factory=dict)
    kind: str = "merchant"
    keyword: str = "pk"
    #: Whoever's it is, every organization of this kind may see it.
    is_open: bool = False

    def url(self, name: str, of: Filled, **other: Any) -> str:
        if "pk" in other:  # the number of nothing
            other[self.keyword] = other.pop("pk")
        return reverse(name, kwargs={self.keyword: of.ids[self.names], **other} if self.names else other)

    def data(self, of: Filled) -> dict[str, Any]:
        """What the form sends; files are made anew, since they can be read once."""
        return {key: value(of) if callable(value) else value for key, value in self.form.items()}
