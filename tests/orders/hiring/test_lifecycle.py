"""From a need to a contract, and every other way it can end."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from orders.hiring.errors import Changed, Incomplete, ProviderBlocked, TooMany
from orders.hiring.limits import APPLICATIONS
from orders.hiring.models import Brief, Invitation, Proposal, ProposalVersion, PublicBrief
from orders.hiring.operations import answering, inviting, proposing, refuting, writing
from orders.hiring.operations.expiring import sweep_merchant
from orders.hiring.queries import access_proposal, invitations_of, merchants_due, proposals_of
from orders.hiring.states import PROPOSAL_TABLE, SIDES
from orders.service.models import ContractVersion, ServiceOrder
from providers.scorecards.models import ScoreEvent, Strike
from tests import cast
from tests.orders.hiring.stories import (
    AT,
    CHEAPER,
    DAY,
    HOUR,
    NEED,
    QUOTE,
    Deal,
    decline,
    invited,
    owner,
    published,
    ready,
    submitted,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme() -> cast.Merchant:
    return cast.acme()


@pytest.fixture
def studio() -> cast.Provider:
    return ready(cast.studio())


@pytest.fixture
def deal(acme: cast.Merchant, studio: cast.Provider) -> Deal:
    return Deal.quoted(acme, studio)


def sweep(merchant: cast.Merchant, at: datetime) -> int:
    return sweep_merchant(merchant_id=merchant.id, by=BEAT, at=at)


def events(provider: cast.Provider) -> list[int]:
    with scope(provider.id):
        return list(ScoreEvent.objects.filter(provider_id=provider.id, kind="answered").values_list("value", flat=True))


def test_an_accepted_proposal_is_a_contract_with_the_terms_that_were_read(deal: Deal) -> None:
    deal.act("accept_proposal")
    assert deal.state == ("filled", "hired", "accepted")
    with scope(deal.merchant.id):
        order = ServiceOrder.objects.get(merchant_id=deal.merchant.id, pk=deal.proposal.order_id)
        terms = ContractVersion.objects.get(merchant_id=deal.merchant.id, order_id=order.pk).terms
    assert (order.provider_id, order.total_minor, order.source_kind, order.source_id) == (
        deal.provider.id, 700_000, "proposal", deal.proposal.pk,
    )  # fmt: skip
    assert terms["milestones"][0]["amount_minor"] == 700_000


def test_a_counter_offer_is_agreed_to_and_its_price_is_the_contracts(deal: Deal) -> None:
    deal.act("counter_proposal")
    assert deal.state == ("published", "quoted", "countered")
    deal.act("agree_to_counter")
    with scope(deal.merchant.id):
        assert ServiceOrder.objects.get(pk=deal.proposal.order_id).total_minor == CHEAPER.total


def test_whoever_reads_an_older_version_cannot_accept_the_newer_one(deal: Deal) -> None:
    deal.act("revise_proposal")
    with pytest.raises(Changed):
        deal.act("accept_proposal", seen=1)
    assert deal.state == ("published", "quoted", "submitted")
    deal.act("accept_proposal")
    assert deal.state[0] == "filled"


def test_of_two_proposals_one_is_hired_and_the_other_is_told(acme: cast.Merchant, deal: Deal) -> None:
    rival = ready(cast.rival())
    lead = invited(acme, rival, deal.brief)
    submitted(rival, lead, CHEAPER)
    deal.act("accept_proposal")
    other = Deal(acme, rival, deal.brief, lead)
    assert other.state == ("filled", "closed", "declined")
    with pytest.raises(NotPossible):
        other.act("accept_proposal")
    with scope(acme.id):
        assert ServiceOrder.objects.filter(merchant_id=acme.id).count() == 1


PREPARED: dict[str, tuple[str, ...]] = {
    "submitted": (),
    "countered": ("counter_proposal",),
    "accepted": ("accept_proposal",),
    "declined": ("decline_proposal",),
    "withdrawn": ("withdraw_proposal",),
    "expired": (),
}
OPERATIONS = {
    "accept": "accept_proposal", "counter": "counter_proposal", "decline": "decline_proposal", "agree": "agree_to_counter",
    "revise": "revise_proposal", "withdraw": "withdraw_proposal",
}  # fmt: skip
FORBIDDEN = [(state, act) for state in PREPARED for act in SIDES if (state, act) not in PROPOSAL_TABLE]


def test_the_table_names_every_state_and_act() -> None:
    assert {state for state, _act in PROPOSAL_TABLE} | set(PROPOSAL_TABLE.values()) == set(PREPARED)
    assert set(OPERATIONS) == set(SIDES)


@pytest.mark.parametrize(("state", "act"), FORBIDDEN)
def test_what_the_table_does_not_name_is_refused_and_changes_nothing(deal: Deal, state: str, act: str) -> None:
    later = AT + 2 * HOUR
    for step in PREPARED[state]:
        deal.act(step)
    if state == "expired":
        later = AT + 8 * DAY
        assert sweep(deal.merchant, later) >= 1
    before, number = deal.state, deal.proposal.number
    assert before[2] == state
    with pytest.raises(UserError):
        deal.act(OPERATIONS[act], at=later)
    assert (deal.state, deal.proposal.number) == (before, number)


@pytest.mark.parametrize("act", sorted(SIDES))
def test_strangers_find_nothing_to_act_on(deal: Deal, act: str) -> None:
    if act == "agree":
        deal.act("counter_proposal")
    before = deal.state
    by_merchant = SIDES[act] == "merchant"
    merchant, provider = (cast.other(), deal.provider) if by_merchant else (deal.merchant, cast.rival())
    facts = {} if act in ("decline", "withdraw") else {"seen": 1}
    with pytest.raises(NotFound):
        Deal(merchant, provider, deal.brief, deal.lead).act(OPERATIONS[act], **facts)
    assert deal.state == before


def test_a_sealed_proposal_is_read_by_nobody_before_the_day(acme: cast.Merchant, studio: cast.Provider) -> None:
    deal = Deal.quoted(acme, studio, mode="sealed")
    opened = deal.proposal.opens_at
    with scope(acme.id):
        assert proposals_of(deal.brief, opened - HOUR) == []
        assert [each.proposal for each in invitations_of(deal.brief, opened - HOUR)] == [None]  # type: ignore[attr-defined]
        with pytest.raises(NotFound):
            access_proposal(organization_id=acme.id, pk=deal.proposal.pk, at=opened - HOUR)
        assert [each.pk for each in proposals_of(deal.brief, opened)] == [deal.proposal.pk]
    with pytest.raises(NotFound):
        deal.act("accept_proposal", at=opened - HOUR)
    deal.act("revise_proposal", at=opened - HOUR)
    with pytest.raises(NotPossible):
        deal.act("revise_proposal", at=opened + HOUR)
    deal.act("accept_proposal", at=opened + HOUR)
    assert deal.state[0] == "filled"


def test_saying_no_changes_neither_score_nor_response_time(acme: cast.Merchant, studio: cast.Provider) -> None:
    lead = invited(acme, studio, published(acme))
    decline(studio, lead)
    assert events(studio) == []
    with scope(acme.id):
        found = Invitation.objects.get(merchant_id=acme.id, pk=lead.pk)
    assert (found.state, found.answer_minutes, found.decline_reason) == ("declined", None, "budget")


def test_saying_yes_stops_the_clock_once(acme: cast.Merchant, studio: cast.Provider) -> None:
    lead = invited(acme, studio, published(acme))
    answering.accept_invitation(provider_id=studio.id, invitation_id=lead.pk, by=owner(studio), at=AT + HOUR)
    submitted(studio, lead, at=AT + 2 * HOUR)
    assert events(studio) == [60]


def test_silence_counts_as_a_late_answer_and_frees_the_place(acme: cast.Merchant, studio: cast.Provider) -> None:
    brief = published(acme)
    lead = invited(acme, studio, brief)
    assert sweep(acme, AT + 47 * HOUR) == 0
    later = AT + 3 * DAY
    assert merchants_due(later) == [acme.id]
    assert sweep(acme, later) == 1
    assert sweep(acme, later) == 0
    assert events(studio) == [8 * 60 + 60]  # Friday 10:00 to 18:00, and an hour on Monday
    with scope(acme.id):
        assert inviting.places_left(brief) == 5
    with pytest.raises(NotPossible):
        answering.accept_invitation(provider_id=studio.id, invitation_id=lead.pk, by=owner(studio), at=later)


def test_a_bad_lead_that_is_granted_counts_no_more(acme: cast.Merchant, studio: cast.Provider) -> None:
    lead = invited(acme, studio, published(acme))
    common: dict[str, Any] = {"provider_id": studio.id, "invitation_id": lead.pk, "by": owner(studio)}
    answering.accept_invitation(**common, at=AT + HOUR)
    with pytest.raises(Incomplete):
        refuting.refute_lead(**common, reason="no_budget", text="No", at=AT + HOUR)
    refuting.refute_lead(**common, reason="no_budget", text="They told us there is no budget.", at=AT + HOUR)
    with pytest.raises(NotPossible):
        refuting.refute_lead(**common, reason="no_budget", text="They told us there is no budget.", at=AT + HOUR)
    decided: dict[str, Any] = {"merchant_id": acme.id, "invitation_id": lead.pk, "granted": True, "answer": "True.", "by": BEAT}
    refuting.decide_refutation(**decided, at=AT + DAY)
    with pytest.raises(NotPossible):
        refuting.decide_refutation(**decided, at=AT + DAY)
    with scope(studio.id):
        assert Strike.objects.filter(provider_id=studio.id).count() == 1


def test_time_ends_a_proposal_and_it_can_be_put_forward_again(deal: Deal) -> None:
    late = AT + 7 * DAY
    with pytest.raises(NotPossible):
        deal.act("accept_proposal", at=late)  # before the sweep has passed
    assert (sweep(deal.merchant, late), deal.state[2]) == (1, "expired")
    deal.act("revise_proposal", at=late + HOUR)
    deal.act("accept_proposal", at=late + 2 * HOUR)
    assert deal.state == ("filled", "hired", "accepted")


def test_a_need_nobody_was_chosen_for_closes_by_itself(deal: Deal) -> None:
    sweep(deal.merchant, AT + 22 * DAY)
    assert deal.state == ("closed", "closed", "declined")
    assert sweep(deal.merchant, AT + 22 * DAY) == 0


def test_a_withdrawn_need_ends_everything(deal: Deal) -> None:
    writing.cancel_brief(merchant_id=deal.merchant.id, brief_id=deal.brief.pk, by=owner(deal.merchant), at=AT + HOUR)
    assert deal.state == ("cancelled", "closed", "declined")


def test_an_open_need_is_public_without_a_name_and_answered_once(acme: cast.Merchant, studio: cast.Provider) -> None:
    brief = published(acme, mode="open")
    assert PublicBrief.objects.get().title == NEED.title
    common: dict[str, Any] = {
        "provider_id": studio.id,
        "brief_id": brief.pk,
        "quote": QUOTE,
        "by": owner(studio),
        "at": AT + HOUR,
    }
    made = proposing.apply(**common)
    with pytest.raises(NotPossible):
        proposing.apply(**common)
    with scope(studio.id):
        assert Invitation.objects.get(provider_id=studio.id, pk=made.invitation_id).merchant_name == ""
    deal = Deal(acme, studio, brief, Invitation(pk=made.invitation_id))
    deal.act("accept_proposal")
    with scope(studio.id):
        assert Invitation.objects.get(provider_id=studio.id, pk=made.invitation_id).merchant_name == "acme"
    assert not PublicBrief.objects.exists()
    assert events(studio) == []


def test_an_invited_need_cannot_be_answered_from_outside(acme: cast.Merchant, studio: cast.Provider) -> None:
    brief = published(acme)
    with pytest.raises(NotFound):
        proposing.apply(provider_id=studio.id, brief_id=brief.pk, quote=QUOTE, by=owner(studio), at=AT)


def test_a_month_has_so_many_answers_and_a_bad_lead_gives_one_back(
    acme: cast.Merchant, studio: cast.Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(APPLICATIONS, 3, 1)  # type: ignore[arg-type]
    needs = [published(acme, mode="open"), published(acme, mode="open")]
    common: dict[str, Any] = {"provider_id": studio.id, "quote": QUOTE, "by": owner(studio)}
    made = proposing.apply(**common, brief_id=needs[0].pk, at=AT)
    with pytest.raises(TooMany):
        proposing.apply(**common, brief_id=needs[1].pk, at=AT + HOUR)
    proposing.withdraw_proposal(provider_id=studio.id, invitation_id=made.invitation_id, by=owner(studio), at=AT + HOUR)
    lead: dict[str, Any] = {"invitation_id": made.invitation_id, "at": AT + HOUR}
    refuting.refute_lead(**lead, provider_id=studio.id, reason="not_a_need", text="It is an advertisement.", by=owner(studio))
    refuting.decide_refutation(**lead, merchant_id=acme.id, granted=True, answer="So it is.", by=BEAT)
    assert proposing.apply(**common, brief_id=needs[1].pk, at=AT + HOUR).state == "submitted"


def test_who_is_not_verified_neither_answers_nor_is_invited(acme: cast.Merchant) -> None:
    newcomer = cast.rival()
    brief = published(acme, mode="open")
    with pytest.raises(ProviderBlocked):
        proposing.apply(provider_id=newcomer.id, brief_id=brief.pk, quote=QUOTE, by=owner(newcomer), at=AT)
    with pytest.raises(NotPossible):
        invited(acme, newcomer, brief)


def test_a_published_need_does_not_change_and_a_draft_is_not_overwritten(acme: cast.Merchant) -> None:
    draft = writing.start_brief(merchant_id=acme.id, need=NEED, mode="invited", answer_days=7, by=owner(acme), at=AT)
    common: dict[str, Any] = {
        "merchant_id": acme.id, "brief_id": draft.pk, "need": NEED, "mode": "open", "answer_days": 5, "by": owner(acme), "at": AT,
    }  # fmt: skip
    writing.edit_brief(**common, revision=1)
    with pytest.raises(Changed):
        writing.edit_brief(**common, revision=1)
    writing.publish_brief(merchant_id=acme.id, brief_id=draft.pk, by=owner(acme), at=AT)
    with pytest.raises(NotPossible):
        writing.edit_brief(**common, revision=2)


def test_a_quote_asked_for_on_a_listing_invites_its_provider_at_once(acme: cast.Merchant, studio: cast.Provider) -> None:
    from providers.listings.models import PublicListing

    slug = PublicListing.objects.get(provider_id=studio.id).slug
    brief = writing.start_brief(
        merchant_id=acme.id, need=NEED, mode="invited", answer_days=7, source=("listing", slug), by=owner(acme), at=AT
    )
    writing.publish_brief(merchant_id=acme.id, brief_id=brief.pk, by=owner(acme), at=AT + timedelta(hours=1))
    with scope(acme.id):
        lead = Invitation.objects.get(merchant_id=acme.id, brief_id=brief.pk)
    assert (lead.provider_id, lead.origin, lead.state) == (studio.id, "asked", "sent")


def test_versions_are_kept_as_they_were(deal: Deal) -> None:
    deal.act("counter_proposal")
    deal.act("revise_proposal")
    with scope(deal.provider.id):
        found = ProposalVersion.objects.filter(provider_id=deal.provider.id).order_by("number")
        assert [(row.number, row.side, row.total) for row in found] == [
            (1, "provider", 700_000), (2, "merchant", 600_000), (3, "provider", 600_000),
        ]  # fmt: skip
    with scope(deal.merchant.id):
        assert Brief.objects.get(pk=deal.brief.pk).state == "published"
        assert Proposal.objects.get(pk=deal.proposal.pk).number == 3
