"""Writing a case, handing it in, and asking the merchant for proof."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.moderation.operations.reviews import open_review, withdraw_review
from providers.profiles.cases import links
from providers.profiles.cases.problems import problems, proof_problems
from providers.profiles.models import Case
from providers.profiles.operations.public import project
from providers.profiles.states import CASE, PROOF

KIND = "case"
MOST_CASES = 60
FIELDS = (
    "title_zh", "title_en", "story_zh", "story_en", "industry", "platform", "cover_key", "merchant_slug", "merchant_name",
    "before_from", "before_until", "after_from", "after_until", "metrics",
)  # fmt: skip


class CaseNotComplete(UserError):
    """The case lacks something; the page lists what."""


class TooManyCases(UserError):
    """A provider shows at most MOST_CASES."""


def save_case(*, provider_id: int, case_id: int | None, values: Mapping[str, Any], by: Actor, at: datetime) -> Case:
    """Write a new case (`case_id` None) or change one. `values` are of FIELDS; anything else is refused.

    A change takes a published case back to a draft, and what the merchant confirmed is forgotten: it said something else.
    Raises NotPossible, NotFound and TooManyCases.
    """
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise UserError(", ".join(sorted(unknown)))
    with scope(provider_id, durable=True):
        case = _new(provider_id, at) if case_id is None else locked_case(provider_id, case_id)
        if case.pk and all(getattr(case, name) == value for name, value in values.items()):
            return case
        was_public = case.state == Case.State.PUBLISHED
        case.state = after(CASE, case.state, "edit")
        for name, value in values.items():
            setattr(case, name, value)
        case.edited_at, case.revision = at, case.revision + 1
        case.proof, case.figures, case.asked_at = Case.Proof.NONE, {}, None
        case.save()
        record(merchant_id=provider_id, by=by, action="providers.case.edited", facts={"case": case.pk, "fields": sorted(values)})
        if was_public:
            project(provider_id=provider_id, at=at)
        return case


def _new(provider_id: int, at: datetime) -> Case:
    if Case.objects.filter(provider_id=provider_id).exclude(state=Case.State.ARCHIVED).count() >= MOST_CASES:
        raise TooManyCases(_("There are sixty cases already. Archive one that no longer speaks for you."))
    return Case(provider_id=provider_id, edited_at=at, revision=0)


def locked_case(provider_id: int, case_id: int) -> Case:
    """The case, locked. Raises NotFound. Needs the provider's scope."""
    found = Case.objects.select_for_update().filter(provider_id=provider_id, pk=case_id).first()
    if found is None:
        raise NotFound(_("There is no such case."))
    return found


def submit_case(*, provider_id: int, case_id: int, by: Actor, at: datetime) -> Case:
    """Hand a case in for review. Raises CaseNotComplete and NotPossible."""
    with scope(provider_id, durable=True):
        case = locked_case(provider_id, case_id)
        if problems(case):
            raise CaseNotComplete(_("Something is missing; see the list."))
        case.state, case.reasons, case.note = after(CASE, case.state, "submit"), [], ""
        case.save(update_fields=["state", "reasons", "note"])
        record(merchant_id=provider_id, by=by, action="providers.case.submitted", facts={"case": case.pk})
        review_id = open_review(
            provider_id=provider_id, kind=KIND, subject_id=case.pk, risk="normal", title=str(case), by=by, at=at
        )
        Case.objects.filter(provider_id=provider_id, pk=case.pk).update(review_id=review_id)
        case.refresh_from_db()
        return case


def withdraw_case(*, provider_id: int, case_id: int, by: Actor, at: datetime) -> Case:
    """Take a submitted case back. Raises NotPossible when it was decided meanwhile."""
    with scope(provider_id, durable=True):
        case = _moved(provider_id, case_id, "withdraw", by)
        withdraw_review(provider_id=provider_id, kind=KIND, subject_id=case.pk, by=by, at=at)
        return case


def archive_case(*, provider_id: int, case_id: int, by: Actor, at: datetime) -> Case:
    """Take a case off the page; it can be brought back. Raises NotPossible."""
    with scope(provider_id, durable=True):
        case = _moved(provider_id, case_id, "archive", by)
        project(provider_id=provider_id, at=at)
        return case


def restore_case(*, provider_id: int, case_id: int, by: Actor, at: datetime) -> Case:
    """Bring an archived case back as a draft."""
    with scope(provider_id, durable=True):
        return _moved(provider_id, case_id, "restore", by)


def _moved(provider_id: int, case_id: int, act: str, by: Actor) -> Case:
    case = locked_case(provider_id, case_id)
    case.state = after(CASE, case.state, act)
    case.save(update_fields=["state"])
    record(merchant_id=provider_id, by=by, action=f"providers.case.{case.state}", facts={"case": case.pk, "act": act})
    return case


def ask_merchant(*, provider_id: int, case_id: int, by: Actor, at: datetime) -> str:
    """The token of a link for the named merchant, good for thirty days. Asking again makes another one.

    Raises CaseNotComplete and NotPossible.
    """
    with scope(provider_id, durable=True):
        case = locked_case(provider_id, case_id)
        if proof_problems(case, today=at.date()):
            raise CaseNotComplete(_("Something is missing; see the list."))
        if case.proof != Case.Proof.CONFIRMED:  # what is confirmed stays so until the merchant answers anew
            case.proof = after(PROOF, case.proof, "ask")
        case.asked_at = at
        case.save(update_fields=["proof", "asked_at"])
        facts = {"case": case.pk, "merchant": case.merchant_slug, "revision": case.revision}
        record(merchant_id=provider_id, by=by, action="providers.case.asked", facts=facts)
        return links.sign(provider_id=provider_id, case_id=case.pk, revision=case.revision, at=at)
