"""Two merchants with a row in every tenant table, made through the doors people use. Their names are on everything they own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection, connections

from aftersales.models import Claim, ProgramRun
from aftersales.operations import claim_order
from aftersales.payouts.operations import settle_payouts
from aftersales.programs.policies import save_policy
from aftersales.programs.price_protection.rules import DEFAULTS
from aftersales.programs.registry import program_named
from aftersales.programs.runner import open_run
from marketplace.accounts.models import User
from marketplace.accounts.operations import add_member, ensure_user
from marketplace.accounts.roles import Role
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.guard import shared_tables, tenant_tables
from marketplace.tenancy.scope import scope
from orders.store.ingest.operations import open_batch
from orders.store.models import Buyer, ImportBatch, Promotion, RefundRequest, ShopOrder, Sku
from tests import cast
from tests.engine import doors
from tests.tenancy.fills import (
    accounts,
    api,
    buyers,
    disputes,
    escrow,
    guards,
    hiring,
    insights,
    intents,
    invoices,
    listings,
    measure,
    moderation,
    offers,
    onboarding,
    outbox,
    outcomes,
    payments,
    payouts,
    pp,
    presale,
    profiles,
    retention,
    reviews,
    rooms,
    scorecards,
    service,
    shifts,
    shortlists,
    standing,
    work,
)

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
#: Modules of tests/tenancy/fills with `fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]`, in this order.
HIRING: tuple[Any, ...] = (
    escrow,
    payments,
    payouts,
    invoices,
    rooms,
    service,
    work,
    standing,
    shifts,
    offers,
    hiring,
    outcomes,
    insights,
    disputes,
    reviews,
)
BOUGHT = {"placed_at": "2026-03-02T10:00:00", "paid_at": "2026-03-02T10:01:00", "delivered_at": "2026-03-04T15:00:00"}
STAGED = (
    "INSERT INTO store_stagedrow (merchant_id, batch_id, bucket, row_no, kind, order_ref, sku, quantity, unit_amount,"
    " paid_amount, placed_at, channel, tier) VALUES (%s, %s, 0, 1, 's', %s, %s, 1, 1, 1, %s, '', '')"
)
#: Fingerprints of one merchant's rows; any change of any of them changes it.
FINGERPRINT = (
    "SELECT '{table}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t WHERE %(of)s IN ({owners})"
)


@dataclass(frozen=True)
class Filled:
    """An organization with a row in every tenant table of its kind, and the ids the addresses of the site need."""

    merchant: Any  # cast.Merchant or cast.Provider
    ids: dict[str, int]
    members: dict[str, User]

    @property
    def id(self) -> int:
        return self.merchant.id

    @property
    def owner(self) -> User:
        return self.merchant.owner


@dataclass(frozen=True)
class World:
    """acme and its stranger, the studio and its stranger. Their names begin with "acme" and "other"."""

    acme: Filled
    other: Filled
    studio: Filled
    rival: Filled

    def pair(self, kind: str) -> tuple[Filled, Filled]:
        """Ours and the stranger among organizations of a kind (or by the column that names a table's owner)."""
        return (self.studio, self.rival) if kind.startswith("provider") else (self.acme, self.other)


def build(folder: Path) -> World:
    listings.fill(cast.provider("shelf"))
    world = World(
        filled(cast.acme(), folder),
        filled(cast.other(), folder),
        furnished(cast.studio(), folder),
        furnished(cast.rival(), folder),
    )
    for kind in ("ours", "strangers"):
        hired(*((world.acme, world.studio) if kind == "ours" else (world.other, world.rival)))
    return world


def hired(merchant: Filled, provider: Filled) -> None:
    """A row in every table of hiring: acme's with the studio, and the strangers' own.

    Each room of hiring has `fill(merchant, provider) -> ids` in tests/tenancy/fills; both parties know the ids.
    """
    for room in HIRING:
        ids = room.fill(merchant.merchant, provider.merchant)
        merchant.ids.update(ids)
        provider.ids.update(ids)


def furnished(provider: cast.Provider, folder: Path) -> Filled:
    """A service provider with a row in every table of providers'; each room of the market adds its own (tests/tenancy/fills)."""
    ids: dict[str, int] = {}
    ids |= onboarding.fill(provider)
    ids |= listings.fill(provider)
    ids |= profiles.fill(provider, at=NOW)
    ids |= scorecards.fill(provider, at=NOW)
    ids |= moderation.fill(provider)
    ids |= accounts.fill(provider)
    return Filled(provider, ids, _members(provider))


def documents(name: str) -> list[dict[str, Any]]:
    """Five orders, among them one whose price fell, one whose fall looks like a mistake, and one that is broken."""

    def order(number: int, sku: str, price: str, quantity: int = 1, **facts: Any) -> dict[str, Any]:
        line = {"sku": f"{name}-{sku}", "title": f"{name} {sku.lower()}", "quantity": quantity, "list_unit_price": price}
        common = {"order_ref": f"{name}-{number}", "buyer_ref": f"{name}-B{number}", "contact": f"b{number}@{name}.example"}
        return {**common, **BOUGHT, "status": "delivered", **facts, "lines": [line]}

    return [
        order(1001, "LAMP", "100.00", 2),
        order(1002, "TENT", "500.00"),
        order(1003, "ROPE", "30.00"),
        order(1004, "CUP", "9.00", 2),
        order(9004, "CUP", "9.00", record="refund_request", buyer_ref=f"{name}-B1004", placed_at="2026-03-05T10:00:00"),
        order(1005, "VASE", "-1.00"),
    ]


def filled(merchant: cast.Merchant, folder: Path) -> Filled:
    name = merchant.slug.upper()
    place = folder / merchant.slug
    place.mkdir()
    doors.import_orders(merchant, doors.orders_file(place, documents(name), "jsonl"), "jsonl")
    prices = {"LAMP": "80.00", "TENT": "90.00"}
    table = [{"sku": f"{name}-{sku}", "price": price, "valid_from": "2026-03-06T00:00:00"} for sku, price in prices.items()]
    doors.import_prices(merchant, doors.table_file(place / "prices.csv", table))
    _programs(merchant, name)
    buyers.fill(merchant, at=NOW)
    experiment = measure.fill(merchant)
    moderation.fill_merchant(merchant)
    pp.fill(merchant)
    waiting = _waiting_import(merchant, name, place)
    run = open_run(
        program=program_named("price_protection"), merchant_id=merchant.id, shop=merchant.shop, settings=DEFAULTS, as_of=NOW,
        by=CLI, at=NOW, dry_run=True,
    )  # fmt: skip
    return Filled(
        merchant,
        {
            **_ids(merchant),
            "key": api.fill(merchant),
            **outbox.fill(merchant),
            "waiting_import": waiting,
            "waiting_run": run.pk,
            "experiment": experiment,
            "forecast": measure.ask(merchant),
            "enrolment": presale.fill(merchant),
            "case": retention.fill(merchant, at=NOW),
            **intents.fill(merchant, at=NOW),
            **guards.fill(merchant),
            **accounts.fill(merchant),
            **shortlists.fill(merchant),
            **profiles.fill_merchant(merchant, at=NOW),
        },
        _members(merchant),
    )


def _programs(merchant: cast.Merchant, name: str) -> None:
    with scope(merchant.id):
        Promotion.objects.create(
            merchant_id=merchant.id, shop=merchant.shop, code=f"{name}-SALE", name=f"{name} sale", purchase_from=NOW,
            purchase_to=NOW, protected_until=NOW,
        )  # fmt: skip
        save_policy(
            merchant_id=merchant.id, program=program_named("price_protection"), settings=DEFAULTS, automatic=True, by=CLI, at=NOW
        )
        untouched = ShopOrder.objects.get(merchant_id=merchant.id, external_ref=f"{name}-1003").pk
    doors.run_program(merchant, NOW.isoformat())
    claim_order(merchant_id=merchant.id, order_id=untouched, as_of=NOW, by=CLI, at=NOW)
    settle_payouts(merchant_id=merchant.id, at=NOW)


def _waiting_import(merchant: cast.Merchant, name: str, place: Path) -> int:
    """An uploaded file nobody has read yet, with a row staged."""
    upload = place / "waiting.upload"
    doors.orders_file(place, [{**documents(name)[0], "order_ref": f"{name}-2001"}], "jsonl").rename(upload)
    batch = open_batch(shop=merchant.context, path=upload, file_name=f"{name}.jsonl", format_name="jsonl", stored=True, by=CLI)
    with scope(merchant.id), connection.cursor() as cursor:
        cursor.execute(STAGED, [merchant.id, batch.pk, f"{name}-S", f"{name}-S", NOW])
    return batch.pk


def _ids(merchant: cast.Merchant) -> dict[str, int]:
    name = merchant.slug.upper()
    with scope(merchant.id):
        claims = {claim.state: claim.pk for claim in Claim.objects.filter(merchant_id=merchant.id).order_by("pk")}
        return {
            "shop": merchant.shop.pk,
            "order": ShopOrder.objects.get(merchant_id=merchant.id, external_ref=f"{name}-1001").pk,
            "buyer": Buyer.objects.get(merchant_id=merchant.id, external_ref=f"{name}-B1001").pk,
            "sku": Sku.objects.get(merchant_id=merchant.id, code=f"{name}-LAMP").pk,
            "refund_request": RefundRequest.objects.filter(merchant_id=merchant.id).earliest("id").pk,
            "import": ImportBatch.objects.get(merchant_id=merchant.id, state="finished").pk,
            "claim": claims["reserved"],
            "held": claims["held"],
            "run": ProgramRun.objects.filter(merchant_id=merchant.id, dry_run=False).earliest("id").pk,
        }


def _members(merchant: cast.Merchant | cast.Provider) -> dict[str, User]:
    """One member per role; none of them may export unless the role does."""
    found = {}
    for role in Role.values:
        found[role] = ensure_user(email=f"{role}.member@{merchant.slug}.example", password=cast.PASSWORD)
        add_member(organization_id=merchant.id, user=found[role], role=role, may_export=False, by=CLI)
    return found


def fingerprint(merchant_id: int) -> dict[str, tuple[int, str | None]]:
    """Per tenant table the number and a hash of a merchant's rows, as the owner of the schema sees them."""
    parties = shared_tables()
    owners = {table: ", ".join(filter(None, (owner, parties.get(table)))) for table, owner in tenant_tables().items()}
    parts = [FINGERPRINT.format(table=table, owners=columns) for table, columns in sorted(owners.items())]
    with connections["owner"].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), {"of": merchant_id})
        return {table: (count, digest) for table, count, digest in cursor.fetchall()}


def names_of_urls(patterns: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every address of a URLconf under its full name; unnamed ones under their route."""
    for entry in patterns:
        if hasattr(entry, "url_patterns"):
            yield from names_of_urls(entry.url_patterns, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        else:
            yield prefix + (entry.name or f"unnamed {entry.pattern}"), entry
