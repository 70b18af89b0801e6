"""The groups that migrations make: moderators decide what waits and nothing else, finance pays out and nothing else."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import User
from providers.moderation.kinds import ReviewKind
from tests import cast
from tests.providers.moderation import probe

pytestmark = pytest.mark.django_db(transaction=True)
MODERATORS = (
    "moderation_review", "moderation_report", "moderation_appeal", "moderation_penalty", "onboarding_application",
    "onboarding_document", "onboarding_qualification",
)  # fmt: skip
FINANCE = (
    "payouts_payoutbatch",
    "payouts_payout",
    "payouts_payoutaccount",
    "payouts_bookcase",
    "payouts_statement",
    "payouts_payoutproof",
)
NOBODYS = (
    "accounts_user",
    "auth_group",
    "accounts_organization",
    "audit_auditevent",
    "escrow_commissionrule",
    "onboarding_trialrule",
)


def member(group: str) -> Client:
    person = User.objects.create_user(f"{group.lower()}@shangban.example", cast.PASSWORD, is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(("group", "own", "others"), [("Moderators", MODERATORS, FINANCE), ("Finance", FINANCE, MODERATORS)])
def test_a_group_opens_its_own_lists_and_no_others(group: str, own: tuple[str, ...], others: tuple[str, ...]) -> None:
    client = member(group)
    assert client.get(reverse("admin:index")).status_code == 200
    for name in own:
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200, name
    for name in (*others, *NOBODYS):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403, name


@pytest.mark.parametrize(("group", "adds"), [("Moderators", set()), ("Finance", {"payouts_payoutbatch", "payouts_bookcase"})])
def test_a_group_adds_only_what_is_its_work(group: str, adds: set[str]) -> None:
    client = member(group)
    for name in ("payouts_payoutbatch", "payouts_bookcase", "moderation_penalty", "onboarding_deduction", "accounts_user"):
        assert (client.get(reverse(f"admin:{name}_add")).status_code == 200) is (name in adds), name


@pytest.mark.parametrize(("group", "may"), [("Moderators", True), ("Finance", False)])
def test_moderators_decide_and_finance_does_not_even_look(group: str, may: bool, kind: ReviewKind) -> None:
    review = probe.hand_in(cast.studio().id)
    page = reverse("admin:moderation_review_change", args=[review.pk])
    client = member(group)
    assert client.get(page).status_code == (200 if may else 403)
    assert client.post(page, {"act": "claim"}).status_code == (302 if may else 403)
    assert (review.title in client.get(reverse("admin:index")).content.decode()) is may


def test_no_group_may_delete_anything() -> None:
    for group in Group.objects.filter(name__in=["Moderators", "Finance"]):
        assert not group.permissions.filter(codename__startswith="delete_").exists()
