"""What people write in: one small form per act. Rules are the operations'; a form only reads what was typed."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.kernel.money import MAX_MINOR, exponent
from orders.service.models import Milestone, ServiceOrder
from orders.service.terms import MilestoneTerms, Terms


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files in one field."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        if self.required and not given:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(each, initial) for each in given]


class AmountField(forms.DecimalField):
    """An amount as people write it; `cleaned` is minor units of the currency."""

    def __init__(self, *, currency: str, **options: Any) -> None:
        self.digits = exponent(currency)
        limit = Decimal(MAX_MINOR).scaleb(-self.digits)
        super().__init__(min_value=0, max_value=limit, decimal_places=self.digits, **options)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is None else int(found.scaleb(self.digits))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class DeliverForm(forms.Form):
    note = forms.CharField(
        label=_("What you deliver"), max_length=4000, required=False, widget=forms.Textarea,
        help_text=_("Links, what is in the files, and what the merchant should look at."),
    )  # fmt: skip

    def __init__(self, *args: Any, counts: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["files"] = FilesField(label=_("Files"), required=False, help_text=_("Up to 10 files of at most 25 MB each."))
        if counts:
            self.fields["quantity"] = forms.IntegerField(label=_("How many were done"), min_value=0, max_value=10_000_000)


class ChangesForm(forms.Form):
    text = forms.CharField(
        label=_("What should be changed"), max_length=4000, widget=forms.Textarea,
        help_text=_("Name each point; the provider works through them one by one."),
    )  # fmt: skip


class CommentForm(forms.Form):
    text = forms.CharField(label=_("Comment"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))


class SplitForm(forms.Form):
    note = forms.CharField(label=_("Why so"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, order: ServiceOrder, milestone: Milestone, **options: Any) -> None:
        super().__init__(*args, **options)
        label = _("To the provider (%(currency)s)") % {"currency": order.currency}
        text = _("The rest goes back to the merchant.")
        self.fields["to_provider"] = AmountField(currency=order.currency, label=label, help_text=text)
        self.order_fields(["to_provider", "note"])


class ExtendForm(forms.Form):
    """More milestones, or more months."""

    note = forms.CharField(label=_("Note to the other side"), max_length=1000, required=False)

    def __init__(self, *args: Any, order: ServiceOrder, terms: Terms, **options: Any) -> None:
        super().__init__(*args, **options)
        if terms.is_recurring:
            step = terms.recurring.period_months if terms.recurring else 1
            self.fields["months"] = forms.IntegerField(
                label=_("So many months longer"), min_value=step, max_value=max(36, step), step_size=step,
                initial=step if step > 1 else 3,
            )  # fmt: skip
        else:
            self.fields["name"] = forms.CharField(label=pgettext_lazy("milestone", "Name"), max_length=80)
            self.fields["amount"] = AmountField(
                currency=order.currency, label=_("Price (%(currency)s)") % {"currency": order.currency}
            )
            self.fields["due_days"] = forms.IntegerField(
                label=_("Days after it is paid in"), min_value=1, max_value=730, required=False
            )
            self.fields["deliverable"] = forms.CharField(label=_("What is delivered"), max_length=600, required=False)
        self.order_fields(["name", "amount", "due_days", "months", "deliverable", "note"])

    def milestones(self) -> list[MilestoneTerms]:
        data = self.cleaned_data
        if "name" not in data:
            return []
        return [MilestoneTerms(data["name"], data["amount"], data.get("due_days"), deliverable=data.get("deliverable", ""))]


class MilestoneForm(forms.Form):
    """One milestone of a contract being changed."""

    name = forms.CharField(label=pgettext_lazy("milestone", "Name"), max_length=80)
    due_days = forms.IntegerField(label=_("Days after it is paid in"), min_value=1, max_value=730, required=False)
    due_on = forms.DateField(label=_("or due on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    deliverable = forms.CharField(label=_("What is delivered"), max_length=600, required=False)

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["amount"] = AmountField(currency=currency, label=_("Price (%(currency)s)") % {"currency": currency})
        self.order_fields(["name", "amount", "due_days", "due_on", "deliverable"])

    def terms(self) -> MilestoneTerms:
        data = self.cleaned_data
        due_on: date | None = data.get("due_on")
        days = None if due_on else data.get("due_days")
        return MilestoneTerms(data["name"], data["amount"], days, due_on, data.get("deliverable", ""))


def forms_for(order: ServiceOrder, milestone: Milestone | None = None) -> dict[str, forms.Form]:
    """Fresh forms of a page."""
    if milestone is None:
        return {"reason": ReasonForm(auto_id="reason_%s"), "end": ReasonForm(auto_id="end_%s")}
    return {
        "deliver": DeliverForm(counts=counts(order, milestone)),
        "changes": ChangesForm(auto_id="changes_%s"),
        "comment": CommentForm(auto_id=False),
        "split": SplitForm(order=order, milestone=milestone, auto_id="split_%s"),
    }


def counts(order: ServiceOrder, milestone: Milestone) -> bool:
    """Whether a delivery says how many units were done."""
    return order.model in ("seat_shift", "unit") and milestone.kind != Milestone.Kind.VARIABLE
