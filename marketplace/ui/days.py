"""Narrowing a list by days, as the clock of its pages has them."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


def market_zone(_request: HttpRequest) -> str:
    """The IANA name of the market's time zone, in which hiring and its money are shown."""
    return str(settings.MARKET_TIME_ZONE)


class DayFilter(django_filters.DateFilter):
    """Rows from the beginning of a day on or, with `last`, up to its end; both days count.

    It compares moments instead of casting them to dates: a cast would take the server's zone, in which a sale that begins at
    midnight in Shanghai begins the day before, and would not use the index.
    """

    def __init__(self, field_name: str, *, zone: Callable[[HttpRequest], str] = market_zone, last: bool = False) -> None:
        super().__init__(
            field_name=field_name, label=_("To") if last else _("From"), widget=forms.DateInput(attrs={"type": "date"})
        )
        self.zone, self.last = zone, last

    def filter(self, qs: QuerySet[Any], value: date | None) -> QuerySet[Any]:
        return qs if value is None else qs.filter(self.condition(value, self.parent.request))

    def condition(self, day: date, request: HttpRequest) -> Q:
        """What rows must fulfil."""
        return self.within(day, self.zone(request))

    def within(self, day: date, zone: str) -> Q:
        """The same, as the days of one zone are."""
        if self.last and day == date.max:
            return Q()
        midnight = datetime.combine(day + timedelta(days=self.last), time(), ZoneInfo(zone))
        return Q(**{f"{self.field_name}__{'lt' if self.last else 'gte'}": midnight})
