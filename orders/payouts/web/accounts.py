"""The page of the account that money goes to."""

from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.core.exceptions import ReauthenticationRequired
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.transitions import NotPossible
from marketplace.tenancy.scope import scope
from orders.payouts import policies, queries
from orders.payouts.accounts import rightful_holders
from orders.payouts.models import PayoutAccount
from orders.payouts.operations import accounts as acts
from orders.payouts.web.common import ZONE, actor


class AccountForm(forms.Form):
    holder = forms.CharField(
        label=gettext_lazy("Account holder"), max_length=120, help_text=gettext_lazy("The company, exactly as it was verified.")
    )
    bank = forms.CharField(
        label=gettext_lazy("Bank and branch"),
        max_length=120,
        help_text=gettext_lazy("For example China Merchants Bank, Hangzhou branch."),
    )
    number = forms.CharField(
        label=gettext_lazy("Account number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_EARNINGS)
def account(request: HttpRequest) -> HttpResponse:
    """Where money goes now, what waits, and the form for another account."""
    return _show(request) if request.method != "POST" else _propose(request)


@requires(Permission.CASH_OUT)
def _propose(request: HttpRequest) -> HttpResponse:
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            acts.propose_account(provider_id=request.organization.pk, **form.cleaned_data, by=actor(request), at=timezone.now())
        except acts.BadAccount as error:
            form.add_error(error.field, str(error))
        except NotPossible as error:
            form.add_error(None, str(error))
    if form.errors:
        return _show(request, form, 422)
    messages.success(request, _("Entered. Now it has to be confirmed."))
    return redirect("earnings:account")


def _show(request: HttpRequest, form: AccountForm | None = None, status: int = 200) -> HttpResponse:
    provider_id, now = request.organization.pk, timezone.now()
    with scope(provider_id, user_id=request.user.pk, read_only=True):
        rows = queries.accounts_of(provider_id)
        current, holders = queries.account_in_use(provider_id, now), sorted(rightful_holders(provider_id))
        context: dict[str, Any] = {
            "current": current,
            "waiting": next((_facts(row, request, now) for row in rows if row.state == "proposed" or row.is_cooling(now)), None),
            "past": [row for row in rows if row.state in ("confirmed", "returned", "cancelled") and not row.is_cooling(now)],
            "form": form or AccountForm(initial={"holder": holders[0] if len(holders) == 1 else ""}),
            "holders": holders,
            "may_change": Permission.CASH_OUT in request.rights,
            "tz": ZONE,
        }
    return TemplateResponse(request, "payouts/account.html", context, status=status)


def _facts(row: PayoutAccount, request: HttpRequest, now: Any) -> dict[str, Any]:
    return {
        "row": row,
        "is_own": policies.needs_again(row, request.user.pk),
        "may_cancel": policies.may_cancel(row, now),
    }


@require_POST
@requires(Permission.CASH_OUT)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm what was entered; who entered it himself is asked for his password or key first."""
    try:
        acts.confirm_account(
            provider_id=request.organization.pk, account_id=pk, is_again=did_recently_reauthenticate(request),
            by=actor(request), at=timezone.now(),
        )  # fmt: skip
    except acts.NeedsAgain as error:
        raise ReauthenticationRequired from error
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Confirmed, and told to everybody who keeps the company's money."))
    return redirect("earnings:account")


@require_POST
@requires(Permission.CASH_OUT)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no to an account that is not used yet."""
    try:
        acts.cancel_account(provider_id=request.organization.pk, account_id=pk, by=actor(request), at=timezone.now())
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Cancelled. Payouts go where they went before."))
    return redirect("earnings:account")
