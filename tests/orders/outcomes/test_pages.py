"""The pages of outcomes: what each side sees, offering a clause, and the lists as CSV."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.tenancy.actor import BEAT
from marketplace.tenancy.scope import scope
from orders.outcomes.models import OutcomeAgreement
from orders.outcomes.offering import clause_of
from orders.outcomes.operations import sweep_merchant
from orders.service.models import ServiceOrder
from tests.orders.outcomes.shop import AT, CLAUSE, DAY, agreement, measuring, returns, sell, terms
from tests.orders.service.stories import STAGES, Story, drafted

pytestmark = pytest.mark.django_db(transaction=True)
FORM = {
    "metric": "return_rate", "window_days": "30", "settle_days": "30", "holdout": "50", "min_sample": "100", "basis": "successes",
    "rate": "50", "per_success": "50.00", "cap": "2000.00",
}  # fmt: skip


def signed_in(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


@pytest.fixture
def story() -> Story:
    """Counted, and some goods came back; the result is still to come."""
    story = measuring()
    sell(story, 300)
    sweep_merchant(merchant_id=story.merchant.id, by=BEAT, at=AT + 5 * DAY)
    returns(story, treated=5, control=40)
    sweep_merchant(merchant_id=story.merchant.id, by=BEAT, at=AT + 40 * DAY)
    return story


def settled(story: Story) -> OutcomeAgreement:
    sweep_merchant(merchant_id=story.merchant.id, by=BEAT, at=AT + 60 * DAY)
    return agreement(story)


def text_of(client: Client, name: str, *args: Any) -> str:
    found = client.get(reverse(name, args=args))
    assert found.status_code == 200, name
    body = b"".join(found.streaming_content) if found.streaming else found.content
    return body.decode()


def test_while_it_runs_the_merchant_sees_its_own_figures_and_the_provider_one_number(story: Story) -> None:
    found = agreement(story)
    merchant = text_of(signed_in(story.merchant.owner), "outcomes:outcome", found.pk)
    provider = text_of(signed_in(story.provider.owner), "job_outcomes:outcome", found.pk)
    for page in (merchant, provider):
        assert "Being measured: nobody has to act until" in page
        assert "300" in page
    assert "Your own data so far" in merchant
    assert "Your own data so far" not in provider
    assert "95% interval" not in provider
    assert "stays hidden from you until the result" in provider


def test_the_result_is_open_to_both_and_names_no_buyer_to_the_provider(story: Story) -> None:
    found = settled(story)
    merchant = text_of(signed_in(story.merchant.owner), "outcomes:outcome", found.pk)
    provider = text_of(signed_in(story.provider.owner), "job_outcomes:outcome", found.pk)
    for page in (merchant, provider):
        assert "How the fee came about" in page
        assert f"{Decimal(found.fee or 0) / 100:,.2f}" in page
    assert ">B1" in merchant or ">B2" in merchant
    assert ">B" not in provider.replace(">Buyers", "").replace(">Begun", "").replace(">Being", "").replace(">Back", "")


def test_the_rows_can_be_taken_away_and_add_up(story: Story) -> None:
    found = settled(story)
    mine = text_of(signed_in(story.merchant.owner), "outcomes:rows_csv", found.pk).splitlines()
    theirs = text_of(signed_in(story.provider.owner), "job_outcomes:rows_csv", found.pk).splitlines()
    assert len(mine) == len(theirs) == 301
    assert all(one.startswith(other) for one, other in zip(mine[1:], theirs[1:], strict=True))
    assert sum(",Yes," in row for row in theirs) == found.part("treated")["successes"] + found.part("control")["successes"]


def test_there_are_no_rows_to_take_away_before_the_result(story: Story) -> None:
    found = agreement(story)
    assert signed_in(story.merchant.owner).get(reverse("outcomes:rows_csv", args=[found.pk])).status_code == 404
    assert signed_in(story.provider.owner).get(reverse("job_outcomes:rows_csv", args=[found.pk])).status_code == 404


def test_the_merchant_takes_the_treated_to_its_systems_and_nobody_else_can(story: Story) -> None:
    found = agreement(story)
    lines = text_of(signed_in(story.merchant.owner), "outcomes:treated", found.pk).splitlines()
    reading_treated = 300 - held_out(story)
    assert len(lines) == reading_treated + 1
    assert signed_in(story.provider.owner).get(reverse("outcomes:treated", args=[found.pk])).status_code == 403
    settled(story)
    assert signed_in(story.merchant.owner).get(reverse("outcomes:treated", args=[found.pk])).status_code == 404


def held_out(story: Story) -> int:
    with scope(story.merchant.id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM measurement_assignment WHERE arm = 'holdout'")
        return int(cursor.fetchone()[0])


def test_either_side_offers_a_clause_and_the_contract_carries_it() -> None:
    story = drafted(STAGES)
    page = signed_in(story.provider.owner)
    address = reverse("job_outcomes:offer", args=[story.order_id])
    found = page.post(address, {**FORM, "base_hash": story.offered.hash})
    assert (found.status_code, found["Location"]) == (302, f"/desk/jobs/{story.order_id}/")
    offered = story.offered.agreed
    assert clause_of(offered) == replace(CLAUSE, milestone=3)
    assert [row.amount_minor for row in offered.milestones] == [400_00, 600_00, 2_000_00]
    # The merchant wants less of it.
    found = signed_in(story.merchant.owner).post(
        reverse("outcomes:offer", args=[story.order_id]), {**FORM, "cap": "500.00", "base_hash": story.offered.hash}
    )
    assert found.status_code == 302
    assert story.offered.agreed.milestones[2].amount_minor == 500_00
    # And the provider leaves it out again.
    page.post(reverse("job_outcomes:withdraw", args=[story.order_id]), {"base_hash": story.offered.hash})
    assert clause_of(story.offered.agreed) is None
    assert story.offered.agreed.milestones == STAGES.milestones


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"settle_days": "10"}, "Enter a number from 30 to 90."),
        ({"cap": "0"}, "Enter the most the outcome can pay."),
        ({"per_success": ""}, "Enter what one further success is worth."),
        ({"holdout": "4"}, "greater than or equal to 5"),
        ({"base_hash": "0" * 64}, "The other side changed the contract meanwhile"),
    ],
)
def test_a_mistake_is_named_and_what_was_typed_stays(change: dict[str, str], said: str) -> None:
    story = drafted(STAGES)
    found = signed_in(story.merchant.owner).post(
        reverse("outcomes:offer", args=[story.order_id]), {**FORM, "base_hash": story.offered.hash, **change}
    )
    page = found.content.decode()
    assert (found.status_code, said in page) == (422, True), page[page.find("error") :][:400]
    assert 'value="100"' in page
    assert clause_of(story.offered.agreed) is None


def test_a_list_costs_the_same_with_one_outcome_and_with_thirty(story: Story) -> None:
    client = signed_in(story.merchant.owner)

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("outcomes:list")).status_code == 200
        return len(caught)

    statements()
    one = statements()
    found = agreement(story)
    with scope(story.merchant.id):
        for number in range(29):
            order = ServiceOrder.objects.get(merchant_id=story.merchant.id, pk=story.order_id)
            order.pk, order.number = None, f"copy-{number}"
            order._state.adding = True
            order.save()
            found.pk, found.order = None, order
            found._state.adding = True
            found.save()
    assert statements() == one


def test_a_page_of_rows_costs_the_same_however_many_there_are(story: Story) -> None:
    found = settled(story)
    client = signed_in(story.merchant.owner)
    address = reverse("outcomes:outcome", args=[found.pk])

    def statements(query: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address + query).status_code == 200
        return len(caught)

    statements("?number=1")
    assert statements("?number=1") == statements("")


def test_the_export_follows_the_filter(story: Story) -> None:
    client = signed_in(story.merchant.owner)
    assert story.order.number in text_of(client, "outcomes:export")
    found = client.get(reverse("outcomes:export"), {"state": "settled"})
    assert story.order.number not in b"".join(found.streaming_content).decode()


def test_the_clause_is_readable_in_both_languages() -> None:
    story = drafted(terms())
    for language, word in (("en", "Buyers without a return"), ("zh-hans", "未退货买家")):
        page = signed_in(story.merchant.owner, language).get(reverse("outcomes:offer", args=[story.order_id])).content.decode()
        assert word in page
