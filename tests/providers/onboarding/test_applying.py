"""From the first field to the verdict, by the operations of both sides."""

from datetime import date, timedelta

import pytest

from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.outbox.models import Message
from marketplace.tenancy.scope import scope
from providers.moderation.models import AutoApproval, Review
from providers.moderation.operations import decide
from providers.onboarding.facts import BadFacts
from providers.onboarding.gate import may
from providers.onboarding.operations import applying, reviewing
from providers.onboarding.operations.applying import Incomplete
from tests.providers.onboarding import steps
from tests.providers.onboarding.steps import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def save(provider, step, **values):
    return applying.save_facts(provider_id=provider.id, step=step, values=values, by=steps.owner(provider), at=NOW)


def test_half_a_step_is_kept(studio):
    save(studio, "company", company_name="  青禾  电商 ")
    assert steps.application(studio).company_name == "青禾 电商"


def test_a_wrong_credit_code_is_refused_and_changes_nothing(studio):
    save(studio, "company", company_name="青禾")
    with pytest.raises(BadFacts) as refused:
        save(studio, "company", company_name="另一个", credit_code="91330100799655058C")
    assert list(refused.value.errors) == ["credit_code"]
    assert steps.application(studio).company_name == "青禾"


def test_a_licence_that_has_ended_is_refused(studio):
    with pytest.raises(BadFacts):
        save(studio, "company", licence_until=date(2026, 3, 1))
    save(studio, "company", licence_until=date(2026, 3, 2))


def test_the_account_number_is_sealed_and_an_empty_one_keeps_it(studio):
    save(studio, "bank", bank_account="6225 8801 2345 6789")
    save(studio, "bank", bank_name="招商银行", bank_account="")
    kept = steps.application(studio)
    assert (kept.bank_last4, b"6225" in bytes(kept.bank_account)) == ("6789", False)


def test_the_audit_names_what_changed_and_never_the_account(studio):
    save(studio, "bank", bank_account="6225880123456789")
    with scope(studio.id):
        facts = [event.facts for event in AuditEvent.objects.filter(action="providers.application.saved")]
    assert facts == [{"step": "bank", "changed": ["bank_last4"]}]


def test_handing_in_says_everything_that_is_missing(studio):
    with pytest.raises(Incomplete) as refused:
        steps.submit(studio)
    assert len(refused.value.missing) >= 10
    steps.fill_in(studio)
    with pytest.raises(Incomplete) as refused:
        steps.submit(studio)
    assert len(refused.value.missing) == 1


def test_from_draft_to_verified_with_one_round_of_changes(studio):
    steps.fill_in(studio)
    row = steps.choose(studio, steps.leaf())
    steps.submit(studio)
    assert not may(studio.id, "list", at=NOW)
    steps.rule(studio, verdict="changes_requested", reasons=["licence_unreadable"], note="再拍一张")
    asked = steps.application(studio)
    assert (asked.state, asked.reasons, asked.note) == ("changes_requested", ["licence_unreadable"], "再拍一张")
    steps.submit(studio, at=NOW + timedelta(days=1))
    steps.rule(studio)
    steps.rule(studio, "qualification")
    done = steps.application(studio)
    assert (done.state, done.verified_until, done.note) == ("verified", date(2030, 1, 31), "")
    assert done.verified_facts["credit_code"] == "91330100799655058B"
    assert may(studio.id, "list", steps.qualification(studio, row.pk).category, at=NOW)


def test_while_somebody_checks_nothing_is_changed(studio):
    steps.fill_in(studio)
    row = steps.choose(studio, steps.leaf())
    steps.submit(studio)
    with pytest.raises(NotPossible):
        save(studio, "person", legal_person="别人")
    with pytest.raises(NotPossible):
        applying.drop_category(provider_id=studio.id, qualification_id=row.pk, by=steps.owner(studio), at=NOW)
    with pytest.raises(NotPossible):
        steps.submit(studio)


def test_withdrawing_takes_it_out_of_the_inbox(studio):
    steps.fill_in(studio)
    steps.choose(studio, steps.leaf())
    steps.submit(studio)
    waiting = steps.review(studio, "verification")
    applying.withdraw(provider_id=studio.id, by=steps.owner(studio), at=NOW)
    assert steps.application(studio).state == "draft"
    with pytest.raises(Exception, match=r"."):
        decide(provider_id=studio.id, review_id=waiting.pk, verdict="approved", by=steps.staff(), at=NOW)
    assert steps.application(studio).state == "draft"


def test_a_renewal_that_is_refused_leaves_the_company_verified(studio):
    steps.verified(studio)
    save(studio, "person", legal_person="新人")
    steps.submit(studio)
    assert may(studio.id, "payout", at=NOW)
    steps.rule(studio, verdict="rejected", reasons=["legal_person_mismatch"])
    assert steps.application(studio).state == "verified"
    assert steps.application(studio).verified_facts["legal_person"] == "林青"


