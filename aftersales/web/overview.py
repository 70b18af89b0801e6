"""All programs on one page: what they do, cost and truly earn, and what waits for a person."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from aftersales.guards import queries as guards
from aftersales.guards.approvals.queries import waiting
from aftersales.guards.budgets.queries import unseen_alerts
from aftersales.guards.holds.queries import held_totals, open_breakers
from aftersales.guards.reconciliation.queries import unsettled_by_age
from aftersales.programs.overview import last_runs, next_run, policies_in_force, spent_by_day
from aftersales.programs.registry import PROGRAMS
from aftersales.web.earned import earned
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.ui import formats
from marketplace.ui.charts import Sparkline
from marketplace.ui.kit import Kpi
from marketplace.ui.labels import program_label

DAYS = 30
#: Where a program's own page is.
HOMES = {name: f"{name}:home" for name in ("price_protection", "presale_balance", "refund_retention")}
#: What each program does, in a sentence.
LEADS = {
    "price_protection": gettext_lazy("Gives back the difference when a price falls after the purchase."),
    "presale_balance": gettext_lazy("Reminds buyers who paid a deposit to pay the balance in time."),
    "refund_retention": gettext_lazy("Offers help first when a refund is asked for; the refund stays one click away."),
}
Spent = Mapping[tuple[str, str], Mapping[date, tuple[int, int]]]


@require_safe
@requires(Permission.VIEW_ORDERS)
def home(request: HttpRequest) -> HttpResponse:
    merchant_id, now = request.organization.pk, timezone.now()
    tz = guards.zone_of(merchant_id)
    totals = held_totals(merchant_id)
    requests = waiting(merchant_id, now).count()
    spent = spent_by_day(merchant_id, now - timedelta(days=max(DAYS, 31)))
    cases = unsettled_by_age(merchant_id, now)
    killed = guards.killed_programs(merchant_id, ["", *PROGRAMS])
    context = {
        "rows": _rows(merchant_id, now, tz, spent, totals, killed),
        "kpis": _kpis(spent, totals, requests, sum(cases), now, tz),
        "alerts": unseen_alerts(merchant_id)[:5],
        "breakers": open_breakers(merchant_id),
        "all_killed": guards.ALL_PROGRAMS in killed,
        "tz": tz,
        "may_stop": Permission.STOP_PROGRAMS in request.rights,
        "may_see_money": Permission.VIEW_MONEY in request.rights,
    }
    return TemplateResponse(request, "programs/home.html", context)


def _kpis(spent: Spent, totals: list[dict[str, Any]], requests: int, cases: int, now: datetime, tz: str) -> list[Kpi]:
    cost: dict[str, int] = defaultdict(int)
    for program, currency in spent:
        cost[currency] += _this_month(spent[program, currency], now, tz)
    held = sum(row["count"] for row in totals)
    shown = " · ".join(formats.money(amount, currency) for currency, amount in sorted(cost.items()) if amount) or "0"
    return [
        Kpi(label=_("Cost this month"), value=shown, icon="coins"),
        Kpi(
            label=_("Claims on hold"),
            value=formats.number(held),
            icon="clock",
            tone="warn" if held else "",
            url=reverse("guards:holds"),
        ),
        Kpi(label=_("Approvals waiting"), value=formats.number(requests), icon="check", url=reverse("guards:approvals")),
        Kpi(label=_("Differences between the books"), value=formats.number(cases), icon="ledger", url=reverse("guards:cases")),
    ]


def _this_month(by_day: Mapping[date, tuple[int, int]], now: datetime, tz: str) -> int:
    first = now.astimezone(ZoneInfo(tz)).date().replace(day=1)
    return sum(amount for day, (amount, _claims) in by_day.items() if day >= first)


def _rows(
    merchant_id: int, now: datetime, tz: str, spent: Spent, totals: list[dict[str, Any]], killed: set[str]
) -> list[dict[str, Any]]:
    policies, runs = policies_in_force(merchant_id), last_runs(merchant_id)
    held: dict[str, int] = defaultdict(int)
    for row in totals:
        held[row["program"]] += row["count"]
    return [
        {
            "name": name,
            "label": program_label(name),
            "lead": LEADS.get(name, ""),
            "url": reverse(HOMES[name]) if name in HOMES else "",
            "key": f"stop-{name}",
            "killed": guards.ALL_PROGRAMS in killed or name in killed,
            "own_switch": name in killed and guards.ALL_PROGRAMS not in killed,
            "policy": policies.get(name),
            "last": runs.get(name),
            "next": _next(name, policies.get(name), now, tz),
            "held": held[name],
            "costs": _costs(name, spent, now, tz),
            "spark": _spark(name, spent, now, tz),
            "earned": earned(merchant_id, name, as_of=now, tz=tz),
        }
        for name in PROGRAMS
    ]


def _next(name: str, policy: Any, now: datetime, tz: str) -> datetime | None:
    if policy is None or not policy.is_automatic:
        return None
    return next_run(PROGRAMS[name].interval, now, tz)


def _costs(name: str, spent: Spent, now: datetime, tz: str) -> dict[str, int]:
    return {currency: _this_month(by_day, now, tz) for (program, currency), by_day in spent.items() if program == name}


def _spark(name: str, spent: Spent, now: datetime, tz: str) -> Sparkline | None:
    """What the program cost per day, in the currency it cost most in."""
    own = {currency: by_day for (program, currency), by_day in spent.items() if program == name}
    if not own:
        return None
    currency = max(own, key=lambda found: sum(amount for amount, _claims in own[found].values()))
    today = now.astimezone(ZoneInfo(tz)).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    values = [float(own[currency].get(day, (0, 0))[0]) for day in days]
    label = _("Cost per day over the last %(n)s days (%(currency)s)") % {"n": DAYS, "currency": currency}
    return Sparkline(values=values, label=label)
