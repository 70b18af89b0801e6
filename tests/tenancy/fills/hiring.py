"""A row in every table of hiring: an open need with a lead and a proposal in two versions, and others to act on."""

from datetime import timedelta

from django.utils import timezone

from marketplace.tenancy.scope import scope
from orders.hiring.models import Brief, Invitation, Proposal, ProposalVersion, PublicBrief
from orders.hiring.quotes import Item, Quote
from providers.catalogue.models import Category
from tests import cast


def fill(merchant: cast.Merchant, provider: cast.Provider) -> dict[str, int]:
    """Ids of needs (draft, published), of leads (with a proposal, waiting) and of two proposals."""
    category = Category.objects.get(slug="store-operation")
    with scope(merchant.id):
        draft = _brief(merchant, category, "draft")
        found = {"need": 0, "draft_need": draft.pk}
        for name in ("", "counter_", "waiting_"):
            brief = _brief(merchant, category, "published", name)
            lead = _lead(merchant, provider, brief, "sent" if name == "waiting_" else "quoted")
            found |= {f"{name}need": brief.pk, f"{name}lead": lead.pk}
        open_brief = _brief(merchant, category, "published", "open_", mode="open")
        _show(open_brief)
        found["open_need"] = open_brief.pk
    with scope(provider.id):
        for name in ("", "counter_"):
            found[f"{name}proposal"] = _proposal(provider, Invitation.objects.get(pk=found[f"{name}lead"])).pk
    return found


def _brief(merchant: cast.Merchant, category: Category, state: str, name: str = "", mode: str = "invited") -> Brief:
    # The real clock: nothing may be due while the tests of tasks sweep.
    now = timezone.now()
    times = {"published_at": now, "answers_until": now + timedelta(days=7), "choose_until": now + timedelta(days=21)}
    title = "2026-0001" if mode == "open" else f"{merchant.slug} 1001"  # stands in both languages' pages
    return Brief.objects.create(
        merchant_id=merchant.id, category=category, title=title, text="1, 2, 3", mode=mode,
        budget_max=900_000, state=state, created_at=now, updated_at=now, **(times if state == "published" else {}),
    )  # fmt: skip


def _show(brief: Brief) -> None:
    PublicBrief.objects.create(
        brief_id=brief.pk, merchant_id=brief.merchant_id, category=brief.category, title=brief.title, text=brief.text,
        budget_max=brief.budget_max, budget_cny=brief.budget_max, mode="open", published_at=brief.published_at,
        answers_until=brief.answers_until,
    )  # fmt: skip


def _lead(merchant: cast.Merchant, provider: cast.Provider, brief: Brief, state: str) -> Invitation:
    now = timezone.now()
    return Invitation.objects.create(
        merchant_id=merchant.id, provider_id=provider.id, brief=brief, origin="matched", state=state, category=brief.category,
        title=brief.title, document={"title": brief.title, "category": "store-operation", "text": brief.text, "budget_max": 9},
        merchant_name=merchant.slug, provider_name_zh=provider.slug, provider_name_en=provider.slug, sent_at=now, updated_at=now,
        answered_at=now if state == "quoted" else None, answer_due_at=now + timedelta(days=2),
        quote_until=now + timedelta(days=7),
    )  # fmt: skip


def _proposal(provider: cast.Provider, lead: Invitation) -> Proposal:
    now = timezone.now()
    parties = {"merchant_id": lead.merchant_id, "provider_id": provider.id}
    proposal = Proposal.objects.create(
        **parties, invitation=lead, number=2, model="fixed", currency="CNY", total=800_000, opens_at=now, created_at=now,
        updated_at=now, expires_at=now + timedelta(days=7),
    )  # fmt: skip
    for number, price in ((1, 850_000), (2, 800_000)):
        quote = Quote("fixed", "CNY", f"{provider.slug} 1001", (Item("1001", 1, price),))
        ProposalVersion.objects.create(
            **parties, proposal=proposal, number=number, side="provider", quote=quote.to_json(), total=price,
            made_by="user:1", made_at=now,
        )  # fmt: skip
    return proposal
