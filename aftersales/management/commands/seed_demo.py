"""manage.py seed_demo: the demo market, from its files under demo/. Safe to run again; refused in production."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from aftersales.demo import guarding, outcomes, presale, returns
from aftersales.payouts.telling import settle_and_tell
from aftersales.programs.policies import active_policy, save_policy
from aftersales.programs.price_protection.rules import DEFAULTS, PROGRAM
from aftersales.programs.registry import program_named
from aftersales.programs.runner import run
from marketplace.accounts.models import Organization, User
from marketplace.accounts.operations import add_member, create_organization, ensure_user
from marketplace.accounts.roles import Role
from marketplace.commands import ReportCommand
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import CLI, person
from marketplace.tenancy.scope import scope
from merchants.models import Platform, Shop
from merchants.operations import add_shop
from orders.demo.proving import tell_proof
from orders.demo.telling import tell_deals
from orders.store.ingest.operations import open_batch, run_batch
from orders.store.ingest.rows import ShopContext
from orders.store.models import ImportBatch
from orders.store.prices.operations import import_prices
from orders.store.promotions.operations import import_promotions
from providers.demo.telling import Cast, tell_market

PASSWORD = "shangban-demo-2026"  # noqa: S105 - the demo's password is printed for everyone to use
#: The moment the demo's files end: its round of programs is always run as of then.
AS_OF = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
MERCHANTS = (
    ("yunduo", "云朵家居", "yunduo-jd", "云朵家居京东旗舰店", "CNY", "Asia/Shanghai", Platform.JD),
    ("lumen", "Lumen Outdoor", "lumen-uk", "Lumen Outdoor UK", "GBP", "Europe/London", Platform.SHOPIFY),
)
ROLES = tuple(Role.values)
#: Owners of the market besides the first one: long there, a listing that waits for its review, a company that does, a result.
OTHER_PROVIDERS = {
    "another provider": "mianhe", "provider, new": "nuanyang", "provider, waits": "xinsuo", "provider, paid by outcome": "luming",
}  # fmt: skip


class Command(ReportCommand):
    help = "Create the demo market: accounts, shops, orders and prices from demo/, and one round of the programs."

    def options(self, parser: Any) -> None:
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "demo")

    def report(self, **options: Any) -> dict[str, Any]:
        if settings.PRODUCTION:
            raise UserError("The demo has well-known passwords and is refused in production.")
        found: dict[str, Any] = {}
        shops: dict[str, Shop] = {}
        people = _accounts()
        for slug, name, shop_slug, shop_name, currency, tz, platform in MERCHANTS:
            shop, _created = add_shop(
                merchant=slug, merchant_name=name, shop=shop_slug, shop_name=shop_name, currency=currency,
                timezone=tz, platform=platform, by=CLI,
            )  # fmt: skip
            folder, shops[slug] = options["folder"] / slug, shop
            found[slug] = _fill(shop, folder)
            if (folder / "presale.jsonl").is_file():
                found[f"{slug} presale"] = presale.tell(shop, folder)
            if (folder / "requests.jsonl").is_file():
                found[f"{slug} refund requests"] = returns.tell(shop, folder)
                operator = User.objects.get(email=f"{Role.OPERATOR}@{slug}.example")
                found[f"{slug} guards"] = guarding.tell(shop, person(operator.pk))
        if (options["folder"] / "market").is_dir():
            found["market"] = tell_market(
                options["folder"] / "market", cast=_cast(), password=PASSWORD, at=timezone.now(), say=self._progress
            )
            found |= self._contracts(options["folder"], shops["yunduo"])
            people |= {label: f"owner@{slug}.example / {PASSWORD}" for label, slug in OTHER_PROVIDERS.items()}
        return found | people

    def _contracts(self, folder: Path, shop: Shop) -> dict[str, str]:
        """What the first merchant has hired, and the contract whose fee is measured in its shop."""
        slug, market, at = MERCHANTS[0][0], folder / "market", timezone.now()
        owner, staff = (User.objects.get(email=email) for email in (f"owner@{slug}.example", "staff@shangban.example"))
        contracts = tell_deals(market, merchants={slug: owner}, staff=staff, at=at, say=self._progress)
        outcome = outcomes.tell(shop, folder / slug, market, owner=owner, staff=staff, at=at, say=self._progress)
        proof = tell_proof(market, owner=owner, staff=staff, at=at)
        return {"contracts": contracts, "outcome": outcome, "confirmed case": proof}

    def _progress(self, line: str) -> None:
        self.stderr.write(line, style_func=str)
        self.stderr.flush()


def _fill(shop: Shop, folder: Path) -> str:
    """Import the shop's files and run the programs once; both change nothing the second time."""
    context = ShopContext.of(shop)
    path = folder / "orders.jsonl"
    with scope(shop.merchant_id):
        known = ImportBatch.objects.filter(merchant_id=shop.merchant_id, state=ImportBatch.State.FINISHED).exists()
    if not known:
        batch = open_batch(shop=context, path=path, file_name=path.name, format_name="jsonl", stored=False, by=CLI)
        run_batch(batch=batch, shop=context, path=path, at=timezone.now())
    import_prices(shop=context, path=folder / "prices.csv", by=CLI)
    if (sales := folder / "promotions.csv").is_file():
        import_promotions(shop=context, path=sales, by=CLI)
    program = program_named(PROGRAM)
    with scope(shop.merchant_id):
        policy = active_policy(merchant_id=shop.merchant_id, program=PROGRAM) or save_policy(
            merchant_id=shop.merchant_id,
            program=program,
            settings={**DEFAULTS, "price_point": "lowest"},
            automatic=True,
            by=CLI,
            at=timezone.now(),
        )
    done = run(
        program=program, merchant_id=shop.merchant_id, shop=shop, settings=policy.settings, as_of=AS_OF, by=CLI,
        at=timezone.now(), dry_run=False,
    )  # fmt: skip
    settle_and_tell(merchant_id=shop.merchant_id, at=timezone.now())
    return f"{done.counts['claims']} new claims, {done.counts['amounts']}, {done.counts['held']} held"


