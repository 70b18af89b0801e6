"""The guards' pages, as people use them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aftersales.guards.models import Approval, Breaker, Budget, GuardSettings, ReconciliationCase, SkuHold
from aftersales.guards.operations import switch_program
from aftersales.guards.reconciliation.operations import reconcile
from aftersales.models import Claim
from marketplace.accounts.models import User
from marketplace.accounts.operations import add_member, ensure_user
from marketplace.accounts.roles import Role
from marketplace.tenancy.actor import BEAT, CLI
from marketplace.tenancy.scope import scope
from orders.store.models import Sku
from tests import cast
from tests.engine import doors, market
from tests.guards.doors import limit, spend
from tests.guards.stories import held_claims
from tests.pages.conftest import clean, sign_in, worker
from tests.pages.test_budgets import SHELL
from tests.pages.text import text

__all__ = ["clean", "sign_in", "worker"]
pytestmark = pytest.mark.django_db(transaction=True)
Enter = Callable[..., Client]


def second(merchant: cast.Merchant, role: str = Role.FINANCE) -> User:
    found = ensure_user(email=f"{role}@{merchant.slug}.example", password=cast.PASSWORD)
    add_member(organization_id=merchant.id, user=found, role=role, may_export=False, by=CLI)
    return found


def post(client: Client, name: str, *, pk: int | None = None, **data: object) -> str:
    """Send a form, follow the redirect and return what the page says."""
    url = reverse(name, kwargs={"pk": pk} if pk else {})
    found = client.post(url, data, follow=True)
    assert found.status_code == 200
    return text(found)


def page(client: Client, name: str, query: str = "", *, pk: int | None = None) -> str:
    found = client.get(reverse(name, kwargs={"pk": pk} if pk else {}) + query)
    assert found.status_code == 200
    return text(found)


def states(merchant: cast.Merchant) -> list[str]:
    with scope(merchant.id):
        return list(Claim.objects.order_by("pk").values_list("state", flat=True))


def test_held_claims_are_paid_together_with_their_reason_kept(
    tmp_path: Path, sign_in: Enter, worker: Callable[[], list[str]]
) -> None:
    acme = cast.acme()
    ids = held_claims(acme, tmp_path, [500, 600, 700], by="system:beat", reason="BUDGET")
    client = sign_in(acme.owner)
    shown = page(client, "guards:holds")
    assert "a person decides." in shown and "£6.00" in shown
    said = post(client, "guards:decide_holds", act="release", claim=ids[:2], reason_text="known buyers")
    assert "2 claims were decided." in said
    assert states(acme) == ["reserved", "reserved", "held"]
    assert "aftersales.payouts.settled" in worker()
    assert doors.one(acme, "SELECT count(*) FROM aftersales_sandboxpayment") == 2
    assert "1 claim was decided." in post(client, "guards:decide_holds", act="refuse", all="1", reason="BUDGET")
    assert states(acme) == ["reserved", "reserved", "refused"]
    assert "Nothing is held" in page(client, "guards:holds")


def test_nothing_ticked_and_nothing_chosen_decide_nothing(tmp_path: Path, sign_in: Enter) -> None:
    acme = cast.acme()
    ids = held_claims(acme, tmp_path, [500], by="system:beat", reason="BUDGET")
    client = sign_in(acme.owner)
    assert "Tick at least one claim." in post(client, "guards:decide_holds", act="release")
    assert "Tick at least one claim." in post(client, "guards:decide_holds", act="release", claim=["x", "-1", "٣"])
    assert "Choose what to do" in post(client, "guards:decide_holds", claim=ids)
    assert states(acme) == ["held"]


def test_the_inbox_is_narrowed_by_reason_and_program(tmp_path: Path, sign_in: Enter) -> None:
    acme = cast.acme()
    held_claims(acme, tmp_path, [500], by="system:beat", reason="BREAKER")
    client = sign_in(acme.owner)
    assert "£5.00" in page(client, "guards:holds", "?reason=BREAKER&program=price_protection&currency=GBP")
    for query in ("?reason=BUDGET", "?program=refund_retention", "?currency=EUR"):
        assert "No held claim matches" in page(client, "guards:holds", query)
    assert "£5.00" in page(client, "guards:holds", "?reason=nonsense&page=99&program=%00")


def test_a_product_and_a_breaker_are_released_with_a_reason(tmp_path: Path, sign_in: Enter) -> None:
    acme = cast.acme()
    held_claims(acme, tmp_path, [500], by="system:beat", reason="PRICE_ERROR")
    with scope(acme.id):
        sku = Sku.objects.earliest("id")
        hold = SkuHold.objects.create(merchant_id=acme.id, sku=sku, program="price_protection", currency="GBP", price=100)
        breaker = Breaker.objects.create(
            merchant_id=acme.id, program="price_protection", currency="GBP", facts={"current": 900, "median": 100}
        )
    client = sign_in(acme.owner)
    assert "The circuit breaker of Price protection is open (GBP)" in page(client, "guards:holds")
    assert "Say why claims may go on." in post(client, "guards:close_breaker", pk=breaker.pk)
    assert "The breaker is closed." in post(client, "guards:close_breaker", pk=breaker.pk, reason_text="Double-11")
    assert "closed already" in post(client, "guards:close_breaker", pk=breaker.pk, reason_text="again")
    assert "Say why this price is right." in post(client, "guards:release_product", pk=hold.pk, act="pay")
    said = post(client, "guards:release_product", pk=hold.pk, act="pay", reason_text="clearance")
    assert "The product is released." in said and "1 claim was decided." in said
    assert states(acme) == ["reserved"]


def test_a_raised_budget_goes_through_the_approvals(sign_in: Enter) -> None:
    acme = cast.acme()
    maker, checker = sign_in(acme.owner), sign_in(second(acme))
    form = {"level": "merchant_day", "currency": "gbp", "alert_percent": 80}
    assert "Saved." in post(maker, "guards:budgets", limit="100.00", **form)
    assert "waits for a second person" in post(maker, "guards:budgets", limit="250.00", **form)
    shown = page(maker, "guards:approvals")
    assert "£100.00 → £250.00" in shown and "Another person decides" in shown
    with scope(acme.id):
        asked = Approval.objects.get().pk
    assert "another person decides" in post(maker, "guards:decide_approval", pk=asked, act="approve")
    assert "Say why you reject it." in post(checker, "guards:decide_approval", pk=asked, act="reject")
    assert "The decision is recorded." in post(checker, "guards:decide_approval", pk=asked, act="approve")
    assert "£250.00" in page(maker, "guards:budgets")
    assert "Approved" in page(maker, "guards:approvals", "?show=decided")
    assert "decided already" in post(checker, "guards:decide_approval", pk=asked, act="approve")


def test_what_was_asked_for_can_be_taken_back(sign_in: Enter) -> None:
    acme = cast.acme()
    maker = sign_in(acme.owner)
    for amount in ("1.00", "2.00"):
        post(maker, "guards:budgets", level="merchant_day", currency="GBP", alert_percent=80, limit=amount)
    with scope(acme.id):
        asked = Approval.objects.get().pk
    assert "Only the person who asked" in post(sign_in(second(acme)), "guards:cancel_approval", pk=asked)
    assert "The request is taken back." in post(maker, "guards:cancel_approval", pk=asked)
    assert "Nothing waits" in page(maker, "guards:approvals")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("limit", "1.234", "at most as many decimals"),
        ("limit", "-5", "must not be negative"),
        ("limit", "1e9", "at most as many decimals"),
        ("currency", "12x", "Three letters"),
        ("level", "program_hour", "Choose the program"),
        ("alert_percent", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_limit_is_explained(sign_in: Enter, field: str, value: str, said: str) -> None:
    acme = cast.acme()
    form = {"level": "merchant_day", "currency": "GBP", "limit": "5.00", "alert_percent": "80", field: value}
    found = sign_in(acme.owner).post(reverse("guards:budgets"), form)
    assert found.status_code == 400
    assert said in text(found)
    with scope(acme.id):
        assert not Budget.objects.filter(limit_amount__isnull=False).exists()


def test_the_budgets_page_shows_use_alerts_and_settings(sign_in: Enter) -> None:
    acme = cast.acme()
    limit(acme, "merchant_day", 10_000, currency="GBP")
    spend(acme, (1, 8_500), (1, 2_000), currency="GBP", at=timezone.now())
    client = sign_in(acme.owner)
    shown = page(client, "guards:budgets")
    assert "£85.00" in shown and "£15.00" in shown and "80 percent of a budget is used" in shown and "used up" in shown
    assert "80 percent of a budget is used" in page(client, "programs:home")
    assert "80 percent" not in post(client, "guards:see_alerts").replace("alert at 80 percent", "")
    settings = {"payout_limit": 400, "batch_limit": 10_000, "approval_days": 7, "breaker_percent": 300, "breaker_hours": 24}
    settings |= {"breaker_windows": 28, "breaker_min_windows": 7}
    assert "Saved." in post(client, "guards:save_settings", **settings)
    assert "waits for a second person" in post(client, "guards:save_settings", **{**settings, "payout_limit": 900})
    wrong = client.post(reverse("guards:save_settings"), {**settings, "currency_limits": '{"JPY": 5}'})
    assert wrong.status_code == 400 and "Write it like" in text(wrong)
    with scope(acme.id):
        assert GuardSettings.objects.get().payout_limit == 400


def test_the_switch_shows_on_every_program_page_and_nowhere_else(sign_in: Enter) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    said = post(client, "guards:switch", program="presale_balance", act="stop", reason_text="wrong prices")
    assert "Stopped: no claim, payout or message leaves from now on." in said
    for name in ("programs:home", "price_protection:home", "guards:holds"):
        shown = page(client, name)
        assert "Stopped: Presale reminders" in shown and "wrong prices" in shown
    assert "Stopped: Presale" not in page(client, "orders:list")
    post(client, "guards:switch", program="presale_balance", act="resume")
    assert "wrong prices" not in page(client, "programs:home")
    assert "Choose a program" in post(client, "guards:switch", program="nothing", act="stop")
    assert "Let all programs go on" in post(client, "guards:switch", program="", act="stop")


def test_asking_for_one_order_while_stopped_is_answered_kindly(tmp_path: Path, sign_in: Enter) -> None:
    acme = cast.acme()
    market.fallen_prices(tmp_path, acme, 1)
    switch_program(merchant_id=acme.id, program="price_protection", stop=True, reason="x", by=CLI, at=timezone.now())
    order = doors.one(acme, "SELECT id FROM store_shoporder")
    assert "stopped by its kill switch" in post(sign_in(acme.owner), "price_protection:claim_order", pk=order)
    assert states(acme) == []


def test_an_error_page_below_the_programs_needs_no_banner(sign_in: Enter) -> None:
    acme = cast.acme()
    switch_program(merchant_id=acme.id, program="", stop=True, reason="x", by=CLI, at=timezone.now())
    client = sign_in(acme.owner)
    assert client.get("/programs/no-such-page/").status_code == 404
    assert client.get("/guards/reconciliation/999/").status_code == 404


@pytest.fixture
def differing(tmp_path: Path) -> cast.Merchant:
    """A merchant whose gateway says something else about one of two payouts."""
    acme = cast.acme()
    market.fallen_prices(tmp_path, acme, 2)
    doors.run_program(acme, market.AS_OF)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE aftersales_sandboxpayment SET amount = 500 WHERE request_id = (SELECT min(request_id) FROM aftersales_payout)"
        )
    reconcile(merchant_id=acme.id, by=BEAT, at=timezone.now())
    return acme


def test_a_case_is_commented_explained_and_exported(differing: cast.Merchant, sign_in: Enter) -> None:
    client = sign_in(differing.owner)
    assert "Gateway and payout differ" in page(client, "guards:cases", "?kind=gateway_amount")
    assert "The books agree" in page(client, "guards:cases", "?state=resolved")
    with scope(differing.id):
        case = ReconciliationCase.objects.get().pk
    assert "£6.00" in (shown := page(client, "guards:case", pk=case)) and "£5.00" in shown
    assert "Write what you found." in post(client, "guards:settle_case", pk=case, act="explained", note=" ")
    assert "a fee of one pound" in post(client, "guards:settle_case", pk=case, act="note", note="a fee of one pound")
    assert "Explained" in post(client, "guards:settle_case", pk=case, act="explained", note="=cmd|fee")
    lines = b"".join(client.get(reverse("guards:export_cases")).streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "kind,subject,state,currency,here,there,since,closed"
    assert [line.split(",")[:1] + line.split(",")[2:6] for line in lines[1:]] == [
        ["gateway_amount", "explained", "GBP", "6.00", "5.00"]
    ]


def test_comparing_by_hand_goes_to_a_worker(differing: cast.Merchant, sign_in: Enter, worker: Callable[[], list[str]]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE aftersales_sandboxpayment SET amount = 600")
    client = sign_in(differing.owner)
    post(client, "guards:compare_now")
    assert worker() == ["guards.books.compared"]
    shown = page(client, "guards:cases")
    assert "The books agree" in shown and "2 payouts" in shown


PAGES = ("guards:holds", "guards:approvals", "guards:budgets", "guards:cases", "programs:home")
#: Queries of a page itself; sign-in, membership and transaction control come on top.
MOST = 24


def test_pages_cost_the_same_with_one_row_and_with_twenty(tmp_path: Path, sign_in: Enter) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)

    def costs() -> dict[str, int]:
        found = {}
        for name in PAGES:
            client.get(reverse(name))
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(name)).status_code == 200
            found[name] = len([query for query in queries if not query["sql"].startswith(SHELL)])
        return found

    def fill(numbers: range) -> None:
        with scope(acme.id):
            for n in numbers:
                own = {"merchant_id": acme.id}
                Approval.objects.create(
                    **own, kind="payout", subject_id=n, requested_by=f"user:{acme.owner.pk + n}", amount=n, currency="GBP",
                    expires_at=timezone.now() + timedelta(days=3),
                )  # fmt: skip
                ReconciliationCase.objects.create(**own, kind="stuck", subject=f"pp-{n}", currency="GBP")
                sku = Sku.objects.filter(merchant_id=acme.id).earliest("id")
                SkuHold.objects.create(**own, sku=sku, program="price_protection", currency="GBP", price=n)
                limit(acme, "merchant_day", n, currency=f"X{chr(65 + n)}X")

    ids = held_claims(acme, tmp_path, [500] * 20, by="system:beat", reason="BUDGET")
    with scope(acme.id):
        Claim.objects.filter(pk__in=ids[1:]).update(state="refused")
    fill(range(1))
    one = costs()
    with scope(acme.id):
        Claim.objects.update(state="held")
    fill(range(1, 20))
    assert costs() == one
    assert {name: n for name, n in one.items() if n > MOST} == {}


def test_the_overview_of_a_new_merchant_and_of_one_that_pays(tmp_path: Path, sign_in: Enter) -> None:
    acme = cast.acme()
    client = sign_in(acme.owner)
    assert "not measured yet" in (shown := page(client, "programs:home")) and "not yet" in shown
    market.fallen_prices(tmp_path, acme, 2)
    doors.run_program(acme, market.AS_OF)
    assert "nobody is held out" in page(client, "programs:home")
    assert reverse("programs:home") in client.get("/dashboard/").content.decode()
