"""Asking for a forecast and computing it."""

import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Q
from django.utils.translation import gettext as _

from aftersales.previews import estimates, queries
from aftersales.previews.models import Forecast
from aftersales.previews.replay import end_of, replayed
from aftersales.previews.results import TOP, Result, resampled
from aftersales.programs.registry import program_named
from marketplace.audit.operations import record
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from merchants.models import Shop

LONGEST = 366
#: A worker that has not finished by then is taken for dead; above the time limit of a task.
LEASE = timedelta(minutes=6)


class BadWindow(UserError):
    """The days asked for are none, too many, or not over yet."""


def ask_forecast(
    *,
    merchant_id: int,
    program: str,
    shop: Shop,
    settings: Mapping[str, Any],
    since: date,
    until: date,
    margin_percent: int,
    by: Actor,
    at: datetime,
) -> Forecast:
    """A waiting forecast of `[since, until)`. Raises BadWindow and the program's BadPolicy."""
    if not 0 < (until - since).days <= LONGEST:
        raise BadWindow(_("Choose between 1 and %(n)s days.") % {"n": LONGEST})
    if end_of(until - timedelta(days=1), shop.timezone) > at:
        raise BadWindow(_("Choose days that are over: a preview looks back."))
    checked = program_named(program).validated(settings)
    with scope(merchant_id, durable=True):
        opened = Forecast.objects.create(
            merchant_id=merchant_id, program=program, shop=shop, settings=checked, since=since, until=until,
            margin_percent=margin_percent, created_by=by.label, created_at=at,
        )  # fmt: skip
        facts = {"forecast": opened.pk, "program": program, "since": since.isoformat(), "until": until.isoformat()}
        record(merchant_id=merchant_id, by=by, action="aftersales.forecast.asked", facts=facts)
    return opened


def compute_forecast(*, merchant_id: int, forecast_id: int, by: Actor, at: datetime) -> Forecast | None:
    """Carry out a waiting forecast, or one whose worker died; None when it has ended or is being computed."""
    with scope(merchant_id):
        queries.access_forecast(merchant_id=merchant_id, pk=forecast_id)
        mine = Forecast.objects.filter(merchant_id=merchant_id, pk=forecast_id).filter(
            Q(state=Forecast.State.WAITING) | Q(state=Forecast.State.RUNNING, started_at__lt=at - LEASE)
        )
        if not mine.update(state=Forecast.State.RUNNING, started_at=at):
            return None
        found = queries.access_forecast(merchant_id=merchant_id, pk=forecast_id)
    started = time.monotonic()
    try:
        result = _computed(found, by)
    except Exception as error:
        _close(found, at, state=Forecast.State.FAILED, error=f"{type(error).__name__}: {error}"[:2000])
        raise
    result.seconds = round(time.monotonic() - started, 2)
    return _close(found, at, state=Forecast.State.FINISHED, result=result.as_json())


def _close(found: Forecast, at: datetime, **changes: Any) -> Forecast:
    with scope(found.merchant_id):
        for name, value in {**changes, "finished_at": at}.items():
            setattr(found, name, value)
        found.save(update_fields=[*changes, "finished_at"])
    cache.delete(_key(found.merchant_id, found.pk))
    return found


def _computed(found: Forecast, by: Actor) -> Result:
    window = estimates.Window(found.shop, found.since, found.until)
    if found.program == "price_protection":
        return _protection(found, by)
    compute = {"presale_balance": estimates.presale, "refund_retention": estimates.retention}[found.program]
    with scope(found.merchant_id, read_only=True):
        return compute(window, found.settings)


def _protection(found: Forecast, by: Actor) -> Result:
    replay = replayed(
        shop=found.shop, settings=found.settings, since=found.since, until=found.until, by=by,
        told=lambda done: _tell(found.merchant_id, found.pk, done),
    )  # fmt: skip
    days: dict[date, tuple[int, int]] = {}
    for day, _state, count, amount in replay.by_day:
        claims, total = days.get(day, (0, 0))
        days[day] = (claims + count, total + amount)
    low, high = resampled(amount for _sku, _count, amount in replay.by_sku)
    with scope(found.merchant_id):
        orders, value = queries.orders_between(
            merchant_id=found.merchant_id,
            shop_id=found.shop_id,
            since=end_of(found.since - timedelta(days=1), found.shop.timezone),
            until=end_of(found.until - timedelta(days=1), found.shop.timezone),
        )
    return Result(
        currency=found.shop.currency,
        days=[(day.isoformat(), *rest) for day, rest in sorted(days.items())],
        low=low,
        amount=sum(amount for _count, amount in days.values()),
        high=high,
        skus=replay.by_sku[:TOP],
        base_orders=orders,
        base_value=value,
        count=sum(count for count, _amount in days.values()),
        held=sum(amount for _day, state, _count, amount in replay.by_day if state == "held"),
    )


def progress_of(found: Forecast) -> int | None:
    """Days of the window that are done; None before the first."""
    done: int | None = cache.get(_key(found.merchant_id, found.pk))
    return done


def _tell(merchant_id: int, forecast_id: int, done: int) -> None:
    """Progress is written past the transaction, which shows nothing until it ends."""
    cache.set(_key(merchant_id, forecast_id), done, timeout=600)


def _key(merchant_id: int, forecast_id: int) -> str:
    return f"forecast:{merchant_id}:{forecast_id}"
