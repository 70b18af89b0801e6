"""Merchants with two people, and claims that are held."""

from datetime import timedelta
from pathlib import Path

from django.db import connection

from aftersales.models import Claim
from marketplace.accounts.operations import add_member, ensure_user
from marketplace.accounts.roles import Role
from marketplace.tenancy.actor import CLI, Actor, person
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine import market
from tests.guards.doors import AT


def people(merchant: cast.Merchant) -> tuple[Actor, Actor]:
    """The owner, and a second person who may approve."""
    second = ensure_user(email=f"finance@{merchant.slug}.example", password=cast.PASSWORD)
    add_member(organization_id=merchant.id, user=second, role=Role.FINANCE, may_export=False, by=CLI)
    return person(merchant.owner.pk), person(second.pk)


def held_claims(merchant: cast.Merchant, folder: Path, amounts: list[int], *, by: str, reason: str = "APPROVAL") -> list[int]:
    """Claims of these amounts, held for this reason, of a run this actor set going; as the engine leaves them."""
    market.fallen_prices(folder, merchant, len(amounts), captured="10000.00")
    with scope(merchant.id), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO aftersales_programrun (merchant_id, program, settings, as_of, dry_run, slot, state, counts, error,"
            " created_by) VALUES (%s, 'price_protection', '{}', %s, false, '', 'finished', '{}', '', %s) RETURNING id",
            [merchant.id, AT - timedelta(days=1), by],
        )
        (run,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO aftersales_claim (merchant_id, program, run_id, order_id, line_id, sequence, state, reason, amount,"
            " currency, units, policy_version, inputs)"
            " SELECT %s, 'price_protection', %s, l.order_id, l.id, 1, 'held', %s, a.amount, l.currency, 1, 1, '{}'"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS a (amount, n)"
            " JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM store_shoporderline WHERE merchant_id = %s) l USING (n)",
            [merchant.id, run, reason, amounts, merchant.id],
        )
        cursor.execute("SELECT guard_ask(%s, 'price_protection', %s, %s)", [merchant.id, run, AT])
    with scope(merchant.id):
        return list(Claim.objects.order_by("pk").values_list("pk", flat=True))


def states(merchant: cast.Merchant) -> list[tuple[str, str]]:
    with scope(merchant.id):
        return list(Claim.objects.order_by("pk").values_list("state", "reason"))
