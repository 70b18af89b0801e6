"""What people type and choose. What is accepted is decided by the operations."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.ui.kit import Text
from providers.onboarding import facts
from providers.onboarding.models import Application, Document

ACCEPTED = ".pdf,.jpg,.jpeg,.png"
HELP: dict[str, Text] = {
    "company_name": _("Exactly as on the licence."),
    "credit_code": _("18 digits and letters on the licence, for example 91350100M000100Y43."),
    "bank_holder": _("Must be the company itself."),
    "bank_name": _("For example China Merchants Bank, Hangzhou branch."),
}


def _day(label: Text, *, help_text: Text = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=False, help_text=help_text, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class StepForm(forms.Form):
    """The fields of one step. Nothing is required: what is missing is said by the checklist, not by a refusal."""

    def __init__(self, step: facts.Step, application: Application | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = step
        for name in step.fields:
            self.fields[name] = self._field(name, application)
            if not self.is_bound and application is not None and name != "bank_account":
                self.initial[name] = getattr(application, name)

    def _field(self, name: str, application: Application | None) -> forms.Field:
        label = facts.LABELS[name]
        if name == "licence_until":
            return _day(label, help_text=_("Leave it empty when the licence has no end."))
        if name == "licence_is_permanent":
            return forms.BooleanField(label=label, required=False)
        help_text = HELP.get(name, "")
        if name == "bank_account" and application is not None and application.bank_last4:
            help_text = _("Ends in %(digits)s. Type a new number only to change it.") % {"digits": application.bank_last4}
        attrs = {"autocomplete": "off", "inputmode": "numeric"} if name == "bank_account" else {"autocomplete": "off"}
        return forms.CharField(
            label=label, required=False, help_text=help_text, max_length=200, widget=forms.TextInput(attrs=attrs)
        )


class PaperForm(forms.Form):
    """One paper and the day it ends. The file is read by `uploads.paper_in`, not by the field."""

    file = forms.FileField(label=_("File"), required=False, widget=forms.FileInput(attrs={"accept": ACCEPTED}))

    def __init__(self, kind: str, *, with_end: bool, document: Document | None, **kwargs: Any) -> None:
        super().__init__(prefix=kind, **kwargs)
        self.kind, self.document = kind, document
        self.fields["file"].label = _("Replace it with") if document else _("PDF, JPG or PNG, at most 10 MB")
        if with_end:
            self.fields["expires_on"] = _day(_("Valid until"), help_text=_("Empty when the paper has no end."))
            if document is not None and document.expires_on:
                self.initial["expires_on"] = document.expires_on

    def clean_file(self) -> None:
        """Checked elsewhere."""


def paper_forms(
    kinds: Sequence[str], documents: dict[str, Document], *, with_end: bool, data: Any = None
) -> dict[str, PaperForm]:
    """A form per paper, each with a prefix of its own."""
    return {kind: PaperForm(kind, with_end=with_end, document=documents.get(kind), data=data) for kind in kinds}
