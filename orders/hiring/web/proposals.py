"""A merchant's side of the proposals: one of them with its versions, several side by side, counter-offers and decisions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.ui.exports import csv_response
from marketplace.ui.offers import Cell, Comparison
from orders.hiring.errors import NotPossible, ProviderBlocked
from orders.hiring.models import Brief, Invitation, Proposal
from orders.hiring.operations import proposing
from orders.hiring.operations.accepting import accept_proposal
from orders.hiring.policies import effective_state, next_for_lead, proposal_acts
from orders.hiring.queries import access_brief, access_invitation, access_proposal, newest_versions, proposals_of, versions_of
from orders.hiring.quotes import Quote
from orders.hiring.states import OPEN_PROPOSALS
from orders.hiring.web.common import ZONE, numbers, reading, refused, sentences
from orders.hiring.web.quoting import Quoting
from orders.hiring.web.showing import comparison, offers
from orders.hiring.web.words import REFUSED, next_words, pill, reason_words

#: Side by side on one screen.
MOST_COMPARED = 4
MERCHANT = "merchant"
#: Where contracts are shown to each side.
CONTRACTS = {"merchant": "contracts", "provider": "jobs"}


@require_safe
@requires(Permission.VIEW_CONSOLE, kind=MERCHANT)
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Up to four proposals of a need, those that can be accepted first. `?p=` chooses."""
    brief = access_brief(merchant_id=request.organization.pk, pk=pk)
    found, shown, table = _side_by_side(request, brief)
    context = {
        "brief": brief,
        "comparison": table,
        "all": [(each, each in shown) for each in found],
        "most": MOST_COMPARED,
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "hiring/compare.html", context)


def _side_by_side(request: HttpRequest, brief: Brief) -> tuple[list[Proposal], list[Proposal], Comparison | None]:
    """All proposals of a need, those chosen, and these side by side; None when there are none."""
    now = timezone.now()
    found = sorted(proposals_of(brief, now), key=lambda each: effective_state(each, now) not in OPEN_PROPOSALS)
    wanted = set(numbers(request.GET.getlist("p")))
    shown = [each for each in found if not wanted or each.pk in wanted][:MOST_COMPARED]
    urls = [reverse("hiring:proposal", args=[each.pk]) for each in shown]
    return found, shown, comparison(shown, newest_versions(shown), urls, now) if shown else None


