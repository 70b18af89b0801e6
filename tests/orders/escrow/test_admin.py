"""Staff set fees in percent and yuan, cannot break the rule for everything else, and see which rule would apply and why."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.operations import ensure_user
from orders.escrow.models import CommissionRule
from tests import cast
from tests.orders.escrow.stage import CATEGORY, rule

pytestmark = pytest.mark.django_db(transaction=True)
ADD = "admin:escrow_commissionrule_add"
FORM = {
    "position": "10", "name_zh": "客服", "name_en": "Service desks", "is_active": "on", "category": CATEGORY, "provider": "",
    "level_from": "", "currency": "cny", "valid_from_0": "", "valid_from_1": "", "valid_until_0": "", "valid_until_1": "",
    "service_rate": "3.25", "service_min": "10", "service_max": "", "payment_rate": "0.6", "payment_min": "",
    "payment_max": "1,000.50", "fixed_minor": "", "on_refund": "pro_rata",
}  # fmt: skip


@pytest.fixture
def staff() -> Client:
    client = Client(headers={"accept-language": "en"})
    boss = ensure_user(email="boss@staff.example", password=cast.PASSWORD, is_staff=True)
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    return client


def try_out(staff: Client, **changes: str) -> Any:
    asked = {"category": CATEGORY, "provider": "", "amount": "1000.00", "currency": "CNY", "tags": "", **changes}
    return staff.get(reverse("admin:escrow_commissionrule_try"), asked)


def test_a_rule_is_written_in_percent_and_yuan(staff: Client) -> None:
    assert staff.post(reverse(ADD), FORM).status_code == 302
    row = CommissionRule.objects.using("system").get(name_en="Service desks")
    assert (row.service_rate, row.service_min, row.service_max) == (325, 1_000, None)
    assert (row.payment_rate, row.payment_max, row.fixed_minor, row.currency) == (60, 100_050, 0, "CNY")
    page = staff.get(reverse("admin:escrow_commissionrule_change", args=[row.pk])).content.decode()
    assert 'value="3.25"' in page and 'value="1000.50"' in page
    listed = staff.get(reverse("admin:escrow_commissionrule_changelist")).content.decode()
    assert "3.25%" in listed and "¥10.00" in listed


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"service_rate": "five"}, "Write a percentage"), ({"service_rate": "3.255"}, "Write a percentage"),
        ({"service_rate": "51"}, "between nothing and half"), ({"currency": ""}, "Amounts need a currency"),
        ({"service_min": "1.234"}, "at most 2 decimals"), ({"service_max": "5"}, "must not be above"),
        ({"provider": "nobody"}, "no provider of this short name"), ({"currency": "yu"}, "three letters"),
    ],
    ids=str,
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_explained(change: dict[str, str], says: str, staff: Client) -> None:
    answer = staff.post(reverse(ADD), {**FORM, **change})
    assert says in answer.content.decode()
    assert CommissionRule.objects.using("system").count() == 1


def test_a_rule_may_be_one_providers(staff: Client) -> None:
    studio = cast.studio()
    assert staff.post(reverse(ADD), {**FORM, "provider": studio.slug}).status_code == 302
    assert CommissionRule.objects.using("system").get(position=10).provider_id == studio.id


@pytest.fixture
def _default_rule_as_before() -> Iterator[None]:
    """It was made by a migration: other tests want it as it was."""
    before = CommissionRule.objects.using("system").values().get(is_default=True)
    yield
    CommissionRule.objects.using("system").filter(pk=before["id"]).update(**before)


@pytest.mark.usefixtures("_default_rule_as_before")
def test_the_rule_for_everything_else_keeps_its_conditions_and_nothing_is_deleted(staff: Client) -> None:
    row = CommissionRule.objects.using("system").get()
    change = reverse("admin:escrow_commissionrule_change", args=[row.pk])
    staff.post(change, {**FORM, "currency": "", "service_min": "", "payment_max": "", "is_active": ""})
    row.refresh_from_db(using="system")
    assert (row.is_active, row.category, row.service_rate) == (True, "", 325)
    assert staff.post(reverse("admin:escrow_commissionrule_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_the_try_out_says_which_rule_applies_and_why_others_do_not(staff: Client) -> None:
    rule(name_en="Abroad", position=1, currency="USD")
    rule(name_en="Desks", position=2, category=CATEGORY, service_rate=300)
    rule(name_en="Later", position=3)
    page = try_out(staff).content.decode()
    assert "¥30.00" in page and "¥970.00" in page
    for said in ("Desks", "for another currency", "applies", "fits, but comes later"):
        assert said in page


def test_the_try_out_asks_again_when_it_cannot_read_the_amount(staff: Client) -> None:
    answer = try_out(staff, amount="a lot")
    assert answer.status_code == 422
    assert 'value="a lot"' in answer.content.decode()


def test_only_staff_who_may_see_rules_try_them(client: Client) -> None:
    person = ensure_user(email="nobody@acme.example", password=cast.PASSWORD)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("admin:escrow_commissionrule_try")).status_code == 302
