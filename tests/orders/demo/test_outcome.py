"""The demo's contract paid by what it changes: its result is what the shop's files and the contract's own split come to."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from aftersales.demo import outcomes
from aftersales.measurement.models import Assignment
from marketplace.accounts.models import User
from marketplace.accounts.operations import ensure_user
from marketplace.ledger.queries import verify_all
from marketplace.tenancy.scope import scope
from orders.escrow.models import Release
from orders.outcomes.models import OutcomeAgreement, OutcomeRow
from orders.service.models import Milestone, ServiceOrder
from tests import cast
from tests.orders.demo.test_deals import BANK
from tests.providers.demo import test_telling
from tests.providers.demo.test_telling import NOW
from tests.tenancy.world import fingerprint

pytestmark = pytest.mark.django_db(transaction=True)
DEMO = settings.BASE_DIR / "demo"


@pytest.fixture
def market(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The small market of other tests, with the company the contract is with."""
    monkeypatch.setattr(test_telling, "CHOSEN", (*test_telling.CHOSEN, "luming"))
    return test_telling.make_folder(tmp_path)


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DEMO / "yunduo" / name).read_text("utf-8").splitlines()]


class Story:
    """acme plays the demo's merchant."""

    def __init__(self, market: Path) -> None:
        self.market, self.merchant = market, cast.acme(currency="CNY", timezone="Asia/Shanghai")
        cast.other()
        ensure_user(email="staff@shangban.example", password=cast.PASSWORD, is_staff=True)
        test_telling.tell(market)

    def tell(self) -> str:
        owner, staff = (User.objects.get(email=each) for each in ("owner@acme.example", "staff@shangban.example"))
        with override_settings(PAY_IN_BANK=BANK):
            return outcomes.tell(
                self.merchant.shop, DEMO / "yunduo", self.market, owner=owner, staff=staff, at=NOW, say=lambda _line: None
            )

    def agreement(self) -> OutcomeAgreement:
        with scope(self.merchant.id):
            return OutcomeAgreement.objects.get(merchant_id=self.merchant.id)


def test_killed_and_told_again_it_pays_what_the_files_and_the_split_come_to(
    market: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, real, handed_over = Story(market), outcomes._import, []

    def dying(*args: Any) -> None:
        if len(handed_over) == 2:
            raise KeyboardInterrupt
        handed_over.append(args)
        real(*args)

    monkeypatch.setattr(outcomes, "_import", dying)
    with pytest.raises(KeyboardInterrupt):
        story.tell()
    assert (story.agreement().state, story.agreement().reading) == ("measuring", None)
    monkeypatch.setattr(outcomes, "_import", real)
    story.tell()
    found = story.agreement()
    _is_what_the_files_come_to(story, found)
    _is_paid(story, found)
    before = fingerprint(story.merchant.id)
    story.tell()
    assert fingerprint(story.merchant.id) == before


def _is_what_the_files_come_to(story: Story, found: OutcomeAgreement) -> None:
    """Counted here from the files and the arms alone."""
    with scope(story.merchant.id):
        known = Assignment.objects.filter(merchant_id=story.merchant.id, experiment_id=found.subject)
        arms = dict(known.values_list("buyer__external_ref", "arm"))
        rows = list(OutcomeRow.objects.filter(merchant_id=story.merchant.id, agreement=found).values_list("arm", "succeeded"))
    buyer_of = {order["order_ref"]: order["buyer_ref"] for order in lines("parcels.jsonl")}
    assert set(arms) == set(buyer_of.values())
    sent_back = {
        buyer_of[each["order_ref"]]
        for each in lines("parcels_back.jsonl")
        if each["with_card_too"] or arms[buyer_of[each["order_ref"]]] == "holdout"
    }
    for arm, name in (("treatment", "treated"), ("holdout", "control")):
        buyers = {buyer for buyer, its in arms.items() if its == arm}
        counted = (found.part(name)["units"], found.part(name)["successes"])
        assert counted == (len(buyers), len(buyers - sent_back)), name
        assert counted == (len([1 for its, _kept in rows if its == arm]), sum(kept for its, kept in rows if its == arm)), name


def _is_paid(story: Story, found: OutcomeAgreement) -> None:
    """The cap was held; the fee went to the provider and the rest came back."""
    assert (found.verdict, found.milestone_id is not None) == ("paid", True)
    assert found.fee is not None and 0 < found.fee < found.agreed.cap_minor
    low = found.part("rate")["low"] * found.agreed.per_success_minor * found.part("treated")["units"]
    assert found.fee == int(low) * found.agreed.rate // 10_000
    with scope(story.merchant.id):
        order = ServiceOrder.objects.get(merchant_id=story.merchant.id)
        states = list(Milestone.objects.filter(order=order).order_by("position").values_list("state", flat=True))
        gross = list(Release.objects.filter(merchant_id=story.merchant.id).order_by("pk").values_list("gross", flat=True))
    assert (order.state, states, gross[-1]) == ("completed", ["accepted", "split"], found.fee)
    checked = verify_all()
    assert (checked["accounts_off"], checked["transfers_off"]) == ([], [])


def test_what_comes_back_comes_back_after_its_order_and_before_the_result() -> None:
    from aftersales.demo.relative import moment

    deal = json.loads((DEMO / "market/outcome.json").read_text("utf-8"))["deals"][0]
    clause = next(step["clause"] for step in deal["steps"] if step["do"] == "offer_outcome")
    paid = {order["order_ref"]: moment(order["paid_at"], NOW) for order in lines("parcels.jsonl")}
    days = {ref: (at - NOW).total_seconds() / 86_400 for ref, at in paid.items()}
    assert max(days.values()) < clause["window_days"]
    for each in lines("parcels_back.jsonl"):
        asked = (moment(each["requested_at"], NOW) - NOW).total_seconds() / 86_400
        assert days[each["order_ref"]] + 4 < asked < clause["window_days"] + clause["settle_days"], each["external_ref"]
    assert -deal["steps"][-1]["days"] > clause["window_days"] + clause["settle_days"], "the result is there when the demo starts"