@require_safe
@requires(Permission.EXPORT, kind=MERCHANT)
def export_comparison(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same side by side as CSV: a line per row of the page, a column per provider, and whether they differ."""
    brief = access_brief(merchant_id=request.organization.pk, pk=pk)
    table = _side_by_side(request, brief)[2]
    columns = table.columns if table is not None else ()
    lines = [[_("Price"), *(f"{each.price.amount} {each.price.unit}".strip() if each.price else "" for each in columns), ""]]
    lines.append([_("Status"), *(str(each.sub) for each in columns), ""])
    for row in table.rows if table is not None else ():
        lines.append([str(row.label), *map(_cell_words, row.cells), _("yes") if row.differs else _("no")])
    return csv_response("proposals.csv", [brief.title, *(str(each.name) for each in columns), _("Differs")], lines)


def _cell_words(cell: Cell) -> str:
    """A cell of the comparison as text; what is only a tick is yes or no."""
    words = " ".join(filter(None, (str(cell.text), str(cell.sub))))
    return words or ("" if cell.is_yes is None else _("yes") if cell.is_yes else _("no"))


@require_safe
@requires(Permission.VIEW_CONSOLE, kind=MERCHANT)
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    found = access_proposal(organization_id=request.organization.pk, pk=pk, at=now)
    lead = access_invitation(organization_id=request.organization.pk, pk=found.invitation_id)
    return TemplateResponse(request, "hiring/proposal.html", proposal_context(request, lead, found, MERCHANT, Permission.HIRE))


def proposal_context(
    request: HttpRequest, lead: Invitation, found: Proposal | None, side: str, right: Permission
) -> dict[str, Any]:  # fmt: skip
    """What the pages of both sides show of a proposal."""
    now = timezone.now()
    may_act = right in request.rights  # type: ignore[attr-defined]
    shown = offers(versions_of(found)) if found is not None else []
    state = effective_state(found, now) if found is not None else ""
    return {
        "lead": lead,
        "proposal": found,
        "side": side,
        "pill": pill("proposal", state) if state and lead.state == "quoted" else pill("lead", lead.state),
        "next": next_words(next_for_lead(lead, found, now), reader=side),
        "offer": shown[0] if shown else None,
        "older": shown[1:],
        "proposal_acts": proposal_acts(found, side=side, at=now) if found is not None and may_act else frozenset(),
        "fits": [text for each in lead.reasons if (text := reason_words(each["code"], each["facts"]))],
        "refusals": REFUSED.items(),
        "refused_for": REFUSED.get(found.decline_reason, "") if found is not None else "",
        "contract": contract_url(found, side),
        "zone": ZONE,
    }


def contract_url(found: Proposal | None, side: str) -> str:
    """The contract it became, in this side's console; "" while there is none."""
    if found is None or found.order_id is None:
        return ""
    return reverse(f"{CONTRACTS[side]}:detail", args=[found.order_id])


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.HIRE, kind=MERCHANT)
def counter(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the offer and send it back."""
    now = timezone.now()
    with reading(request):
        found = access_proposal(organization_id=request.organization.pk, pk=pk, at=now)
        lead = access_invitation(organization_id=request.organization.pk, pk=found.invitation_id)
        is_closed = "counter" not in proposal_acts(found, side=MERCHANT, at=now)
        newest = versions_of(found)[0]
    quoting = Quoting(currency=found.currency, quote=Quote.from_json(newest.quote), data=request.POST or None)
    failed: list[str] = []
    if quoting.is_sent and quoting.is_valid():
        try:
            proposing.counter_proposal(
                merchant_id=request.organization.pk, invitation_id=lead.pk, quote=quoting.quote(),
                note=quoting.form.cleaned_data["note"], seen=seen(request), by=person(request.user.pk), at=now,
            )  # fmt: skip
            messages.success(request, _("The counter-offer is sent. The provider has seven days to answer."))
            return redirect("hiring:proposal", pk)
        except NotFound:
            raise
        except (NotPossible, ProviderBlocked) as error:
            refused(request, error)  # nothing that could be typed would change it
            return redirect("hiring:proposal", pk)
        except UserError as error:
            failed = sentences(error)
    context = {
        "lead": lead, "proposal": found, "quoting": quoting, "failed": failed, "seen": found.number, "side": MERCHANT,
        "is_closed": is_closed,
    }  # fmt: skip
    return TemplateResponse(request, "hiring/quote_form.html", context, status=status_of(quoting, request))


def seen(request: HttpRequest) -> int:
    """The version the page showed; 0 where it does not say, which is never the newest."""
    return next(iter(numbers([request.POST.get("seen", "")])), 0)


def status_of(quoting: Quoting, request: HttpRequest) -> int:
    """A form that was sent and is shown again was refused."""
    return 422 if request.method == "POST" and quoting.is_sent else 200


@require_POST
@requires(Permission.HIRE, kind=MERCHANT)
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Decline or accept."""
    name, now = request.POST.get("act", ""), timezone.now()
    if name not in ("accept", "decline"):
        raise Http404
    with reading(request):
        found = access_proposal(organization_id=request.organization.pk, pk=pk, at=now)
    common: dict[str, Any] = {
        "merchant_id": request.organization.pk, "invitation_id": found.invitation_id, "by": person(request.user.pk), "at": now,
    }  # fmt: skip
    try:
        if name == "accept":
            accept_proposal(**common, seen=seen(request))
            messages.success(request, _("Accepted. The contract is ready: work begins when both have signed it."))
            return redirect("hiring:proposal", pk)
        proposing.decline_proposal(**common, reason=request.POST.get("reason", ""), note=request.POST.get("note", ""))
        messages.success(request, _("Declined. The provider is told."))
    except NotFound:
        raise
    except UserError as error:
        refused(request, error)
    return redirect("hiring:proposal", pk)