def _cast() -> Cast:
    """Who acts in the market besides its providers."""
    found = {user.email: user for user in User.objects.filter(email__endswith=".example")}
    team = [found[f"{role}@yunduo.example"] for role in (Role.OWNER, Role.HIRING, Role.OPERATOR)]
    return Cast(staff=found["staff@shangban.example"], merchants={"yunduo": team, "lumen": [found["owner@lumen.example"]]})


def _accounts() -> dict[str, str]:
    """One account per role of the first merchant, one owner elsewhere, one member of staff."""
    printed = {}
    merchant_id = create_organization(kind=Organization.Kind.MERCHANT, slug="yunduo", name="云朵家居", by=CLI)
    for role in ROLES:
        email = f"{role}@yunduo.example"
        user = ensure_user(email=email, password=PASSWORD)
        add_member(organization_id=merchant_id, user=user, role=role, may_export=role == Role.FINANCE, by=CLI)
        printed[f"merchant {role}"] = f"{email} / {PASSWORD}"
    others = (
        (Organization.Kind.MERCHANT, "lumen", "Lumen Outdoor", "owner@lumen.example", "second merchant"),
        (Organization.Kind.PROVIDER, "qinghe", "清河客服", "owner@qinghe.example", "provider owner"),
    )
    for kind, slug, name, email, label in others:
        organization_id = create_organization(kind=kind, slug=slug, name=name, by=CLI)
        user = ensure_user(email=email, password=PASSWORD)
        add_member(organization_id=organization_id, user=user, role=Role.OWNER, may_export=True, by=CLI)
        printed[label] = f"{email} / {PASSWORD}"
    ensure_user(email="staff@shangban.example", password=PASSWORD, is_staff=True)
    printed["staff (/admin/)"] = f"staff@shangban.example / {PASSWORD}"
    return printed
