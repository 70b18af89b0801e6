"""The provider's own acts: filling in, choosing categories, handing in, withdrawing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.sealing import seal
from marketplace.kernel.transitions import NotPossible, after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from marketplace.ui.kit import Text
from providers.catalogue.queries import category_by_slug
from providers.moderation.operations import open_review, withdraw_review
from providers.onboarding.facts import BadFacts, Step, cleaned, step_named
from providers.onboarding.models import Application, Qualification
from providers.onboarding.operations.locking import change, locked_application
from providers.onboarding.queries import Chosen, access_category, chosen_categories, missing_for_submission
from providers.onboarding.states import APPLICATION, LOCKED, QUALIFICATION, VERIFIED

COMPANY, CATEGORY = "verification", "qualification"
BANK = "bank_account"


class Incomplete(UserError):
    """Something is missing; `missing` says what."""

    def __init__(self, missing: list[Text]) -> None:
        super().__init__(_("Still missing: %(what)s.") % {"what": _(", ").join(map(str, missing))})
        self.missing = missing


def save_facts(*, provider_id: int, step: str, values: Mapping[str, Any], by: Actor, at: datetime) -> Application:
    """Keep what was typed in a step, complete or not. An empty account number keeps the one there is.

    Raises BadFacts for what is wrong, NotPossible while somebody checks.
    """
    found = step_named(step)
    if found is None:
        raise NotFound("There is no such step.")
    kept = cleaned(found, values, at)
    with scope(provider_id, durable=True):
        application = locked_application(provider_id, at)
        if application.state in LOCKED:
            raise NotPossible(_("This is being checked. Withdraw it first if something is to be changed."))
        columns = _columns(provider_id, found, kept)
        changed = sorted(name for name, value in columns.items() if getattr(application, name) != value)
        if changed:
            change(application, **columns, updated_at=at)
            facts = {"step": step, "changed": [name for name in changed if name != BANK]}
            record(merchant_id=provider_id, by=by, action="providers.application.saved", facts=facts)
        return application


def _columns(provider_id: int, step: Step, kept: dict[str, Any]) -> dict[str, Any]:
    columns = {name: value for name, value in kept.items() if name != BANK}
    account = kept.get(BANK)
    if account:
        columns[BANK] = seal(account, merchant_id=provider_id, purpose=BANK)
        columns["bank_last4"] = account[-4:]
    return columns


def choose_category(*, provider_id: int, category: str, by: Actor, at: datetime) -> Qualification:
    """Want to sell in a category (its slug). Choosing it again changes nothing. Raises BadFacts for one that is not open."""
    found = category_by_slug(category)
    if found is None or not found.is_active or found.children.filter(is_active=True).exists():
        raise BadFacts({"category": _("Choose one of the categories.")})
    with scope(provider_id, durable=True):
        locked_application(provider_id, at)
        row, created = Qualification.objects.get_or_create(
            provider_id=provider_id, category=found.slug, defaults={"created_at": at}
        )
        if row.state == "dropped":
            change(row, state=after(QUALIFICATION, row.state, "choose"), created_at=at)
            created = True
        if created:
            record(merchant_id=provider_id, by=by, action="providers.category.chosen", facts={"category": found.slug})
        return row


def drop_category(*, provider_id: int, qualification_id: int, by: Actor, at: datetime) -> None:
    """Not want a category any more. Raises NotPossible while somebody checks it."""
    with scope(provider_id, durable=True):
        locked_application(provider_id, at)
        row = access_category(provider_id=provider_id, pk=qualification_id).qualification
        change(row, state=after(QUALIFICATION, row.state, "drop"))
        record(merchant_id=provider_id, by=by, action="providers.category.dropped", facts={"category": row.category})


def submit(*, provider_id: int, by: Actor, at: datetime) -> Application:
    """Hand in the company, and with it every category whose papers are complete. Raises Incomplete, NotPossible."""
    with scope(provider_id, durable=True):
        application = locked_application(provider_id, at)
        state = after(APPLICATION, application.state, "submit")
        missing = missing_for_submission(provider_id)
        if missing:
            raise Incomplete(missing)
        change(application, state=state, submitted_at=at, reasons=[], note="")
        review_id = open_review(
            provider_id=provider_id, kind=COMPANY, subject_id=application.pk, risk="normal",
            title=application.company_name, by=by, at=at,
        )  # fmt: skip
        change(application, review_id=review_id)
        facts = {"credit_code": application.credit_code, "state": state}
        record(merchant_id=provider_id, by=by, action="providers.application.submitted", facts=facts)
        for chosen in chosen_categories(provider_id):
            if chosen.qualification.state in ("draft", "changes_requested") and not chosen.missing:
                _hand_in(application, chosen, by, at)
        return application


def withdraw(*, provider_id: int, by: Actor, at: datetime) -> Application:
    """Take the application back to change something; its place in the queue is lost. Raises NotPossible."""
    with scope(provider_id, durable=True):
        application = locked_application(provider_id, at)
        change(application, state=after(APPLICATION, application.state, "withdraw"), review_id=None)
        withdraw_review(provider_id=provider_id, kind=COMPANY, subject_id=application.pk, by=by, at=at)
        record(merchant_id=provider_id, by=by, action="providers.application.withdrawn", facts={})
        return application


def submit_category(*, provider_id: int, qualification_id: int, by: Actor, at: datetime) -> Qualification:
    """Hand in one category. Raises Incomplete, NotPossible."""
    with scope(provider_id, durable=True):
        application = locked_application(provider_id, at)
        if application.state not in VERIFIED and application.state != "submitted":
            raise NotPossible(_("Hand in the company first: its complete categories go along."))
        chosen = access_category(provider_id=provider_id, pk=qualification_id)
        if chosen.missing:
            raise Incomplete(chosen.missing)
        return _hand_in(application, chosen, by, at)


def _hand_in(application: Application, chosen: Chosen, by: Actor, at: datetime) -> Qualification:
    """To the reviewers; one of low risk waits for the company, because a rule may approve it then (A5)."""
    row = chosen.qualification
    change(row, state=after(QUALIFICATION, row.state, "submit"), submitted_at=at, reasons=[], note="")
    record(merchant_id=row.provider_id, by=by, action="providers.category.submitted", facts={"category": row.category})
    if application.state in VERIFIED or not _is_low_risk(chosen):
        send_to_review(application, chosen, by, at)
    return row


def send_to_review(application: Application, chosen: Chosen, by: Actor, at: datetime) -> None:
    """Low risk is for moderation's rule: "low-risk category of a verified company"; a tenth is looked at again."""
    row = chosen.qualification
    low = _is_low_risk(chosen) and application.state in VERIFIED
    review_id = open_review(
        provider_id=row.provider_id, kind=CATEGORY, subject_id=row.pk, risk="low" if low else "normal",
        title=f"{application.company_name} · {chosen.name}", by=by, at=at,
    )  # fmt: skip
    row.refresh_from_db()
    change(row, review_id=review_id)


def _is_low_risk(chosen: Chosen) -> bool:
    return chosen.category is not None and chosen.category.risk == "low"


def withdraw_category(*, provider_id: int, qualification_id: int, by: Actor, at: datetime) -> Qualification:
    """Take one category back. Raises NotPossible."""
    with scope(provider_id, durable=True):
        locked_application(provider_id, at)
        row = access_category(provider_id=provider_id, pk=qualification_id).qualification
        change(row, state=after(QUALIFICATION, row.state, "withdraw"), review_id=None)
        withdraw_review(provider_id=provider_id, kind=CATEGORY, subject_id=row.pk, by=by, at=at)
        record(merchant_id=provider_id, by=by, action="providers.category.withdrawn", facts={"category": row.category})
        return row
