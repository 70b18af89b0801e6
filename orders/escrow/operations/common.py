"""What every act on a deal begins and ends with."""

from typing import Any

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import MAX_MINOR
from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import current
from orders.escrow.errors import BadAmount, KeyUsed, NotEnoughHeld
from orders.escrow.models import Deal, Hold
from orders.escrow.states import DEAL

LONGEST_KEY = 60


def locked(deal: Deal, act: str) -> Deal:
    """The deal as it is now, locked. Raises NotFound for others than its parties, NotPossible when its state forbids the act."""
    found = Deal.objects.select_for_update(no_key=True).filter(merchant_id=deal.merchant_id, pk=deal.pk).first()
    if found is None:
        raise NotFound(_("There is no such contract."))
    found.state = after(DEAL, found.state, act)
    return found


def checked(amount: int, key: str) -> None:
    """Raise BadAmount unless the amount can be moved."""
    if not 0 < amount <= MAX_MINOR:
        raise BadAmount(_("The amount must be positive."))
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"a key has 1 to {LONGEST_KEY} characters: {key!r}")


def hold_of(deal: Deal, key: str) -> Hold:
    """The deal's hold of this key, locked. Raises NotFound."""
    found = Hold.objects.select_for_update(no_key=True).filter(merchant_id=deal.merchant_id, deal=deal, key=key).first()
    if found is None:
        raise NotFound(_("Nothing is held for this."))
    return found


def take(deal: Deal, row: Hold, amount: int, how: str) -> None:
    """Note on a locked hold that `amount` leaves it as released, refunded or rolled. Raises NotEnoughHeld."""
    if amount > row.left:
        raise NotEnoughHeld(row.left, deal.currency)
    setattr(row, how, getattr(row, how) + amount)
    row.save(update_fields=[how])


def same(stored: Any, **facts: Any) -> None:
    """Raise KeyUsed unless what is stored under a key has these facts."""
    if any(getattr(stored, name) != value for name, value in facts.items()):
        raise KeyUsed


def note(deal: Deal, what: str, by: Actor, **facts: Any) -> None:
    """One audit row, with the party in whose scope it is done."""
    seen = current()
    party = deal.merchant_id if seen is None or seen.tenant_id is None else seen.tenant_id
    about = {"deal": deal.number, "currency": deal.currency, **facts}
    record(merchant_id=party, by=by, action=f"escrow.{what}", facts=about)
