"""A company's way into the market: signing up, showing the mailbox, papers, categories, the decisions of staff."""

from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress

from marketplace.accounts.models import Organization, User
from marketplace.accounts.operations import finish_sign_up, sign_up
from marketplace.accounts.queries import memberships_of
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.demo import papers
from providers.demo.calendar import CHECKED, DECIDED
from providers.demo.deciding import approve
from providers.demo.files import Row
from providers.onboarding.deposits import deposit_of, required_in_full
from providers.onboarding.models import DepositTransfer
from providers.onboarding.operations.applying import choose_category, save_facts, submit, submit_category
from providers.onboarding.operations.deposit import announce_transfer, confirm_transfer
from providers.onboarding.operations.documents import store_document
from providers.onboarding.papers import checked
from providers.onboarding.queries import Chosen, application_of, chosen_categories, company_documents
from providers.onboarding.states import QUALIFIED, VERIFIED

TITLES = {"licence": "Business licence", "legal_person_id": "Identity card", "bank_proof": "Proof of account"}


def owner_of(row: Row, password: str | None, at: datetime) -> User:
    """The person who signed the company up, with the company founded. Without a password nobody signs in until he sets one."""
    email = f"owner@{row['slug']}.example"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = sign_up(
            kind=Organization.Kind.PROVIDER, organization_name=row["name"]["zh"], email=email, password=password,
            name=row["team"][0]["name"]["zh"], language="zh-hans", at=at,
        )  # fmt: skip
    for mailbox in EmailAddress.objects.filter(user=user, verified=False):
        mailbox.set_verified()  # what following the link in the letter does
    finish_sign_up(user_id=user.pk, at=at)
    return user


def organization_of(user: User) -> int:
    """The organization a person of the demo belongs to."""
    return memberships_of(user_id=user.pk)[0].organization_id


def hand_in(provider_id: int, row: Row, categories: list[str], by: Actor, at: datetime) -> None:
    """Facts and papers of the company and of each category, then the application. Goes on where it was left."""
    with scope(provider_id):
        application, documents = application_of(provider_id), company_documents(provider_id)
        chosen = {each.qualification.category: each for each in chosen_categories(provider_id)}
    if application is None or application.state == "draft":
        _company(provider_id, row, documents, by, at)
    for slug in categories:
        if slug not in chosen:
            choose_category(provider_id=provider_id, category=slug, by=by, at=at)
    with scope(provider_id):
        chosen_now = chosen_categories(provider_id)
    for each in chosen_now:
        _papers_of(provider_id, row, each, by, at)
    if application is None or application.state == "draft":
        submit(provider_id=provider_id, by=by, at=at + CHECKED)


def _company(provider_id: int, row: Row, documents: dict[str, Any], by: Actor, at: datetime) -> None:
    person = row["team"][0]["name"]["zh"]
    company = f"{row['name']['zh']}有限公司"
    steps = {
        "company": {
            "company_name": company, "credit_code": papers.credit_code(row["slug"]), "registered_address": row["address"],
            "licence_is_permanent": True,
        },
        "person": {"legal_person": person},
        "bank": {"bank_name": row["bank"], "bank_holder": company, "bank_account": papers.bank_account(row["slug"])},
    }  # fmt: skip
    for step, values in steps.items():
        save_facts(provider_id=provider_id, step=step, values=values, by=by, at=at)
    for kind, title in TITLES.items():
        if kind not in documents:
            content = papers.specimen(title, row["name"]["en"], f"Code {papers.credit_code(row['slug'])}")
            store_document(provider_id=provider_id, kind=kind, paper=checked(content, name=f"{kind}.pdf"), by=by, at=at)


def _papers_of(provider_id: int, row: Row, chosen: Chosen, by: Actor, at: datetime) -> None:
    if chosen.qualification.state != "draft":
        return
    for kind, _label in chosen.required:
        if kind not in chosen.documents:
            paper = checked(papers.specimen(kind.replace("_", " ").capitalize(), row["name"]["en"]), name=f"{kind}.pdf")
            store_document(
                provider_id=provider_id, kind=kind, paper=paper, expires_on=_until(row), qualification_id=chosen.qualification.pk,
                by=by, at=at,
            )  # fmt: skip


def _until(row: Row) -> date:
    """Papers of categories hold for years, so that nothing of the demo lapses while it is looked at."""
    return date(2031, 1, 31) + timedelta(days=row["founded"] % 300)


def verify(provider_id: int, by: Actor, staff: Actor, at: datetime) -> None:
    """Staff look at the company, then at its categories."""
    with scope(provider_id):
        application = application_of(provider_id)
    if application is None:
        return
    if application.state == "submitted":
        approve(provider_id, "verification", application.pk, staff, at + DECIDED)
    elif application.state not in VERIFIED:
        return
    with scope(provider_id):
        waiting = [each for each in chosen_categories(provider_id) if each.qualification.state not in QUALIFIED]
    for each in waiting:
        if each.qualification.state == "draft":
            submit_category(provider_id=provider_id, qualification_id=each.qualification.pk, by=by, at=at + DECIDED)
        approve(provider_id, "qualification", each.qualification.pk, staff, at + DECIDED)


def pay_deposit(provider_id: int, row: Row, by: Actor, staff: Actor, at: datetime) -> None:
    """What the company's categories ask for, found by staff on the account. Once; newcomers are on trial without it."""
    with scope(provider_id):
        deposit, amount = deposit_of(provider_id, at), required_in_full(provider_id)
        waiting = DepositTransfer.objects.filter(provider_id=provider_id, state="announced").first()
    if row["standing"] == "N" or deposit.was_paid or not amount:
        return
    payer = f"{row['name']['zh']}有限公司"
    transfer = waiting or announce_transfer(
        provider_id=provider_id, amount=amount, payer=payer, sent_on=(at + DECIDED).date(), by=by, at=at + DECIDED
    )
    confirm_transfer(
        provider_id=provider_id, transfer_id=transfer.pk, amount=amount, bank_reference=f"SB{at:%Y%m%d}{provider_id:06}",
        by=staff, at=at + DECIDED + CHECKED,
    )  # fmt: skip
