"""A contract for every button of the work room's pages, with real money held; the ids are named after the address."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from orders.service.files import checked, keep
from orders.service.models import ContractVersion, Delivery, DeliveryFile, HandoverItem, Milestone, ServiceOrder, SplitProposal
from orders.service.terms import MilestoneTerms, Terms, TrialTerms, contract_hash, to_json
from providers.listings.models import PublicListing
from providers.onboarding.gate import may
from providers.onboarding.operations import deposit as acts
from tests import cast
from tests.providers.listings.stories import verify

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
PRICE = 100_00
DEPOSIT = 1_000_000_00
SIDES = ("merchant", "provider")
STAGES = ("first", "second")


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    """Both sides have their own, since what one has done the other cannot do any more."""
    ids: dict[str, int] = {}
    _open_shelf()
    with scope(merchant.id):
        escrow.credit_wallet(
            merchant_id=merchant.id, amount=100 * PRICE, currency="CNY", key="fill work", kind="paid_in", at=NOW, by=CLI
        )
        for side in SIDES:
            other = "provider" if side == "merchant" else "merchant"
            for act in ("sign", "change", "cancel"):
                ids[f"{side}_{act}"] = _order(merchant, provider, "drafted").pk
            for act in ("extend", "notice"):
                ids[f"{side}_{act}"] = _order(merchant, provider, "active").pk
            ids[f"{side}_withdraw_notice"] = _order(
                merchant, provider, "active", notice_by=side, notice_at=NOW, ends_at=_later()
            ).pk
            ids[f"{side}_end_trial"] = _order(merchant, provider, "active", trial_ends_at=_later()).pk
            ids |= _handover(merchant, provider, side)
            ids[f"{side}_split"] = _milestone(merchant, provider, "delivered").pk
            ids |= _split(merchant, provider, side, other)
        ids["work_continue_trial"] = _order(merchant, provider, "active", trial_ends_at=_later()).pk
        ids["work_pause"] = _order(merchant, provider, "active").pk
        ids["work_resume"] = _order(merchant, provider, "paused", paused_at=NOW, paused_by="merchant").pk
        late = _milestone(merchant, provider, "funded", due_at=NOW - timedelta(days=30), is_late=True)
        ids["work_cancel_late"] = late.order_id
        for name, state in {"accept": "delivered", "changes": "delivered", "longer": "delivered", "fund": "planned"}.items():
            ids[f"work_{name}"] = _milestone(merchant, provider, state).pk
        for name in ("deliver", "give_back"):
            ids[f"work_{name}"] = _milestone(merchant, provider, "funded").pk
        ids["work_file"] = _file(merchant, provider)
    return ids


def _later() -> datetime:
    """What is not over when the tests run."""
    return timezone.now() + timedelta(days=30)


def _open_shelf() -> None:
    """The provider of the listing that is ordered has its papers and its deposit, so that it takes any number of orders."""
    row = PublicListing.objects.get(slug="shelf-shops")
    if may(row.provider_id, "take_orders", "store-operation", at=NOW).allowed:
        return
    with scope(row.provider_id):
        verify(cast.Provider("shelf", row.provider_id, User.objects.get(email="owner@shelf.example")), "store-operation")
        acts._post(row.provider_id, "deposit.paid_in", "deposit_bank", "deposit_held", "shelf:1", DEPOSIT, NOW)


def _order(merchant: cast.Merchant, provider: cast.Provider, state: str, **facts: Any) -> ServiceOrder:
    """A contract in a state; one that is signed has a funded milestone and a planned one."""
    order = _bare(merchant, provider, state, **facts)
    if state != "drafted":
        _stage(order, 1, "funded")
        _stage(order, 2, "planned")
    return order


def _milestone(merchant: cast.Merchant, provider: cast.Provider, state: str, **facts: Any) -> Milestone:
    return _stage(_bare(merchant, provider, "active"), 1, state, **facts)


def _bare(
    merchant: cast.Merchant, provider: cast.Provider, state: str, *, agreed: Terms | None = None, **facts: Any
) -> ServiceOrder:
    parties = {"merchant_id": merchant.id, "provider_id": provider.id}
    name = f"{merchant.slug} and {provider.slug}"
    stages = tuple(MilestoneTerms(f"{name} {stage}", PRICE, 14) for stage in STAGES)
    trial = {"trial": TrialTerms(14)} if "trial_ends_at" in facts else {}
    terms = agreed or Terms(name, "store-operation", "milestone", "CNY", scope=name, milestones=stages, **trial)
    is_signed = state != "drafted"
    signed = {"deal_id": 1, "signed_version": 1, "signed_at": NOW, "started_at": NOW} if is_signed else {}
    order = ServiceOrder.objects.create(
        **parties, title=name, category=terms.category, model=terms.model, currency="CNY", total_minor=terms.total_minor,
        state=state, merchant_name=merchant.slug, provider_name=provider.slug, source_kind="listing", offered_version=1,
        created_at=NOW, updated_at=NOW, **signed, **facts,
    )  # fmt: skip
    order.number = f"{merchant.slug}-{order.pk}"
    if is_signed:
        deal = escrow.open_deal(
            **parties, order_id=order.pk, number=order.number, title=name, category=terms.category, currency="CNY", at=NOW, by=CLI
        )
        order.deal_id = deal.pk
    order.save(update_fields=["number", "deal_id"])
    sides = SIDES if is_signed else ()
    ContractVersion.objects.create(
        **parties, order=order, number=1, terms=to_json(terms), template="general/1", hash=contract_hash(terms, "general/1"),
        proposed_by="merchant", created_at=timezone.now(), created_by=merchant.slug,
        **{f"{side}_accepted_at": NOW for side in sides},
    )  # fmt: skip
    return order


def _stage(order: ServiceOrder, position: int, state: str, **facts: Any) -> Milestone:
    parties = {"merchant_id": order.merchant_id, "provider_id": order.provider_id}
    if state != "planned":
        facts = {"funded_at": NOW, **facts}
    if state == "delivered":
        facts |= {"delivered_at": NOW, "auto_accept_at": _later()}
    made = Milestone.objects.create(
        **parties,
        order=order,
        position=position,
        name=f"{order.title} {STAGES[position - 1]}",
        amount=PRICE,
        state=state,
        **facts,
    )
    if state != "planned":
        deal = escrow.access_deal(organization_id=order.merchant_id, pk=order.deal_id)
        escrow.hold(deal=deal, key=made.hold_key, amount=PRICE, at=NOW, by=CLI, title=made.name)
    if state == "delivered":
        Delivery.objects.create(
            **parties, milestone=made, number=1, note=order.title, created_at=NOW, created_by=order.provider_name
        )
    return made


def _file(merchant: cast.Merchant, provider: cast.Provider) -> int:
    """A delivered file that can be unsealed."""
    delivery = Delivery.objects.get(merchant_id=merchant.id, milestone=_milestone(merchant, provider, "delivered"))
    keep(delivery, [checked(f"{merchant.slug},1".encode(), name=f"{merchant.slug}.csv")])
    return DeliveryFile.objects.get(merchant_id=merchant.id, delivery=delivery).pk


def _handover(merchant: cast.Merchant, provider: cast.Provider, side: str) -> dict[str, int]:
    order = _order(merchant, provider, "active", notice_by=side, notice_at=NOW, ends_at=_later())
    item = HandoverItem.objects.create(
        merchant_id=merchant.id, provider_id=provider.id, order=order, position=1, text=order.title, side=side
    )
    return {f"{side}_handover": order.pk, f"{side}_handover_item": item.pk}


def _split(merchant: cast.Merchant, provider: cast.Provider, side: str, other: str) -> dict[str, int]:
    milestone = _milestone(merchant, provider, "delivered")
    row = SplitProposal.objects.create(
        merchant_id=merchant.id, provider_id=provider.id, milestone=milestone, proposed_by=other, to_provider=PRICE // 2,
        to_merchant=PRICE // 2, note=milestone.name, created_at=NOW, created_by=other,
    )  # fmt: skip
    return {f"{side}_split_answer": milestone.pk, f"{side}_split_row": row.pk}
