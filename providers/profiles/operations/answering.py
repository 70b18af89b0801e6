"""The merchant's answer about a case: its own numbers, computed from its own orders, or a refusal. It can be taken back."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.accounts.models import Organization
from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.transitions import NotPossible, after
from marketplace.outbox.people import tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.profiles.cases import links
from providers.profiles.cases.metrics import Figure, compute
from providers.profiles.models import Case, CaseConsent
from providers.profiles.operations.cases import locked_case
from providers.profiles.operations.public import project
from providers.profiles.states import PROOF


class NotEnoughOrders(UserError):
    """None of the chosen numbers has enough orders behind it."""


@dataclass(frozen=True)
class Asked:
    """What a merchant is asked, and what its own orders say."""

    case: Case
    provider_name: str
    figures: dict[str, Figure]

    @property
    def enough(self) -> dict[str, Figure]:
        return {code: figure for code, figure in self.figures.items() if figure.is_enough}


def open_link(*, merchant_id: int, token: str, at: datetime) -> Asked:
    """What a link asks this merchant. Raises NotFound: forged, too old, of an edited case, or for another merchant.

    Reads the case in its provider's scope and the orders in the merchant's. Changes nothing.
    """
    link = _read(token, at)
    with scope(merchant_id):
        slug = Organization.objects.values_list("slug", flat=True).get(pk=merchant_id)
        with scope(link.provider_id):
            found = Case.objects.filter(provider_id=link.provider_id, pk=link.case_id).first()
            case = _named(found, link, slug)
            name = Organization.objects.values_list("name", flat=True).get(pk=link.provider_id)
        return Asked(case, name, figures_of(merchant_id, case))


def _read(token: str, at: datetime) -> links.CaseLink:
    try:
        return links.read(token, at=at)
    except links.BadLink as error:
        raise NotFound(_("This link is not valid any more.")) from error


def _named(case: Case | None, link: links.CaseLink, slug: str) -> Case:
    """The case, when the link is its newest and names this merchant. Raises NotFound."""
    if case is None or case.merchant_slug != slug or case.revision != link.revision:
        raise NotFound(_("This link is not valid any more."))
    return case


def figures_of(merchant_id: int, case: Case) -> dict[str, Figure]:
    """The case's numbers from the merchant's own orders. Needs the merchant's scope."""
    if not (case.before_from and case.before_until and case.after_from and case.after_until):
        return {}
    before, after_ = (case.before_from, case.before_until), (case.after_from, case.after_until)
    return compute(merchant_id, case.metrics, before, after_)


def confirm_case(*, merchant_id: int, token: str, by: Actor, at: datetime) -> CaseConsent:
    """Confirm a case with the numbers the merchant's orders say now. Raises NotFound, NotPossible and NotEnoughOrders."""
    with scope(merchant_id, durable=True):
        asked = open_link(merchant_id=merchant_id, token=token, at=at)
        if not asked.enough:
            raise NotEnoughOrders(_("None of these numbers has thirty orders on both sides; there is nothing to confirm."))
        figures = {code: asdict(figure) for code, figure in asked.enough.items()}
        return _answer(merchant_id, asked, "confirm", figures, by, at)


def refuse_case(*, merchant_id: int, token: str, by: Actor, at: datetime) -> CaseConsent:
    """Refuse to be named with numbers. Raises NotFound and NotPossible."""
    with scope(merchant_id, durable=True):
        asked = open_link(merchant_id=merchant_id, token=token, at=at)
        return _answer(merchant_id, asked, "refuse", {}, by, at)


def _answer(merchant_id: int, asked: Asked, act: str, figures: dict[str, dict[str, int]], by: Actor, at: datetime) -> CaseConsent:
    case = asked.case
    with scope(case.provider_id):
        _settle(case, act, figures, by, at)
    facts = {"provider_id": case.provider_id, "case": case.pk, "revision": case.revision, "figures": figures}
    record(merchant_id=merchant_id, by=by, action=f"providers.case.{'confirmed' if act == 'confirm' else 'refused'}", facts=facts)
    consent, _new = CaseConsent.objects.update_or_create(
        merchant_id=merchant_id,
        provider_id=case.provider_id,
        case_id=case.pk,
        defaults={
            "provider_name": asked.provider_name,
            "revision": case.revision,
            "title": str(case),
            "state": "confirmed" if act == "confirm" else "refused",
            "figures": figures,
            "decided_by": by.label,
            "decided_at": at,
        },
    )
    return consent


def _settle(case: Case, act: str, figures: dict[str, dict[str, int]], by: Actor, at: datetime) -> None:
    """The provider's side: the proof, the numbers, the news, the public page. Needs the provider's scope."""
    row = locked_case(case.provider_id, case.pk)
    if row.revision != case.revision:
        raise NotPossible(_("The case was edited meanwhile. Ask for a new link."))
    row.proof = after(PROOF, row.proof, act)
    row.figures, row.decided_at = figures, at
    row.save(update_fields=["proof", "figures", "decided_at"])
    facts = {"case": row.pk, "proof": row.proof, "merchant": row.merchant_slug}
    record(merchant_id=row.provider_id, by=by, action="providers.case.answered", facts=facts)
    tell(
        organization_id=row.provider_id,
        kind=f"providers.case.{row.proof}",
        facts={"title": str(row), "merchant": row.merchant_name or row.merchant_slug},
        url=f"/desk/cases/{row.pk}/",
        effect_key=f"case:{row.pk}:r{row.revision}:{row.proof}:{at.isoformat()}",
        at=at,
    )
    project(provider_id=row.provider_id, at=at)


def withdraw_consent(*, merchant_id: int, consent_id: int, by: Actor, at: datetime) -> CaseConsent:
    """Take a confirmation back: name and numbers leave the provider's page at once. Raises NotFound and NotPossible."""
    with scope(merchant_id, durable=True):
        consent = CaseConsent.objects.select_for_update().filter(merchant_id=merchant_id, pk=consent_id).first()
        if consent is None:
            raise NotFound(_("There is no such answer."))
        if consent.state != CaseConsent.State.CONFIRMED:
            raise NotPossible(_("There is nothing to take back any more."))
        with scope(consent.provider_id):
            _take_back(consent, by, at)
        consent.state, consent.figures = CaseConsent.State.WITHDRAWN, {}
        consent.decided_by, consent.decided_at = by.label, at
        consent.save(update_fields=["state", "figures", "decided_by", "decided_at"])
        facts = {"provider_id": consent.provider_id, "case": consent.case_id}
        record(merchant_id=merchant_id, by=by, action="providers.case.withdrawn", facts=facts)
        return consent


def _take_back(consent: CaseConsent, by: Actor, at: datetime) -> None:
    case = Case.objects.filter(provider_id=consent.provider_id, pk=consent.case_id).first()
    if case is not None and case.proof == Case.Proof.CONFIRMED:  # an edited case has forgotten it already
        _settle(case, "withdraw", {}, by, at)
