"""Drawing up a contract, changing it, and accepting a version by its hash: the second acceptance signs it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.accounts.models import Organization
from marketplace.kernel.errors import NotFound
from marketplace.kernel.transitions import NotPossible, after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from marketplace.ui.formats import money
from orders.escrow.operations import close_deal, open_deal
from orders.service.checking import checked
from orders.service.contracts import template_for
from orders.service.errors import BadTerms, ChangedMeanwhile, GateClosed
from orders.service.events import happened
from orders.service.models import ContractVersion, ServiceOrder
from orders.service.operations.amending import amend, require_amendable
from orders.service.operations.common import Case, change, locked, parties, say, settled, told
from orders.service.operations.concluding import conclude
from orders.service.operations.planning import plan
from orders.service.policies import require_order
from orders.service.states import ORDER_TABLE
from orders.service.terms import MilestoneTerms, Terms, contract_hash, to_json
from providers.catalogue.queries import category_by_slug
from providers.catalogue.rates import cny_minor
from providers.onboarding.gate import Verdict, claim, may, order_cap


@dataclass(frozen=True)
class Source:
    """Where an order comes from, and the version of the listing that was bought, if one was."""

    kind: str
    id: int | None = None
    listing_id: int | None = None
    listing_version_id: int | None = None


def draft_order(
    *, merchant_id: int, provider_id: int, terms: Terms, source: Source, by: Actor, at: datetime, note: str = ""
) -> ServiceOrder:
    """Draw up a contract for both to accept. Takes part in the caller's transaction.

    Raises BadTerms, GateClosed when the provider may take no such order now, NotFound when there is no such provider.
    """
    terms = checked(terms)
    require_gate(provider_id, terms, at)
    with scope(merchant_id):
        order = ServiceOrder.objects.create(
            merchant_id=merchant_id, provider_id=provider_id, title=terms.title, category=terms.category, model=terms.model,
            currency=terms.currency, total_minor=terms.total_minor, merchant_name=_name(merchant_id, "merchant"),
            provider_name=_name(provider_id, "provider"), source_kind=source.kind, source_id=source.id,
            listing_id=source.listing_id, listing_version_id=source.listing_version_id, created_at=at, updated_at=at,
        )  # fmt: skip
        change(order, number=f"C{at:%y%m}-{order.pk:06d}")
        case = Case(order, [], "merchant")
        _offer(case, terms, note, accepts=False, by=by, at=at)
        told(case, "contract.drafted", by, provider_id=provider_id, version=1)
        settled(case, at)
        say(case, "contract.drafted", "provider", at=at, key="v1:offered")
        happened("drafted", order, None, by, at)
    return order


def _name(organization_id: int, kind: str) -> str:
    with scope(organization_id, savepoint=False):
        found = Organization.objects.filter(pk=organization_id, kind=kind).values_list("name", flat=True).first()
    if found is None:
        raise NotFound(_("There is no such company."))
    return str(found)


def require_gate(provider_id: int, terms: Terms, at: datetime) -> None:
    """Raises GateClosed with every reason why the provider may not take this order now."""
    _require(may(provider_id, "take_orders", terms.category, at=at), terms)


def _require(verdict: Verdict, terms: Terms) -> None:
    if not verdict.allowed:
        raise GateClosed(_("This provider takes no new orders in this category at the moment."), verdict.reasons)
    _require_size(verdict.order_cap, terms)


def _require_size(cap: int | None, terms: Terms) -> None:
    """An order of a trial is no larger than staff have set. Raises GateClosed, BadTerms."""
    try:
        size = cny_minor(terms.total_minor, terms.currency)
    except KeyError:
        raise BadTerms(_("Choose a currency."), "currency") from None
    if cap is not None and size > cap:
        text = _("This provider is new: until its deposit is paid it takes orders of at most %(cap)s. Agree on less, or wait.")
        raise GateClosed(text % {"cap": money(cap, "CNY")})


def _require_growth(case: Case, terms: Terms, at: datetime) -> None:
    """A signed order does not grow beyond what a trial order may be. Raises GateClosed."""
    if terms.total_minor > case.order.total_minor:
        _require_size(order_cap(case.order.provider_id, terms.category, at=at), terms)


def _offer(case: Case, terms: Terms, note: str, *, accepts: bool, by: Actor, at: datetime) -> ContractVersion:
    """A new version on offer. Who changes a contract accepts what he wrote."""
    order, side = case.order, case.acting
    number = order.offered_version + 1
    template = template_for(terms.category)
    accepted = {f"{side}_accepted_at": at, f"{side}_accepted_by": by.label} if accepts else {}
    version = ContractVersion.objects.create(
        **parties(order), order=order, number=number, terms=to_json(terms), template=template,
        hash=contract_hash(terms, template), proposed_by=side, note=note, created_at=at, created_by=by.label, **accepted,
    )  # fmt: skip
    case.remember(version)
    heading = {} if order.signed_version else {"title": terms.title, "model": terms.model, "total_minor": terms.total_minor}
    change(order, offered_version=number, **heading)
    if not order.signed_version:
        case.forget_terms()
    return version


def revise_contract(
    *, organization_id: int, order_id: int, terms: Terms, base_hash: str, note: str = "", by: Actor, at: datetime
) -> ContractVersion:
    """Offer another version. Before the signing anything may change but the currency; afterwards what has not begun.

    `base_hash` is the version the writer started from. Raises BadTerms, ChangedMeanwhile, NotPossible.
    """
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        return revised(case, terms, base_hash, note, by, at)


def revised(case: Case, terms: Terms, base_hash: str, note: str, by: Actor, at: datetime) -> ContractVersion:
    """The same on a locked order."""
    order = case.order
    require_order(order, case.acting, "revise")
    before = case.version(order.offered_version)
    if before.hash != base_hash:
        raise ChangedMeanwhile(_("The other side changed the contract meanwhile. Look at the new version, then change that."))
    terms = checked(terms)
    if (terms.currency, terms.category) != (order.currency, order.category):
        raise BadTerms(_("Currency and category of a contract never change. Draw up a new one."), "currency")
    if order.signed_version:
        require_amendable(case, terms)
        _require_growth(case, terms, at)
    version = _offer(case, terms, note, accepts=True, by=by, at=at)
    told(case, "contract.revised", by, version=version.number, hash=version.hash)
    settled(case, at)
    say(case, "contract.revised", at=at, key=f"v{version.number}:offered")
    return version


def extend_contract(
    *,
    organization_id: int,
    order_id: int,
    milestones: Sequence[MilestoneTerms] = (),
    months: int = 0,
    note: str = "",
    by: Actor,
    at: datetime,
) -> ContractVersion:
    """Offer to go on: more milestones, or for a standing service more months. The other side accepts it as a version."""
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        if not case.order.signed_version:
            raise NotPossible(_("Sign the contract first; before that you can change it."))
        terms = case.terms
        if terms.recurring is not None and months > 0:
            terms = terms.changed(recurring=replace(terms.recurring, min_months=terms.recurring.min_months + months))
        elif milestones and not terms.is_recurring:
            model = "milestone" if terms.model == "fixed" else terms.model
            terms = terms.changed(milestones=(*terms.milestones, *milestones), model=model)
        else:
            raise BadTerms(_("Say what the contract is extended by."), "milestones")
        return revised(case, terms, case.version(case.order.offered_version).hash, note, by, at)


def accept_contract(*, organization_id: int, order_id: int, version_hash: str, by: Actor, at: datetime) -> ServiceOrder:
    """Accept the version on offer, named by the hash that was read; the second acceptance signs, or amends what was signed.

    Accepting twice changes nothing. Raises ChangedMeanwhile when another version is on offer, GateClosed, NotPossible.
    """
    with scope(organization_id):
        case = locked(organization_id, order_id)
        order, side = case.order, case.acting
        version = case.version(order.offered_version)
        if version.hash == version_hash and version.accepted_at(side) is not None:
            return order
        require_order(order, side, "accept")
        if version.hash != version_hash:
            raise ChangedMeanwhile(_("The contract was changed after you read it. Read the new version, then accept that."))
        change(version, **{f"{side}_accepted_at": at, f"{side}_accepted_by": by.label})
        told(case, "contract.accepted", by, version=version.number, hash=version.hash)
        if not version.is_signed:
            say(case, "contract.half_signed", at=at, key=f"v{version.number}:{side}")
        elif order.signed_version:
            _require_growth(case, version.agreed, at)
            amend(case, version, by, at)
            conclude(case, by, at)  # what was dropped may have been all that was left
        else:
            _sign(case, version, by, at)
        settled(case, at)
    return order


def _tags(category: str) -> list[str]:
    """What waivers of the commission look at (G4): the category and the one above it."""
    found = category_by_slug(category)
    return [each.slug for each in (found, found.parent if found else None) if each is not None]


def _sign(case: Case, version: ContractVersion, by: Actor, at: datetime) -> None:
    """Both have accepted: the deal is opened, its fees are frozen, and the milestones stand."""
    order, terms = case.order, version.agreed
    state = after(ORDER_TABLE, order.state, "sign")
    _require(claim(order.provider_id, terms.category, at=at), terms)
    with scope(order.merchant_id, savepoint=False):
        deal = open_deal(
            merchant_id=order.merchant_id, provider_id=order.provider_id, order_id=order.pk, number=order.number,
            title=terms.title, category=terms.category, currency=terms.currency, tags=_tags(terms.category), at=at, by=by,
        )  # fmt: skip
    change(
        order, state=state, signed_at=at, signed_version=version.number, deal_id=deal.pk, title=terms.title,
        model=terms.model, total_minor=terms.total_minor,
    )  # fmt: skip
    case.forget_terms()
    case.milestones = plan(order, terms)
    say(case, "contract.signed", "merchant", "provider", at=at, key="signed")
    happened("signed", order, None, by, at)


def cancel_order(*, organization_id: int, order_id: int, reason: str, by: Actor, at: datetime) -> ServiceOrder:
    """Give the contract up before any money is held. Raises NotPossible."""
    with scope(organization_id, durable=True):
        case = locked(organization_id, order_id)
        state = require_order(case.order, case.acting, "cancel")
        close_unfunded(case, state, reason, by, at)
        told(case, "contract.cancelled", by, reason=reason)
        settled(case, at)
        say(case, "contract.cancelled", at=at, key="cancelled", reason=reason)
        happened("cancelled", case.order, None, by, at)
    return case.order


def close_unfunded(case: Case, state: str, reason: str, by: Actor, at: datetime) -> None:
    """End an order for which nothing was ever held."""
    for milestone in case.milestones:
        if milestone.state == "planned":
            change(milestone, state="cancelled", closed_at=at)
    change(case.order, state=state, closed_at=at, end_reason=reason[:500])
    if case.order.deal_id is not None:
        close_deal(deal=case.deal, at=at, by=by)
