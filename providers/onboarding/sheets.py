"""What a reviewer sees of a company and of a category."""

from django.utils.translation import gettext as _

from marketplace.kernel.sealing import unseal
from marketplace.ui.formats import local_date
from providers.moderation.kinds import DiffRow, Sheet, SheetFact, SheetLink
from providers.onboarding import facts
from providers.onboarding.models import Application, Document
from providers.onboarding.operations.applying import BANK
from providers.onboarding.queries import (
    access_category,
    application_of,
    chosen_categories,
    company_documents,
    same_code_elsewhere,
)

COMPARED = ("company_name", "credit_code", "registered_address", "licence_until", "legal_person", "bank_name", "bank_holder")


def company_sheet(provider_id: int, _subject_id: int) -> Sheet:
    """The company as it is now beside what was confirmed last, with its papers and what deserves a second look."""
    application = application_of(provider_id)
    if application is None:
        return Sheet()
    now, before = facts.snapshot(application), application.verified_facts
    diff = [DiffRow(facts.LABELS[name], str(before.get(name, "")), now[name]) for name in COMPARED]
    account = unseal(application.bank_account, merchant_id=provider_id, purpose=BANK) if application.bank_account else ""
    diff.append(DiffRow(facts.LABELS["bank_account"], _ending(str(before.get("bank_last4", ""))), account))
    papers = company_documents(provider_id)
    links = [_link(papers[kind], str(label)) for kind, label in facts.COMPANY_DOCUMENTS.items() if kind in papers]
    return Sheet(facts=_worth_a_look(application), diff=diff, links=links)


def _worth_a_look(application: Application) -> list[SheetFact]:
    found = []
    others = same_code_elsewhere(application.provider_id, application.credit_code)
    if others:
        found.append(SheetFact(_("Same credit code"), _("%(count)s other providers gave this code") % {"count": others}))
    if application.bank_holder != application.company_name:
        found.append(SheetFact(_("Account holder"), _("differs from the company's name")))
    names = _(", ").join(chosen.name for chosen in chosen_categories(application.provider_id))
    return [*found, SheetFact(_("Categories"), names or _("none"))]


def _ending(last4: str) -> str:
    return _("ends in %(digits)s") % {"digits": last4} if last4 else ""


def category_sheet(provider_id: int, subject_id: int) -> Sheet:
    """A category with the papers it asks for."""
    chosen, application = access_category(provider_id=provider_id, pk=subject_id), application_of(provider_id)
    rows = [SheetFact(_("Category"), chosen.name)]
    if application is not None:
        rows += [
            SheetFact(_("Company"), application.company_name),
            SheetFact(_("Company is"), application.get_state_display()),
        ]
    required = dict(chosen.required)
    links = [_link(document, str(required.get(kind, kind))) for kind, document in chosen.documents.items()]
    return Sheet(facts=rows, links=links)


def _link(document: Document, label: str) -> SheetLink:
    url = f"/admin/onboarding/document/{document.provider_id}/{document.pk}/open/"
    until = _("valid until %(day)s") % {"day": local_date(document.expires_on)} if document.expires_on else ""
    return SheetLink(url=url, label=label, is_document=True, hint=until)
