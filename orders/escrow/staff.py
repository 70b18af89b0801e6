"""What staff type when they set fees, and the try-out: which rule a contract would fall under now, and what it would cost."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.money import BadAmount, exponent, format_major, is_currency, parse_minor
from orders.escrow.fees import BASIS, fees_on
from orders.escrow.matching import against, in_order, waiver_for
from orders.escrow.models import CommissionRule, Component, Waiver
from orders.escrow.operations.deals import lines_of
from orders.escrow.queries import facts_of, terms_of
from providers.catalogue.models import Category

WHY_NOT = {
    "inactive": gettext_lazy("not in use"),
    "category": gettext_lazy("for another category"),
    "provider": gettext_lazy("for another provider"),
    "level": gettext_lazy("for higher levels"),
    "currency": gettext_lazy("for another currency"),
    "early": gettext_lazy("not yet valid"),
    "late": gettext_lazy("no longer valid"),
}
#: What the rule for everything else never has.
CONDITIONS = ("is_active", "category", "provider", "level_from", "currency", "valid_from", "valid_until")
AMOUNTS = ("service_min", "service_max", "payment_min", "payment_max", "fixed_minor")


class PercentField(forms.CharField):
    """A rate as people write it (5 or 5.25), kept in 1/10,000."""

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value) / 100:f}" if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        try:
            scaled = Decimal((value or "0").strip().removesuffix("%")) * 100
        except InvalidOperation as error:
            raise forms.ValidationError(_("Write a percentage such as 5 or 5.25.")) from error
        if not scaled.is_finite() or scaled != int(scaled) or not 0 <= scaled <= BASIS:
            raise forms.ValidationError(_("Write a percentage such as 5 or 5.25."))
        return int(scaled)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def provider_by_slug(slug: str) -> int | None:
    """The provider of this short name; None for an empty one. Raises ValidationError."""
    if not slug:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT find_organization(%s)", [slug.strip()])
        (found,) = cursor.fetchone()
    if found is None:
        raise forms.ValidationError(_("There is no provider of this short name."))
    return int(found)


def categories() -> list[tuple[str, Any]]:
    """Every category, with "all" first."""
    return [("", gettext_lazy("all categories")), *((row.slug, row.name) for row in Category.objects.all())]


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    category = forms.ChoiceField(label=gettext_lazy("category"), required=False, choices=categories)
    provider = forms.CharField(
        label=gettext_lazy("service provider"), required=False, help_text=gettext_lazy("Short name; empty: every provider")
    )
    service_rate = PercentField(label=gettext_lazy("service fee (%)"), required=False)
    payment_rate = PercentField(label=gettext_lazy("payment fee (%)"), required=False)
    service_min = forms.CharField(label=gettext_lazy("service fee, least"), required=False)
    service_max = forms.CharField(label=gettext_lazy("service fee, most"), required=False)
    payment_min = forms.CharField(label=gettext_lazy("payment fee, least"), required=False)
    payment_max = forms.CharField(label=gettext_lazy("payment fee, most"), required=False)
    fixed_minor = forms.CharField(label=gettext_lazy("fixed fee"), required=False)

    class Meta:
        model = CommissionRule
        fields = (
            "position", "name_zh", "name_en", "is_active", "category", "level_from", "currency", "valid_from", "valid_until",
            "service_rate", "service_min", "service_max", "payment_rate", "payment_min", "payment_max", "fixed_minor",
            "on_refund",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule = self.instance
        for name in AMOUNTS:
            amount = getattr(rule, name)
            self.initial[name] = format_major(amount, rule.currency) if amount and rule.currency else ""
        if rule.provider_id:
            self.initial["provider"] = slug_of(rule.provider_id)
        if rule.is_default:
            for name in CONDITIONS:
                self.fields[name].disabled = True

    def clean_currency(self) -> str:
        code = self.cleaned_data["currency"].strip().upper()
        if code and not is_currency(code):
            raise forms.ValidationError(_("A currency has three letters, such as CNY."))
        return str(code)

    def clean_provider(self) -> int | None:
        return provider_by_slug(self.cleaned_data["provider"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.instance.provider_id = values.get("provider")
        for name in AMOUNTS:
            values[name] = self._amount(name, values)
        return values

    def _amount(self, name: str, values: dict[str, Any]) -> int | None:
        text = (values.get(name) or "").strip()
        if not text:
            return 0 if name == "fixed_minor" else None
        if not values.get("currency"):
            self.add_error("currency", _("Amounts need a currency: choose one, or leave least, most and fixed fee empty."))
            return None
        try:
            return parse_minor(text.replace(",", ""), values["currency"])
        except BadAmount:
            digits = exponent(values["currency"])
            self.add_error(name, _("Write an amount with at most %(digits)s decimals.") % {"digits": digits})
            return None


def slug_of(provider_id: int) -> str:
    """A provider's short name."""
    from marketplace.accounts.models import Organization

    return Organization.objects.using("system").filter(pk=provider_id).values_list("slug", flat=True).first() or ""


class TryForm(forms.Form):
    """A contract that might be signed."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), choices=lambda: categories()[1:])
    provider = forms.CharField(label=gettext_lazy("Service provider (short name)"), required=False)
    amount = forms.CharField(label=gettext_lazy("Amount"), initial="10000.00")
    currency = forms.CharField(label=gettext_lazy("Currency"), initial="CNY", max_length=3)
    tags = forms.CharField(label=gettext_lazy("Tags"), required=False)
    signed_at = forms.DateTimeField(
        label=gettext_lazy("Signed at"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    def clean_provider(self) -> int | None:
        return provider_by_slug(self.cleaned_data["provider"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        try:
            values["amount"] = parse_minor(values.get("amount", "").replace(",", ""), values.get("currency", ""))
        except BadAmount:
            self.add_error("amount", _("Write an amount such as 20000 or 20000.50."))
        return values


@dataclass(frozen=True)
class Trial:
    """The rules in order, each with why it is passed over (empty: it fits), the one that applies, and what it comes to."""

    rules: list[tuple[CommissionRule, Any]]
    chosen: CommissionRule
    waiver: Waiver | None
    lines: list[tuple[Any, int, bool]]
    amount: int
    currency: str

    @property
    def net(self) -> int:
        return self.amount - sum(fee for _label, fee, _waived in self.lines)


def try_out(*, category: str, provider_id: int, amount: int, currency: str, tags: list[str], at: datetime) -> Trial:
    """What a contract signed at this moment would fall under. Changes nothing."""
    facts = facts_of(category, provider_id, currency, at)
    rules = [(rule, against(rule, facts)) for rule in in_order(CommissionRule.objects.all())]
    chosen = next(rule for rule, code in rules if not code)
    waiver = waiver_for(Waiver.objects.filter(tag__in=tags), tags, at)
    lines = lines_of(chosen, waiver)
    fees = fees_on([terms_of(line) for line in lines], amount)
    shown = [(Component(line.component).label, fee, line.waiver is not None) for line, fee in zip(lines, fees, strict=True)]
    return Trial([(rule, WHY_NOT.get(code, "")) for rule, code in rules], chosen, waiver, shown, amount, currency)
