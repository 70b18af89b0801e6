"""The form of a need."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.ui.kit import Choice
from marketplace.ui.widgets import ChoiceCards
from orders.hiring.limits import ANSWER_DAYS
from orders.hiring.models import BudgetUnit, Mode, StoreSize
from orders.hiring.needs import Need
from providers.catalogue.queries import tree
from providers.catalogue.rates import CURRENCIES
from providers.listings.sections import VOCABULARIES
from providers.listings.web.fields import MinorField, PricedForm
from providers.listings.web.forms import OPTIONS

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LISTS = ("platforms", "industries", "languages", "belts")
MODES = (
    Choice(
        "invited", Mode.INVITED.label,
        gettext_lazy("You choose up to five providers among the matches. Nobody else sees it."), "users",
    ),
    Choice(
        "open", Mode.OPEN.label,
        gettext_lazy("Every qualified provider can answer. Your name is hidden until you accept."), "globe",
    ),
    Choice("sealed", Mode.SEALED.label, gettext_lazy("Invited only; all proposals are opened at the same moment."), "lock"),
)  # fmt: skip


def several(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, widget=forms.CheckboxSelectMultiple(attrs=OPTIONS))


class NeedForm(PricedForm):
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=120, help_text=gettext_lazy("For example: Run our JD shop for small furniture")
    )
    category = forms.ChoiceField(label=gettext_lazy("Category"))
    text = forms.CharField(
        label=gettext_lazy("What is to be done"), max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 7}),
        help_text=gettext_lazy("Tasks, amount, what you have already, and how you will know that it is good."),
    )  # fmt: skip
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=[(code, code) for code in CURRENCIES])
    budget_min = MinorField(label=gettext_lazy("Budget from"), required=False)
    budget_max = MinorField(label=gettext_lazy("Budget up to"), required=False)
    budget_unit = forms.ChoiceField(label=gettext_lazy("Budget is"), choices=BudgetUnit)
    starts_on = forms.DateField(label=gettext_lazy("Start"), required=False, widget=DAY)
    ends_on = forms.DateField(label=gettext_lazy("End"), required=False, widget=DAY)
    kpi = forms.CharField(
        label=gettext_lazy("Goal"), max_length=200, required=False,
        help_text=gettext_lazy("A figure to reach, for example: first response under 30 seconds"),
    )  # fmt: skip
    store_size = forms.ChoiceField(label=gettext_lazy("Store size"), required=False)
    platforms = several(gettext_lazy("Platforms"))
    industries = several(gettext_lazy("Industries"))
    languages = several(gettext_lazy("Languages"))
    belts = several(gettext_lazy("Industrial belts"))
    mode = forms.ChoiceField(label=gettext_lazy("Who may answer"), choices=Mode, widget=ChoiceCards(MODES))
    answer_days = forms.TypedChoiceField(label=gettext_lazy("Time for proposals"), coerce=int)
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        currency = (data or {}).get("currency") or (initial or {}).get("currency") or "CNY"
        super().__init__(data, initial=dict(initial or {}), currency=currency if currency in CURRENCIES else "CNY")
        choices: dict[str, Any] = {
            "category": [("", _("Choose …")), *_categories()],
            "store_size": [("", _("Not said")), *StoreSize.choices],
            "answer_days": [(days, _("%(days)s days") % {"days": days}) for days in ANSWER_DAYS],
            **{name: vocabulary.choices() for name, vocabulary in VOCABULARIES.items()},
        }
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]

    @property
    def reach(self) -> list[forms.BoundField]:
        return [self[name] for name in LISTS]

    def values(self) -> dict[str, Any]:
        """What the operations of writing take: need, mode, answer_days."""
        data = dict(self.cleaned_data)
        data.pop("revision")
        mode, answer_days = data.pop("mode"), data.pop("answer_days")
        return {"need": Need(**{**data, **{name: tuple(data[name]) for name in LISTS}}), "mode": mode, "answer_days": answer_days}


def _categories() -> list[Any]:
    """Sub-categories by slug under their category, in the reader's language."""
    return [(branch.category.name, [(child.slug, child.name) for child in branch.children]) for branch in tree()]


def initial_of(need: Need, mode: str, answer_days: int, revision: int = 0) -> dict[str, Any]:
    """A stored need as the form's first values."""
    found = {name: getattr(need, name) for name in NeedForm.base_fields if hasattr(need, name)}
    lists = {name: list(found[name]) for name in LISTS}
    return {**found, **lists, "mode": mode, "answer_days": answer_days, "revision": revision}
