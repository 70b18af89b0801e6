"""The deposit: what is held, what is asked for, how to pay it in, and every movement of it."""

from collections.abc import Iterator, Sequence

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.money import BadAmount, format_major, parse_minor
from marketplace.ledger.models import AccountCode, LedgerEntry
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_datetime, money
from marketplace.ui.kit import Kpi
from marketplace.ui.labels import transfer_label
from providers.catalogue.models import Category
from providers.onboarding.deposits import (
    CURRENCY,
    WHOLE,
    Deposit,
    amounts_asked,
    deposit_of,
    movement_details,
    qualified_in,
    share_of,
    transfers,
)
from providers.onboarding.facts import today
from providers.onboarding.gate import circumstances
from providers.onboarding.operations.deposit import announce_transfer, withdraw_transfer
from providers.onboarding.queries import application_of
from providers.onboarding.web.common import ZONE, actor

PAGE = 50


class TransferForm(forms.Form):
    amount = forms.CharField(
        label=gettext_lazy("Amount (yuan)"), max_length=24, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    payer = forms.CharField(label=gettext_lazy("Paid from the account of"), max_length=120)
    sent_on = forms.DateField(label=gettext_lazy("Sent on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean_amount(self) -> int:
        try:
            return parse_minor(self.cleaned_data["amount"].replace(",", ""), CURRENCY)
        except BadAmount as error:
            raise forms.ValidationError(_("An amount in yuan, for example 20000 or 20000.00.")) from error


@require_http_methods(["GET", "HEAD"])
@requires(Permission.VIEW_EARNINGS)
def home(request: HttpRequest) -> HttpResponse:
    return _show(request)


def _show(request: HttpRequest, form: TransferForm | None = None, status: int = 200) -> HttpResponse:
    provider_id, now = request.organization.pk, timezone.now()
    with scope(provider_id, user_id=request.user.pk, read_only=True):
        deposit, amounts = deposit_of(provider_id, now), amounts_asked(provider_id, qualified_in(provider_id))
        required = max(amounts.values(), default=0)
        page = Paginator(entries(provider_id), PAGE).get_page(request.GET.get("page"))
        _explain(provider_id, list(page.object_list))
        known, application = circumstances(provider_id, None, now), application_of(provider_id)
        holder = application.company_name if application else ""
        context = {
            "deposit": deposit,
            "required": required,
            "short": deposit.short_of(required),
            "kpis": _kpis(deposit, required),
            "trial": known if known.is_on_trial and required else None,
            "discount": WHOLE - share_of(provider_id),
            "by_category": _by_category(amounts),
            "transfers": transfers(provider_id),
            "page_obj": page,
            "form": form or TransferForm(initial=_suggested(deposit.short_of(required), holder, today(now))),
            "bank": settings.DEPOSIT_BANK,
            "reference": f"SB{provider_id:06d}",
            "may_pay": Permission.ONBOARD in request.rights,
            "may_export": Permission.EXPORT in request.rights,
            "currency": CURRENCY,
            "tz": ZONE,
        }
        response = TemplateResponse(request, "onboarding/deposit.html", context, status=status)
        response.render()
    return response


def _suggested(short: int, holder: str, day: object) -> dict[str, object]:
    return {"amount": format_major(short, CURRENCY) if short else "", "payer": holder, "sent_on": day}


def _kpis(deposit: Deposit, required: int) -> list[Kpi]:
    short = deposit.short_of(required)
    return [
        Kpi(_("Deposit held"), money(deposit.held, CURRENCY), icon="lock"),
        Kpi(_("Asked for"), money(required, CURRENCY), _("the largest of your categories"), icon="tag"),
        Kpi(_("Missing"), money(short, CURRENCY), _("paid in full") if not short else "", "coins", "warn" if short else "good"),
    ]


def _by_category(amounts: dict[str, int]) -> list[tuple[str, int]]:
    found = {category.slug: category.name for category in Category.objects.filter(slug__in=amounts)}
    return sorted(((found.get(slug, slug), amount) for slug, amount in amounts.items()), key=lambda row: (-row[1], row[0]))


def entries(provider_id: int) -> QuerySet[LedgerEntry]:
    """Every movement of the deposit, newest first."""
    return (
        LedgerEntry.objects.filter(
            merchant_id=provider_id, account__merchant_id=provider_id, account__code=AccountCode.DEPOSIT_HELD,
            transfer__merchant_id=provider_id,
        )
        .select_related("transfer")
        .order_by("-id")
    )  # fmt: skip


def _explain(provider_id: int, rows: list[LedgerEntry]) -> None:
    """Say beside each movement which transfer or ruling it was: two statements however many."""
    details = movement_details(provider_id, [row.transfer.key for row in rows])
    for row in rows:
        row.detail = details.get(row.transfer.key, "")  # type: ignore[attr-defined]


@require_POST
@requires(Permission.ONBOARD)
def announce(request: HttpRequest) -> HttpResponse:
    """Say that a transfer is on its way."""
    form = TransferForm(request.POST)
    if not form.is_valid():
        return _show(request, form, 422)
    try:
        announce_transfer(provider_id=request.organization.pk, **form.cleaned_data, by=actor(request), at=timezone.now())
    except UserError as error:
        form.add_error(None, str(error))
        return _show(request, form, 422)
    messages.success(request, _("Noted. We confirm it as soon as the bank shows it, usually within one working day."))
    return redirect("deposit:home")


@require_POST
@requires(Permission.ONBOARD)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an announcement back."""
    try:
        withdraw_transfer(provider_id=request.organization.pk, transfer_id=pk, by=actor(request), at=timezone.now())
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The announcement is withdrawn."))
    return redirect("deposit:home")


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Every movement as CSV."""
    columns = [_("When"), _("What"), _("In"), _("Out"), _("Currency"), _("Reference")]
    return csv_response("deposit.csv", columns, _rows(request.organization.pk, request.user.pk))


def _rows(provider_id: int, user_id: int) -> Iterator[Sequence[str]]:
    with scope(provider_id, user_id=user_id, read_only=True):
        for entry in entries(provider_id).iterator(chunk_size=2_000):
            transfer = entry.transfer
            yield [
                local_datetime(transfer.occurred_at, ZONE), str(transfer_label(transfer.kind)),
                format_major(entry.amount, entry.currency) if entry.amount > 0 else "",
                format_major(-entry.amount, entry.currency) if entry.amount < 0 else "", entry.currency, transfer.key,
            ]  # fmt: skip
