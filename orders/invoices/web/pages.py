"""One request with who acts next, its papers, and what this side can do."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.market import MARKET_ZONE
from marketplace.kernel.money import format_major
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from orders.invoices import files
from orders.invoices.errors import BadField
from orders.invoices.forms import MadeForm, ReasonForm, made_of
from orders.invoices.models import Invoice
from orders.invoices.operations import acting
from orders.invoices.policies import possible
from orders.invoices.queries import access_invoice, papers_of
from orders.invoices.titles import account_of
from orders.invoices.web.desks import Desk, other_of, subject_of, turn_of
from orders.payouts.downloads import as_download
from orders.payouts.web.common import ZONE

FORMS: dict[str, type[MadeForm] | type[ReasonForm] | None] = {
    "withdraw": None, "return": ReasonForm, "refuse": ReasonForm, "issue": MadeForm, "reverse": MadeForm,
}  # fmt: skip


def detail(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    row = access_invoice(desk.model, organization_id=request.organization.pk, pk=pk)
    return TemplateResponse(request, "invoices/detail.html", _context(request, desk, row))


def _context(request: HttpRequest, desk: Desk, row: Invoice, sent: dict[str, Any] | None = None) -> dict[str, Any]:
    may_act, now = desk.acts in request.rights, timezone.now()
    number, words = subject_of(row)
    return {
        "desk": desk, "row": row, "number": number, "words": words, "other": other_of(row, desk),
        "turn": turn_of(row, desk, now), "papers": papers_of(row),  # type: ignore[arg-type]
        "account": account_of(row, organization_id=row.requester_id) if may_act else "",
        "forms": {act: _form(act, row, sent or {}) for act in possible(row.state, desk.side)} if may_act else {},
        "list_url": desk.url("list"), "do_url": desk.url("do", row.pk), "paper_space": f"{desk.space}:paper", "tz": ZONE,
        "again_url": _again(desk, row) if may_act and desk.is_requester and row.state in ("refused", "reversed") else "",
    }  # fmt: skip


def _again(desk: Desk, row: Any) -> str:
    return desk.url("new", row.statement_id if desk.is_commission else row.deal_id)


def _form(act: str, row: Invoice, sent: dict[str, Any]) -> Any:
    if act in sent:
        return sent[act]
    kind = FORMS[act]
    if kind is None:
        return None
    amount = row.excess if act == "reverse" else row.amount
    initial = {"amount": format_major(amount, row.currency), "issued_on": timezone.localdate(timezone.now(), MARKET_ZONE)}
    return kind(initial=initial if kind is MadeForm else None, prefix=act)


def do(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """One act of this side; a form with a mistake comes back as it was typed."""
    act, organization_id = request.POST.get("act", ""), request.organization.pk
    kind = FORMS.get(act)
    form: Any = kind(request.POST, request.FILES, prefix=act) if kind else None
    try:
        if act in FORMS and (form is None or form.is_valid()):
            _carry_out(request, desk, pk, act, form)
            return redirect(desk.url("detail", pk))
    except (BadField, files.BadFile) as error:
        field = getattr(error, "field", "file")
        form.add_error(field if field in form.fields else None, str(error))
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
        return redirect(desk.url("detail", pk))
    with scope(organization_id, user_id=request.user.pk, read_only=True):
        row = access_invoice(desk.model, organization_id=organization_id, pk=pk)
        context = _context(request, desk, row, {act: form} if form else None)
        response = TemplateResponse(request, "invoices/detail.html", context, status=422)
        response.render()
    return response


def _carry_out(request: HttpRequest, desk: Desk, pk: int, act: str, form: Any) -> None:
    by, party = person(request.user.pk or 0), desk.party(request)
    call: dict[str, Any] = {"model": desk.model, "party": party, "pk": pk, "by": by, "at": timezone.now()}
    done = {
        "withdraw": _("Withdrawn."),
        "return": _("Sent back. The other side issues a red-letter note now."),
        "refuse": _("Refused, and told to the other side."),
        "issue": _("Issued, and told to the other side."),
        "reverse": _("The red-letter note is handed over."),
    }
    if act == "withdraw":
        acting.withdraw(**call)
    elif act == "return":
        acting.send_back(**call, reason=form.cleaned_data["reason"])
    elif act == "refuse":
        acting.refuse(**call, reason=form.cleaned_data["reason"])
    elif act == "issue":
        acting.issue(**call, made=made_of(request, form))
    else:
        acting.reverse(**call, made=made_of(request, form))
    messages.success(request, done[act])


def paper(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """A file, as a download; the reading is recorded, which is why it is asked for by a form."""
    found, content = acting.open_paper(
        model=desk.model, organization_id=request.organization.pk, pk=pk, by=person(request.user.pk or 0)
    )
    return as_download(found.name, content)
