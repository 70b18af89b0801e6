"""The form of an outcome clause: percentages and major units for people, the clause's own units behind it."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.kernel.money import exponent
from merchants.models import Shop
from orders.outcomes.clause import HOLDOUT_PPM, LEAST_SAMPLE, MOST_SAMPLE, SETTLE_DAYS, WINDOW_DAYS, OutcomeClause
from orders.outcomes.metrics import metrics

BASES = (
    ("value", _("a share of the measured money")),
    ("successes", _("a share of a fixed worth per further success")),
)


class ClauseForm(forms.Form):
    """`shops` is empty for the provider, who does not choose among the merchant's shops."""

    metric = forms.ChoiceField(label=_("What is measured"))
    shop: Any = forms.ModelChoiceField(
        queryset=Shop.objects.none(), label=_("Shop"), required=False, empty_label=_("All shops of the contract's currency")
    )
    window_days = forms.IntegerField(
        label=_("Buyers count for (days)"), min_value=WINDOW_DAYS[0], max_value=WINDOW_DAYS[1],
        help_text=_("From the day the money is held. Longer windows find smaller effects."),
    )  # fmt: skip
    settle_days = forms.IntegerField(
        label=_("Then wait (days)"), min_value=SETTLE_DAYS[0], max_value=SETTLE_DAYS[1],
        help_text=_("Until refunds and second thoughts have come in. The result is computed on that day, once."),
    )  # fmt: skip
    holdout = forms.DecimalField(
        label=_("Control group (%)"), min_value=HOLDOUT_PPM[0] // 10_000, max_value=HOLDOUT_PPM[1] // 10_000, decimal_places=2,
        help_text=_("Buyers the work never reaches, chosen by a hash."),
    )  # fmt: skip
    min_sample = forms.IntegerField(
        label=_("Buyers in the smaller group, at least"), min_value=LEAST_SAMPLE, max_value=MOST_SAMPLE,
        help_text=_("With fewer there is not enough evidence, and no variable fee."),
    )  # fmt: skip
    basis = forms.ChoiceField(label=_("The fee is"), choices=BASES)
    rate = forms.DecimalField(
        label=_("Share (%)"), min_value=Decimal("0.01"), max_value=100, decimal_places=2,
        help_text=_("Of the incremental value, at the lower bound of its interval."),
    )  # fmt: skip
    per_success = forms.DecimalField(label=_("Worth of a further success"), required=False, min_value=0)
    cap = forms.DecimalField(label=_("At most"), min_value=0, help_text=_("The milestone that holds the fee costs this much."))

    def __init__(self, *args: Any, currency: str, shops: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["metric"].choices = [(one.name, one.label) for one in metrics()]  # type: ignore[attr-defined]
        if shops is None:
            del self.fields["shop"]
        else:
            self.fields["shop"].queryset = shops  # type: ignore[attr-defined]
        for name in ("per_success", "cap"):
            self.fields[name].decimal_places = exponent(currency)  # type: ignore[attr-defined]
            self.fields[name].label = f"{self.fields[name].label} ({currency})"

    def clause(self, *, milestone: int, shop_id: int | None) -> OutcomeClause:
        """What was entered; of a form without shops, the shop agreed before."""
        values = self.cleaned_data
        basis = values["basis"]
        shop = values.get("shop")
        return OutcomeClause(
            metric=values["metric"], milestone=milestone, window_days=values["window_days"], settle_days=values["settle_days"],
            min_sample=values["min_sample"], holdout_ppm=int(values["holdout"] * 10_000), basis=basis,
            rate=int(values["rate"] * 100), cap_minor=self._minor("cap"),
            per_success_minor=self._minor("per_success") if basis == "successes" else 0,
            shop_id=(shop.pk if shop else None) if "shop" in self.fields else shop_id,
        )  # fmt: skip

    def _minor(self, name: str) -> int:
        return int((self.cleaned_data[name] or Decimal(0)).scaleb(exponent(self.currency)))


#: Fields of the clause under the names of the form.
FIELDS = {"holdout_ppm": "holdout", "cap_minor": "cap", "per_success_minor": "per_success", "shop_id": "shop"}


def initial(clause: OutcomeClause | None, currency: str) -> dict[str, Any]:
    """The form of a clause; a good beginning where there is none."""
    if clause is None:
        return {"window_days": 30, "settle_days": 30, "holdout": 20, "min_sample": 200, "basis": "value", "rate": 10}
    digits = exponent(currency)
    return {
        "metric": clause.metric, "shop": clause.shop_id, "window_days": clause.window_days, "settle_days": clause.settle_days,
        "holdout": Decimal(clause.holdout_ppm) / 10_000, "min_sample": clause.min_sample, "basis": clause.basis,
        "rate": Decimal(clause.rate) / 100, "cap": Decimal(clause.cap_minor).scaleb(-digits),
        "per_success": Decimal(clause.per_success_minor).scaleb(-digits) if clause.per_success_minor else None,
    }  # fmt: skip
