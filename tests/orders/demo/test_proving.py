"""The demo's confirmed case shows what the merchant's own orders say, counted here from the file they came from."""

import json
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from marketplace.accounts.models import User
from marketplace.tenancy.actor import CLI
from merchants.operations import add_shop
from orders.demo.proving import FILE, tell_proof
from orders.store.ingest.operations import open_batch, run_batch
from orders.store.ingest.rows import ShopContext
from providers.demo.founding import organization_of
from providers.profiles.models import PublicProvider
from tests.orders.demo.test_deals import owner
from tests.providers.demo.test_telling import NOW, folder, tell
from tests.tenancy.world import fingerprint

__all__ = ["folder"]
pytestmark = pytest.mark.django_db(transaction=True)
ORDERS = Path(settings.BASE_DIR) / "demo" / "yunduo" / "orders.jsonl"


def bring_orders() -> None:
    shop, _new = add_shop(
        merchant="acme", merchant_name="Acme", shop="proof", shop_name="Proof", currency="CNY", timezone="Asia/Shanghai",
        platform="tmall", by=CLI,
    )  # fmt: skip
    context = ShopContext.of(shop)
    batch = open_batch(shop=context, path=ORDERS, file_name=ORDERS.name, format_name="jsonl", stored=False, by=CLI)
    run_batch(batch=batch, shop=context, path=ORDERS, at=NOW)


def paid_days() -> Counter[str]:
    return Counter(json.loads(line)["paid_at"][:10] for line in ORDERS.read_text(encoding="utf-8").splitlines())


def test_the_case_is_confirmed_with_the_numbers_of_the_store_and_told_once(folder: Path) -> None:
    tell(folder)
    bring_orders()
    staff, row = User.objects.get(email="staff@shangban.example"), json.loads((folder / FILE).read_text(encoding="utf-8"))
    for _ in range(2):
        tell_proof(folder, owner=owner(), staff=staff, at=NOW)
        before = fingerprint(organization_of(owner()))
    tell_proof(folder, owner=owner(), staff=staff, at=NOW)
    assert fingerprint(organization_of(owner())) == before
    shown = PublicProvider.objects.get(provider_id=organization_of(User.objects.get(email=f"owner@{row['provider']}.example")))
    (case,) = [each for each in shown.document["cases"] if each["title_en"] == row["title_en"]]
    assert case["verified"] and case["merchant"] and shown.verified_cases == 1
    figures = {figure["metric"]: figure for figure in case["figures"]}
    days = paid_days()
    for period, name in (("before", "n_before"), ("after", "n_after")):
        counted = sum(n for day, n in days.items() if row[period][0] <= day <= row[period][1])
        assert figures["orders_per_day"][name] == counted > 30
