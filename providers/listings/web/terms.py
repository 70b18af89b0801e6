"""The service terms of the editor: what comes free, what is charged, travel, cancelling."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.listings.models import ListingVersion
from providers.listings.web.fields import MinorField, RowForm, rows_of
from providers.listings.web.pricing import whole, words

LONG = forms.Textarea(attrs={"rows": 3})


class FreeForm(RowForm):
    zh = words(_("In Chinese"), 60)
    en = words(_("In English"), 120)


class PaidForm(RowForm):
    name_zh = words(_("Name in Chinese"), 60)
    name_en = words(_("Name in English"), 120)
    price = MinorField(label=_("Price"), required=False, help_text=_("Empty: on request."))
    unit_zh = words(_("Unit in Chinese"), 12)
    unit_en = words(_("Unit in English"), 24)


class RemoteForm(RowForm):
    region_zh = words(_("Region in Chinese"), 40)
    region_en = words(_("Region in English"), 80)
    fee = MinorField(label=_("Fee"))


class TermsForm(forms.Form):
    use_required_attribute = False
    lead_days = whole(_("You can start within (days)"), least=0, max_value=365)
    trial_days = whole(_("Trial period (days)"), least=0, max_value=60, help_text=_("Empty: none."))
    response_hours = whole(_("You answer within (hours)"), max_value=240)
    notice_days = whole(_("Notice to end it (days)"), least=0, max_value=180)
    hours_zh = words(_("Service hours in Chinese"), 60)
    hours_en = words(_("Service hours in English"), 120)
    cancellation_zh = forms.CharField(label=_("Cancelling, in Chinese"), required=False, max_length=400, widget=LONG)
    cancellation_en = forms.CharField(label=_("Cancelling, in English"), required=False, max_length=800, widget=LONG)


class Terms:
    """The whole section."""

    def __init__(self, version: ListingVersion, data: Any = None, more: str = "") -> None:
        stored = version.terms
        self.form = TermsForm(data, initial=stored)
        paid = [{**row, "price": row.get("price_minor")} for row in stored.get("paid", [])]
        remote = [{**row, "fee": row.get("fee_minor")} for row in stored.get("remote", [])]
        common: dict[str, Any] = {"data": data, "more": more}
        self.free = rows_of(FreeForm, "free", stored=stored.get("free", []), limit=12, **common)
        self.paid = rows_of(PaidForm, "paid", stored=paid, limit=12, currency=version.currency, **common)
        self.remote = rows_of(RemoteForm, "remote", stored=remote, limit=20, currency=version.currency, **common)

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.free.is_valid(), self.paid.is_valid(), self.remote.is_valid()])

    @property
    def promises(self) -> list[forms.BoundField]:
        return [self.form[name] for name in ("lead_days", "trial_days", "response_hours", "notice_days")]

    @property
    def texts(self) -> list[forms.BoundField]:
        return [self.form[name] for name in ("hours_zh", "hours_en", "cancellation_zh", "cancellation_en")]

    def values(self) -> dict[str, Any]:
        paid = [
            {"name_zh": row["name_zh"], "name_en": row["name_en"], "price_minor": row["price"], "unit_zh": row["unit_zh"],
             "unit_en": row["unit_en"]}
            for row in self.paid.rows()
        ]  # fmt: skip
        remote = [
            {"region_zh": row["region_zh"], "region_en": row["region_en"], "fee_minor": row["fee"]} for row in self.remote.rows()
        ]
        free = [{"zh": row["zh"], "en": row["en"]} for row in self.free.rows()]
        return {"terms": {**self.form.cleaned_data, "free": free, "paid": paid, "remote": remote}}
