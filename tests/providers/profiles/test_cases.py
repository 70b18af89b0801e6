"""Cases with proof: numbers come from the merchant's own orders, and from nowhere else."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.figures import case_figures
from orders.store.models import Buyer, ShopOrder
from providers.profiles.cases import links
from providers.profiles.cases.metrics import METRICS
from providers.profiles.models import Case, CaseConsent, PublicProvider
from providers.profiles.operations import (
    archive_case,
    ask_merchant,
    confirm_case,
    open_link,
    refuse_case,
    save_case,
    submit_case,
    withdraw_consent,
)
from providers.profiles.operations.answering import NotEnoughOrders
from providers.profiles.operations.cases import CaseNotComplete
from tests import cast
from tests.database import flush
from tests.providers.profiles.conftest import NOW, published, verdict

BEFORE, AFTER = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))
PROOF: dict[str, Any] = {
    "merchant_slug": "acme", "merchant_name": "Acme Home", "before_from": BEFORE[0], "before_until": BEFORE[1],
    "after_from": AFTER[0], "after_until": AFTER[1], "metrics": ["refund_rate", "orders_per_day"],
}  # fmt: skip
TEXT = {
    "title_zh": "退款率下降",
    "story_zh": "我们重写了详情页并培训了客服，买家收到的和期待的一致。" * 4,
    "industry": "furniture",
}


def order(of: cast.Merchant, number: int, paid_at: datetime, captured: int, refunded: int, buyer: Buyer | None = None) -> None:
    ShopOrder.objects.create(
        merchant_id=of.id, shop=of.shop, external_ref=f"O{number}", currency="GBP", placed_at=paid_at, paid_at=paid_at,
        captured_amount=captured, refunded_amount=refunded, buyer=buyer,
    )  # fmt: skip


def shop_with_orders(refunded_after: int = 500) -> cast.Merchant:
    """Forty orders a month; ten of the first month refunded in full, and so much of every order of the second."""
    merchant = cast.acme()
    with scope(merchant.id):
        for number in range(40):
            order(merchant, number, datetime(2026, 1, 10, 12, tzinfo=UTC), 10_000, 10_000 if number < 10 else 0)
            order(merchant, 100 + number, datetime(2026, 2, 10, 12, tzinfo=UTC), 10_000, refunded_after)
    return merchant


def asked(studio: cast.Provider, **changes: Any) -> tuple[Case, str]:
    case = save_case(provider_id=studio.id, case_id=None, values={**TEXT, **PROOF, **changes}, by=CLI, at=NOW)
    return case, ask_merchant(provider_id=studio.id, case_id=case.pk, by=CLI, at=NOW)


def stored(studio: cast.Provider, case: Case) -> Case:
    with scope(studio.id):
        return Case.objects.get(provider_id=studio.id, pk=case.pk)


def test_the_numbers_are_those_of_the_merchants_orders(studio: cast.Provider) -> None:
    acme = shop_with_orders()
    case, token = asked(studio)
    confirm_case(merchant_id=acme.id, token=token, by=CLI, at=NOW)
    found = stored(studio, case)
    assert (found.proof, found.figures["refund_rate"]) == (
        "confirmed", {"before": 2500, "after": 500, "n_before": 40, "n_after": 40},
    )  # fmt: skip
    assert found.figures["orders_per_day"]["before"] == floor(Fraction(4000, 31) + Fraction(1, 2))


def test_confirming_again_computes_them_anew(studio: cast.Provider) -> None:
    acme = shop_with_orders()
    case, token = asked(studio)
    confirm_case(merchant_id=acme.id, token=token, by=CLI, at=NOW)
    with scope(acme.id):
        ShopOrder.objects.filter(merchant_id=acme.id, external_ref__startswith="O1", paid_at__month=2).update(refunded_amount=0)
    confirm_case(merchant_id=acme.id, token=token, by=CLI, at=NOW)
    assert stored(studio, case).figures["refund_rate"]["after"] == 0


def test_a_number_cannot_be_typed_in(studio: cast.Provider) -> None:
    """Neither through the operation nor through either form, whatever is sent along."""
    acme = shop_with_orders()
    with pytest.raises(UserError):
        save_case(provider_id=studio.id, case_id=None, values={**TEXT, "figures": {"refund_rate": {}}}, by=CLI, at=NOW)
    case, _token = asked(studio)
    forged = {"figures": '{"refund_rate": {"before": 9000}}', "proof": "confirmed", "state": "published", "refund_rate": "1"}
    provider = signed_in(studio)
    provider.post(reverse("cases:detail", args=[case.pk]), {**TEXT, **forged, "title_zh": "新标题"})
    again = stored(studio, case)
    assert (again.figures, again.proof, again.state) == ({}, "none", "draft")
    token = links.sign(provider_id=studio.id, case_id=case.pk, revision=again.revision, at=NOW)
    with scope(studio.id):
        Case.objects.filter(provider_id=studio.id, pk=case.pk).update(proof="asked")
    confirm_case(merchant_id=acme.id, token=token, by=CLI, at=NOW)
    assert stored(studio, case).figures["refund_rate"]["before"] == 2500


def signed_in(member: cast.Provider | cast.Merchant) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(member.owner, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_link_of_another_merchant_confirms_nothing(studio: cast.Provider) -> None:
    shop_with_orders()
    case, token = asked(studio)
    stranger = cast.other()
    for answer in (confirm_case, refuse_case):
        with pytest.raises(NotFound):
            answer(merchant_id=stranger.id, token=token, by=CLI, at=NOW)
    assert signed_in(stranger).post(reverse("case_answers:link", args=[token]), {"answer": "confirm"}).status_code == 404
    assert stored(studio, case).proof == "asked"
    with scope(stranger.id):
        assert not CaseConsent.objects.filter(merchant_id=stranger.id).exists()


@pytest.mark.parametrize("spoil", ["altered", "old", "edited", "another salt"])
def test_a_link_that_is_not_the_newest_opens_nothing(studio: cast.Provider, spoil: str) -> None:
    from django.core import signing

    acme = shop_with_orders()
    case, token = asked(studio)
    at = NOW
    if spoil == "altered":
        token = ("A" if token[0] != "A" else "B") + token[1:]
    elif spoil == "old":
        at = NOW + links.VALID_FOR + timedelta(seconds=1)
    elif spoil == "edited":
        save_case(provider_id=studio.id, case_id=case.pk, values={"metrics": ["repeat_rate"]}, by=CLI, at=NOW)
    else:
        token = signing.dumps([studio.id, case.pk, case.revision, 2**31], salt="something else")
    with pytest.raises(NotFound):
        open_link(merchant_id=acme.id, token=token, at=at)


def test_too_few_orders_are_nothing_to_confirm(studio: cast.Provider) -> None:
    acme = cast.acme()
    case, token = asked(studio)
    with pytest.raises(NotEnoughOrders):
        confirm_case(merchant_id=acme.id, token=token, by=CLI, at=NOW)
    assert stored(studio, case).proof == "asked"


def test_an_edit_forgets_the_confirmation(studio: cast.Provider) -> None:
    acme = shop_with_orders()
    case, token = asked(studio)
    confirm_case(merchant_id=acme.id, token=token, by=CLI, at=NOW)
    save_case(provider_id=studio.id, case_id=case.pk, values={"story_zh": TEXT["story_zh"] + "！"}, by=CLI, at=NOW)
    found = stored(studio, case)
    assert (found.proof, found.figures) == ("none", {})


def test_the_page_shows_changes_of_amounts_never_amounts(studio: cast.Provider) -> None:
    published(studio)
    acme = shop_with_orders()
    case, token = asked(studio)
    confirm_case(merchant_id=acme.id, token=token, by=CLI, at=NOW)
    submit_case(provider_id=studio.id, case_id=case.pk, by=CLI, at=NOW)
    assert PublicProvider.objects.get(provider_id=studio.id).document["cases"] == []
    verdict(studio)
    row = PublicProvider.objects.get(provider_id=studio.id)
    shown = {figure["metric"]: figure for figure in row.document["cases"][0]["figures"]}
    assert (row.verified_cases, row.document["cases"][0]["merchant"]) == (1, "Acme Home")
    assert (shown["refund_rate"]["before"], shown["refund_rate"]["change"]) == (2500, -8000)
    assert (shown["orders_per_day"]["before"], shown["orders_per_day"]["after"]) == (None, None)
    with scope(acme.id):
        consent = CaseConsent.objects.get(merchant_id=acme.id)
    withdraw_consent(merchant_id=acme.id, consent_id=consent.pk, by=CLI, at=NOW)
    row.refresh_from_db()
    assert (row.verified_cases, row.document["cases"][0]["merchant"], row.document["cases"][0]["figures"]) == (0, "", [])
    with pytest.raises(NotPossible):
        withdraw_consent(merchant_id=acme.id, consent_id=consent.pk, by=CLI, at=NOW)
    archive_case(provider_id=studio.id, case_id=case.pk, by=CLI, at=NOW)
    assert PublicProvider.objects.get(provider_id=studio.id).document["cases"] == []


def test_a_refusal_is_recorded_on_both_sides(studio: cast.Provider) -> None:
    acme = shop_with_orders()
    case, token = asked(studio)
    refuse_case(merchant_id=acme.id, token=token, by=CLI, at=NOW)
    with scope(acme.id):
        assert CaseConsent.objects.get(merchant_id=acme.id).state == "refused"
    assert stored(studio, case).proof == "refused"


UNMEASURABLE: list[dict[str, Any]] = [
    {"merchant_slug": ""},
    {"metrics": []},
    {"after_from": BEFORE[1]},
    {"before_until": date(2026, 1, 5)},
    {"after_until": None},
]


@pytest.mark.parametrize("change", UNMEASURABLE)
def test_what_cannot_be_measured_cannot_be_asked(studio: cast.Provider, change: dict[str, Any]) -> None:
    case = save_case(provider_id=studio.id, case_id=None, values={**TEXT, **PROOF, **change}, by=CLI, at=NOW)
    with pytest.raises(CaseNotComplete):
        ask_merchant(provider_id=studio.id, case_id=case.pk, by=CLI, at=NOW)


# The store's sums against a reference.

moments = st.integers(0, 70 * 24).map(lambda hours: datetime(2025, 12, 28, tzinfo=UTC) + timedelta(hours=hours))
histories = st.lists(st.tuples(moments, st.integers(0, 500), st.integers(0, 700), st.none() | st.integers(0, 3)), max_size=25)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(histories)
def test_the_figures_are_those_of_a_reference(
    transactional_db: None, history: list[tuple[datetime, int, int, int | None]]
) -> None:
    flush()
    acme = cast.acme()
    with scope(acme.id):
        buyers = [Buyer.objects.create(merchant_id=acme.id, shop=acme.shop, external_ref=f"B{n}") for n in range(4)]
        for number, (paid_at, captured, refunded, buyer) in enumerate(history):
            order(acme, number, paid_at, captured, refunded, None if buyer is None else buyers[buyer])
        found = case_figures(acme.id, list(METRICS), BEFORE, AFTER)
    for side, span in (("before", BEFORE), ("after", AFTER)):
        inside = [h for h in history if span[0] <= h[0].date() <= span[1] and h[1] > 0]  # London keeps UTC in winter
        n, captured = len(inside), sum(h[1] for h in inside)
        returning = sum(h[3] is not None and any(e[3] == h[3] and e[0] < h[0] for e in history) for h in inside)
        days = (span[1] - span[0]).days + 1
        expected = {
            "sales_per_day": Fraction(captured, days),
            "orders_per_day": Fraction(n * 100, days),
            "average_order": Fraction(captured, n) if n else 0,
            "refund_rate": Fraction(10_000 * sum(min(h[1], h[2]) for h in inside), captured) if captured else 0,
            "repeat_rate": Fraction(10_000 * returning, n) if n else 0,
        }
        for metric, value in expected.items():
            assert getattr(found[metric], side) == floor(value + Fraction(1, 2)), (metric, side)
            assert getattr(found[metric], f"n_{side}") == n
