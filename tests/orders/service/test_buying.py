"""Buying a listing as it stands: the terms a choice comes to, and the contract it makes."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.service.errors import BadTerms
from orders.service.operations import buy_package
from orders.service.operations.buying import Choice, terms_of
from orders.service.queries import access_order
from orders.store.models import ShopOrder
from tests import cast
from tests.orders.service.stories import AT, SHARE, funded
from tests.providers.listings.stories import public, published

OFFER = {
    "packages": [
        {"key": "basic", "name_zh": "基础", "name_en": "Basic", "price_minor": 100_01, "delivery_days": 9, "revisions": 3}
    ],
    "extras": [{"key": "x1", "name_zh": "加急", "name_en": "Rush", "price_minor": 20_00, "days": 2}],
    "milestones": [{"name_en": "First", "share": 5_000}, {"name_en": "Second", "share": 5_000}],
    "editions": [{"key": "pro", "name_en": "Pro", "prices": {"1": 299_00, "12": 2_990_00}}],
    "scope": [{"label_en": "Pictures", "cells": [20]}],
    "unit": {"code": "own", "zh": "张", "en": "picture"},
    "min_months": 3,
    "commission": {"rate": 350, "baseline_minor": 0, "floor_minor": None, "cap_minor": 500_00, "excludes_returns": True},
}


def listing(model: str) -> SimpleNamespace:
    category = SimpleNamespace(slug="store-operation", auto_accept_days=5)
    return SimpleNamespace(
        pricing_model=model, offer=OFFER, terms={"notice_days": 14, "trial_days": 7}, currency="CNY", title="Pages",
        summary="Pages for shops.", category=category,
    )  # fmt: skip


def bought(model: str, **choice):
    with override("en"):
        return terms_of(listing(model), Choice(**{"package": "basic", **choice}))


def test_a_fixed_price_is_one_milestone_with_its_extras() -> None:
    terms = bought("fixed", extras=["x1"], quantity=2)
    assert [(row.amount_minor, row.due_days) for row in terms.milestones] == [(220_02, 11)]
    assert (terms.revisions, terms.auto_accept_days) == (3, 5)
    assert "- Pictures: 20" in terms.scope and "- Rush" in terms.scope


def test_shares_of_milestones_add_up_to_the_price() -> None:
    terms = bought("milestone")
    assert [row.amount_minor for row in terms.milestones] == [50_01, 50_00]


def test_a_standing_service_has_its_term_notice_trial_and_commission() -> None:
    terms = bought("retainer_commission", shop_id=7)
    recurring = terms.recurring
    assert (recurring.monthly_minor, recurring.min_months, recurring.notice_days, recurring.shop_id) == (100_01, 3, 14, 7)
    assert (recurring.commission.rate, recurring.commission.cap_minor, terms.trial.days) == (350, 500_00, 7)
    assert terms.handover


def test_a_subscription_is_paid_for_the_whole_period() -> None:
    terms = bought("subscription", package="pro", months=12)
    assert (terms.first_minor, terms.total_minor, terms.recurring.period_months) == (2_990_00, 2_990_00, 12)


def test_units_are_bought_once_by_their_number() -> None:
    terms = bought("unit", quantity=5)
    assert (terms.total_minor, terms.units.unit, terms.is_recurring) == (500_05, "picture", False)


@pytest.mark.parametrize(
    ("model", "choice"),
    [
        ("quote", {}),
        ("fixed", {"package": "gold"}),
        ("fixed", {"quantity": 0}),
        ("fixed", {"extras": ["x9"]}),
        ("subscription", {"package": "pro", "months": 3}),
        ("unit", {"extras": ["x1"]}),
        ("seat_shift", {"extras": ["x1"]}),
    ],
)
def test_what_is_not_offered_cannot_be_bought(model: str, choice: dict) -> None:
    with pytest.raises(BadTerms):
        bought(model, **choice)


@pytest.mark.django_db
def test_a_purchase_draws_up_a_contract_that_pins_the_version_bought() -> None:
    acme, studio = cast.acme(), cast.studio()
    row = public(published(studio))
    order = buy_package(merchant_id=acme.id, listing_id=row.listing_id, choice=Choice("basic"), by=person(acme.owner.pk), at=AT)
    with scope(studio.id):
        seen = access_order(organization_id=studio.id, pk=order.pk)
    assert (seen.state, seen.listing_version_id, seen.next_actor) == ("drafted", row.version_id, "merchant")
    assert seen.merchant_name == "acme" and seen.total_minor == 680_000


@pytest.mark.django_db(transaction=True)
def test_the_share_of_sales_is_computed_from_the_merchants_own_orders_and_charged_once() -> None:
    story = funded(replace(SHARE, recurring=replace(SHARE.recurring, commission=replace(SHARE.recurring.commission, rate=500))))
    with scope(story.merchant.id):
        sales = [(1_000_00, 100_00, "delivered", 1), (500_00, 0, "delivered", 20), (900_00, 0, "cancelled", 2)]
        for number, (captured, refunded, status, days) in enumerate([*sales, (700_00, 0, "delivered", 40)]):
            placed = AT + timedelta(days=days)
            ShopOrder.objects.create(
                merchant_id=story.merchant.id, shop=story.merchant.shop, external_ref=f"O{number}", status=status, currency="CNY",
                placed_at=placed, paid_at=placed, captured_amount=captured, refunded_amount=refunded, shipping_amount=0,
            )  # fmt: skip
    story.deliver().do("merchant", "accept_milestone")
    story.later(days=33).sweep()
    fees = [row for row in story.milestones if row.kind == "variable"]
    assert [(row.amount, row.basis["sales"], row.basis["returned"]) for row in fees] == [(70_00, 1_500_00, 100_00)]
    story.sweep()
    assert len([row for row in story.milestones if row.kind == "variable"]) == 1
    story.fund(fees[0].position)
    assert story.milestone(fees[0].position).state == "delivered"