def test_the_reviewer_sees_what_changed_since_the_last_approval(studio):
    from providers.onboarding.sheets import company_sheet

    steps.verified(studio)
    save(studio, "person", legal_person="新人")
    with scope(studio.id):
        sheet = company_sheet(studio.id, 0)
    assert [row.new for row in sheet.diff if row.old == "林青"] == ["新人"]
    assert all(row.old == row.new for row in sheet.diff if row.old != "林青" and "6789" not in str(row.old))


def test_the_reviewer_is_told_when_another_provider_gave_the_same_code(studio, rival):
    from providers.onboarding.sheets import company_sheet

    steps.fill_in(studio)
    steps.fill_in(rival)
    with scope(rival.id):
        assert any("1" in str(fact.value) for fact in company_sheet(rival.id, 0).facts)


def low_risk_rule(percent: int) -> None:
    AutoApproval.objects.using("system").update_or_create(
        kind="qualification", defaults={"is_active": True, "sample_percent": percent}
    )


@pytest.mark.parametrize(("percent", "state"), [(0, "auto_approved"), (100, "sampled")])
def test_low_risk_of_a_verified_company_is_approved_by_rule(studio, percent, state):
    low_risk_rule(percent)
    steps.verified(studio)
    row = steps.choose(studio, steps.leaf(risk="low"))
    applying.submit_category(provider_id=studio.id, qualification_id=row.pk, by=steps.owner(studio), at=NOW)
    assert steps.qualification(studio, row.pk).state == "approved"
    with scope(studio.id):
        assert Review.objects.get(kind="qualification", subject_id=row.pk).state == state


def test_low_risk_waits_for_the_company_and_then_passes(studio):
    low_risk_rule(0)
    steps.fill_in(studio)
    row = steps.choose(studio, steps.leaf(risk="low"))
    steps.submit(studio)
    assert steps.qualification(studio, row.pk).state == "submitted"
    steps.rule(studio)
    assert steps.qualification(studio, row.pk).state == "approved"


def test_without_a_rule_a_person_decides(studio):
    AutoApproval.objects.using("system").filter(kind="qualification").update(is_active=False)
    steps.verified(studio)
    row = steps.choose(studio, steps.leaf(risk="low"))
    applying.submit_category(provider_id=studio.id, qualification_id=row.pk, by=steps.owner(studio), at=NOW)
    assert steps.qualification(studio, row.pk).state == "submitted"


def test_a_second_look_takes_the_rule_s_approval_back(studio):
    low_risk_rule(100)
    steps.verified(studio)
    row = steps.choose(studio, steps.leaf(risk="low"))
    applying.submit_category(provider_id=studio.id, qualification_id=row.pk, by=steps.owner(studio), at=NOW)
    with scope(studio.id):
        sampled = Review.objects.get(kind="qualification", subject_id=row.pk)
    decide(provider_id=studio.id, review_id=sampled.pk, verdict="rejected", reasons=["holder_mismatch"], by=steps.staff(), at=NOW)
    assert steps.qualification(studio, row.pk).state == "rejected"
    assert not may(studio.id, "list", row.category, at=NOW)


def test_a_category_with_sub_categories_or_an_unknown_one_is_not_chosen(studio):
    from providers.catalogue.models import Category

    parent = Category.objects.filter(children__isnull=False).first()
    for slug in (parent.slug, "nothing-of-the-kind"):
        with pytest.raises(BadFacts):
            applying.choose_category(provider_id=studio.id, category=slug, by=steps.owner(studio), at=NOW)


def test_a_category_can_be_dropped_and_chosen_again(studio):
    row = steps.choose(studio, steps.leaf())
    applying.drop_category(provider_id=studio.id, qualification_id=row.pk, by=steps.owner(studio), at=NOW)
    assert steps.qualification(studio, row.pk).state == "dropped"
    again = applying.choose_category(provider_id=studio.id, category=row.category, by=steps.owner(studio), at=NOW)
    assert (again.pk, again.state) == (row.pk, "draft")


def test_a_suspended_company_does_nothing_until_it_is_reinstated(studio):
    steps.verified(studio)
    reviewing.suspend(provider_id=studio.id, reason="经营异常", by=steps.staff(), at=NOW)
    assert [reason.code for reason in may(studio.id, "payout", at=NOW).reasons] == ["SUSPENDED"]
    with scope(studio.id):
        assert Message.objects.filter(kind="providers.onboarding.suspended").exists()
    reviewing.reinstate(provider_id=studio.id, reason="", by=steps.staff(), at=NOW)
    assert may(studio.id, "payout", at=NOW)


def test_a_stranger_s_category_does_not_exist(studio, rival):
    row = steps.choose(studio, steps.leaf())
    for act in (applying.submit_category, applying.drop_category, applying.withdraw_category):
        steps.verified(rival) if act is applying.submit_category else None
        with pytest.raises(NotFound):
            act(provider_id=rival.id, qualification_id=row.pk, by=steps.owner(rival), at=NOW)
