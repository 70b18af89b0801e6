"""The wallet: what is there, what it is doing, and every movement."""

from collections.abc import Iterator, Sequence

from django.core.paginator import Paginator
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.money import format_major
from marketplace.ledger.models import AccountCode, LedgerAccount, LedgerEntry
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import local_datetime, money
from marketplace.ui.kit import Kpi
from marketplace.ui.labels import transfer_label
from orders.payments import queries
from orders.payments.models import PayBack, PayIn
from orders.payments.states import OPEN
from orders.payments.web.common import ZONE, rights
from orders.payments.web.filters import MovementFilter

PAGE = 30


@require_safe
@requires(Permission.VIEW_MONEY)
def home(request: HttpRequest) -> HttpResponse:
    merchant_id = request.organization.pk
    found = MovementFilter(request.GET, queryset=movements(merchant_id), request=request)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    explain(merchant_id, page.object_list)
    context = {
        "wallets": _wallets(merchant_id),
        "waiting": list(queries.waiting(merchant_id)[:5]),
        "cases": list(queries.open_cases(merchant_id)[:5]),
        "filter": found,
        "page_obj": page,
        "tz": ZONE,
        **rights(request),
    }
    return TemplateResponse(request, "payments/wallet.html", context)


def movements(merchant_id: int) -> QuerySet[LedgerEntry]:
    """Every movement of the wallet, newest first."""
    return (
        LedgerEntry.objects.filter(
            merchant_id=merchant_id, account__merchant_id=merchant_id, account__code=AccountCode.WALLET,
            transfer__merchant_id=merchant_id,
        )
        .select_related("transfer")
        .order_by("-id")
    )  # fmt: skip


def explain(merchant_id: int, rows: Sequence[LedgerEntry]) -> None:
    """Put beside each movement which payment it was (`.payment`): two statements however many."""
    keys = {row.transfer.key: row for row in rows}
    ids = {kind: _ids(keys, kind) for kind in ("pay_in", "pay_back")}
    paid = {row.pk: row for row in PayIn.objects.filter(merchant_id=merchant_id, pk__in=ids["pay_in"].values())}
    back = {row.pk: row for row in PayBack.objects.filter(merchant_id=merchant_id, pk__in=ids["pay_back"].values())}
    for key, row in keys.items():
        row.pay_in = paid.get(ids["pay_in"].get(key, 0))  # type: ignore[attr-defined]
        row.pay_back = back.get(ids["pay_back"].get(key, 0))  # type: ignore[attr-defined]


def _ids(keys: dict[str, LedgerEntry], kind: str) -> dict[str, int]:
    """{key: number} of keys such as "wallet:pay_in:12"."""
    found = {}
    for key in keys:
        parts = key.removeprefix("wallet:").split(":")
        if parts[0] == kind and parts[1:] and parts[1].isdecimal():
            found[key] = int(parts[1])
    return found


def _wallets(merchant_id: int) -> list[tuple[str, list[Kpi]]]:
    """(currency, key figures) of every currency that has any."""
    codes = (AccountCode.WALLET, AccountCode.ESCROW_HELD)
    accounts = LedgerAccount.objects.filter(merchant_id=merchant_id, code__in=codes).values_list("currency", "code", "balance")
    balances = {(currency, code): balance for currency, code, balance in accounts}
    coming = _sums(PayIn.objects.filter(merchant_id=merchant_id, state__in=OPEN))
    going = _sums(PayBack.objects.filter(merchant_id=merchant_id, state__in=["requested", "submitted"]))
    currencies = sorted({currency for currency, _code in balances} | set(coming) | set(going)) or ["CNY"]
    return [(code, _kpis(code, balances, coming.get(code, 0), going.get(code, 0))) for code in currencies]


def _sums(rows: QuerySet[PayIn] | QuerySet[PayBack]) -> dict[str, int]:
    return dict(rows.order_by().values("currency").annotate(total=Sum("amount")).values_list("currency", "total"))


def _kpis(currency: str, balances: dict[tuple[str, str], int], coming: int, going: int) -> list[Kpi]:
    here = balances.get((currency, AccountCode.WALLET.value), 0)
    held = balances.get((currency, AccountCode.ESCROW_HELD.value), 0)
    return [
        Kpi(_("In the wallet"), money(here, currency), _("can be used or sent back"), "coins"),
        Kpi(_("Held for contracts"), money(held, currency), _("released when you accept the work"), "lock"),
        Kpi(_("On its way in"), money(coming, currency), _("announced, not arrived"), "clock", "info" if coming else ""),
        Kpi(_("On its way back"), money(going, currency), _("left the wallet already"), "refresh", "info" if going else ""),
    ]


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The movements as CSV, narrowed as on the page."""
    columns = [_("When"), _("What"), _("In"), _("Out"), _("Currency"), _("Payment"), _("Note"), _("Key in the ledger")]
    return csv_response("wallet.csv", columns, _rows(request))


def _rows(request: HttpRequest) -> Iterator[Sequence[str]]:
    merchant_id = request.organization.pk
    with scope(merchant_id, user_id=request.user.pk, read_only=True):
        found = MovementFilter(request.GET, queryset=movements(merchant_id), request=request).qs
        batch: list[LedgerEntry] = []
        for entry in found.iterator(chunk_size=2_000):
            batch.append(entry)
            if len(batch) == 2_000:
                yield from _written(merchant_id, batch)
                batch = []
        yield from _written(merchant_id, batch)


def _written(merchant_id: int, batch: list[LedgerEntry]) -> Iterator[Sequence[str]]:
    explain(merchant_id, batch)
    for entry in batch:
        transfer, pay_in, pay_back = entry.transfer, entry.pay_in, entry.pay_back  # type: ignore[attr-defined]
        reference = pay_in.reference if pay_in else pay_back.request_id if pay_back else ""
        yield [
            local_datetime(transfer.occurred_at, ZONE), str(transfer_label(transfer.kind)),
            format_major(entry.amount, entry.currency) if entry.amount > 0 else "",
            format_major(-entry.amount, entry.currency) if entry.amount < 0 else "", entry.currency, reference,
            pay_in.memo if pay_in else "", transfer.key,
        ]  # fmt: skip
