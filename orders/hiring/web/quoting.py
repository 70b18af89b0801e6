"""The form of an offer, for providers and for counter-offers: how it is paid, lines, milestones, terms."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.hiring.limits import MOST_ITEMS, MOST_MILESTONES
from orders.hiring.quotes import COUNTED, MODELS, Commission, Item, Quote, Stage
from providers.listings.models import PricingModel
from providers.listings.web.fields import BaseRows, MinorField, PercentField, PricedForm, RowForm, rows_of

MODEL_CHOICES = [(model, PricingModel(model).label) for model in MODELS]
#: Fields a price model has besides lines and scope; units that are counted every month have those of a standing service.
STANDING = ("revisions", "min_months", "notice_days")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "fixed": ("due_days", "revisions"),
    "milestone": ("revisions",),
    "retainer": STANDING,
    "retainer_commission": STANDING,
    "seat_shift": STANDING,
    "unit": ("every_month", "due_days", "revisions"),
    "subscription": ("period_months", *STANDING),
}


class ItemForm(RowForm):
    name = forms.CharField(label=_("What"), max_length=120)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=100_000, initial=1)
    unit_minor = MinorField(label=_("Price of one"))

    def has_changed(self) -> bool:
        """A row with its first quantity and nothing else is an empty row."""
        return bool(set(self.changed_data) - {"key", "quantity"})


class StageForm(RowForm):
    name = forms.CharField(label=_("Milestone"), max_length=80)
    amount = MinorField(label=_("Amount"))
    due_days = forms.IntegerField(label=_("Days after funding"), min_value=1, max_value=730)
    deliverable = forms.CharField(label=_("What is handed over"), max_length=300, required=False)


class QuoteForm(PricedForm):
    model = forms.ChoiceField(
        label=_("How it is paid"), choices=MODEL_CHOICES, widget=forms.Select(attrs={"data-submit-on-change": True})
    )
    scope = forms.CharField(
        label=_("What is included"), max_length=4_000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What you do and what you do not do. It becomes part of the contract."),
    )  # fmt: skip
    due_days = forms.IntegerField(label=_("Delivered within (days)"), min_value=1, max_value=730, required=False)
    revisions = forms.IntegerField(label=_("Revisions included"), min_value=0, max_value=50)
    every_month = forms.TypedChoiceField(
        label=_("How often"), choices=[("", _("Once")), ("1", _("Every month"))], coerce=bool, empty_value=False, required=False,
        widget=forms.Select(attrs={"data-submit-on-change": True}),
    )  # fmt: skip
    period_months = forms.TypedChoiceField(
        label=_("Paid in advance for"), coerce=int, empty_value=1, required=False,
        choices=[(1, _("one month")), (3, _("three months")), (6, _("six months")), (12, _("twelve months"))],
    )  # fmt: skip
    min_months = forms.IntegerField(label=_("Shortest term (months)"), min_value=1, max_value=36, required=False)
    notice_days = forms.IntegerField(label=_("Notice (days)"), min_value=0, max_value=180, required=False)
    rate = PercentField(label=_("Commission in percent"), required=False)
    baseline = MinorField(label=_("On monthly sales above"), required=False, help_text=_("Empty: on all sales."))
    cap = MinorField(label=_("Most commission a month"), required=False)
    excludes_returns = forms.BooleanField(label=_("Returns are taken off the sales"), required=False)
    note = forms.CharField(
        label=pgettext_lazy("proposal", "Note"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("To the other side: why this price, what is different now."),
    )  # fmt: skip


class Quoting:
    """The whole form. Parts a price model has no use for are not shown and not read."""

    def __init__(self, *, currency: str, quote: Quote | None = None, data: Any = None) -> None:
        self.currency = currency
        more = data.get("more", "") if data is not None else ""
        #: Only the button sends; choosing another price model or adding lines shows the form again as it was typed.
        self.is_sent = data is not None and "send" in data
        sent = data.get("model", "") if data is not None else quote.model if quote else "fixed"
        self.model = sent if sent in MODELS else "fixed"
        every = bool(data.get("every_month")) if data is not None else bool(quote and quote.every_month)
        self.is_standing = self.model not in ("fixed", "milestone", "unit") or (self.model == "unit" and every)
        self.form = QuoteForm(data, initial=_initial(quote), currency=currency)
        items = [{"name": i.name, "quantity": i.quantity, "unit_minor": i.unit_minor} for i in quote.items] if quote else []
        self.items = rows_of(ItemForm, "items", stored=items, data=data, spare=2, limit=MOST_ITEMS, more=more, currency=currency)
        if self.is_counted:
            for form in self.items.forms:
                form.fields["name"].label, form.fields["quantity"].label = (
                    pgettext_lazy("proposal", "What is counted"),
                    _("Expected"),
                )
        self.stages = self._stages(quote, data, more) if self.model == "milestone" else None
        if data is not None and not self.is_sent:
            self._hush()

    def _hush(self) -> None:
        """Nothing is wrong yet with what is still being written."""
        for form in (self.form, *self.items.forms, *(self.stages.forms if self.stages is not None else ())):
            form._errors = ErrorDict()

    def _stages(self, quote: Quote | None, data: Any, more: str) -> BaseRows:
        stored = [
            {"name": s.name, "amount": s.amount, "due_days": s.due_days, "deliverable": s.deliverable}
            for s in (quote.stages if quote else ())
        ]
        sent = data if data is not None and "stages-TOTAL_FORMS" in data else None
        return rows_of(
            StageForm, "stages", stored=stored, data=sent, spare=2, limit=MOST_MILESTONES, more=more, currency=self.currency
        )

    @property
    def counted(self) -> list[Any]:
        """The line that says what is counted; lines of another price model follow, to be emptied."""
        return [form for number, form in enumerate(self.items.forms) if number == 0 or form.has_changed()]

    @property
    def is_counted(self) -> bool:
        return self.model in COUNTED

    @property
    def is_monthly(self) -> bool:
        """The lines are what a month costs."""
        return self.is_standing and self.model != "subscription"

    @property
    def terms(self) -> list[forms.BoundField]:
        names = FIELDS[self.model]
        return [self.form[name] for name in (("every_month", *STANDING) if self.model == "unit" and self.is_standing else names)]

    @property
    def commission(self) -> list[forms.BoundField]:
        names = ("rate", "baseline", "cap", "excludes_returns") if self.model == "retainer_commission" else ()
        return [self.form[name] for name in names]

    def is_valid(self) -> bool:
        stages = self.stages is None or (self.stages.is_bound and self.stages.is_valid())
        return all([self.form.is_valid(), self.items.is_valid(), stages])

    def quote(self) -> Quote:
        """What was sent, after `is_valid()`."""
        data = self.form.cleaned_data
        stages = self.stages.rows() if self.stages is not None else []
        return Quote(
            model=self.model, currency=self.currency, scope=data["scope"],
            items=tuple(Item(row["name"], row["quantity"], row["unit_minor"]) for row in self.items.rows()),
            stages=tuple(Stage(row["name"], row["amount"], row["due_days"], row["deliverable"]) for row in stages),
            due_days=data["due_days"] or 14, revisions=data["revisions"], min_months=data["min_months"] or 1,
            notice_days=30 if data["notice_days"] is None else data["notice_days"], commission=self._commission(data),
            period_months=data["period_months"] or 1, every_month=data["every_month"],
        )  # fmt: skip

    def _commission(self, data: Mapping[str, Any]) -> Commission | None:
        if self.model != "retainer_commission":
            return None
        return Commission(data["rate"] or 0, data["baseline"] or 0, data["cap"], data["excludes_returns"])


def _initial(quote: Quote | None) -> dict[str, Any]:
    if quote is None:
        return {"model": "fixed", "due_days": 14, "revisions": 2, "min_months": 3, "notice_days": 30, "excludes_returns": True}
    found: dict[str, Any] = {
        name: getattr(quote, name)
        for name in ("model", "scope", "due_days", "revisions", "min_months", "notice_days", "period_months")
    }
    found["every_month"] = "1" if quote.every_month else ""
    if quote.commission:
        found |= {name: getattr(quote.commission, name) for name in ("rate", "baseline", "cap", "excludes_returns")}
    return found
