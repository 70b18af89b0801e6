"""What staff fill in. The rules are the operations'; forms only ask."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.models import Organization
from providers.moderation import policies
from providers.moderation.kinds import ReviewKind
from providers.moderation.ladder import MOST_POINTS
from providers.moderation.models import ReasonTemplate, Review
from providers.moderation.queries.reasons import templates_of


class DecisionForm(forms.Form):
    """A verdict, its reasons and a note."""

    verdict = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect, choices=())
    reasons = forms.MultipleChoiceField(label=_("Reasons"), widget=forms.CheckboxSelectMultiple, required=False)
    note = forms.CharField(
        label=_("Note to the provider"),
        required=False,
        max_length=policies.LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Goes out as you write it, after the reasons."),
    )

    def __init__(self, *args: Any, review: Review, kind: ReviewKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        verdicts = policies.allowed_verdicts(review, kind)
        fields["verdict"].choices = [(verdict, policies.verdict_label(kind, verdict)) for verdict in verdicts]
        self.templates = [row for row in templates_of(kind.name) if row.code in kind.reasons]
        fields["reasons"].choices = [(row.code, row.label) for row in self.templates]
        if kind.name == "report":
            self.fields["note"].label = _("Answer to who reported")
            self.fields["note"].help_text = _("The provider does not see it.")

    @property
    def reason_rows(self) -> list[tuple[ReasonTemplate, bool]]:
        """Templates, each with whether it is ticked."""
        chosen = set(self["reasons"].value() or ())
        return [(row, row.code in chosen) for row in self.templates]


class PenaltyForm(forms.Form):
    """A ruling to be confirmed."""

    provider = forms.CharField(label=_("Service provider"), max_length=120, help_text=_("Its name or its short name."))
    violation = forms.ModelChoiceField(
        label=_("Violation"), queryset=ReasonTemplate.objects.none(), to_field_name="code", empty_label=_("Choose…")
    )
    points = forms.IntegerField(
        label=pgettext_lazy("penalty", "Points"),
        min_value=1,
        max_value=MOST_POINTS,
        required=False,
        help_text=_("Leave empty for what the violation usually costs."),
    )
    statement = forms.CharField(
        label=_("What staff found"),
        max_length=policies.LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The provider reads it; say what happened, when and where."),
    )
    report_id = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        violation: Any = self.fields["violation"]
        violation.queryset = ReasonTemplate.objects.filter(kind="penalty", is_active=True)
        violation.label_from_instance = lambda row: _("%(label)s (%(points)d points)") % {
            "label": row.label, "points": row.points,
        }  # fmt: skip

    def clean_provider(self) -> Organization:
        """The one provider of this name or slug."""
        text = self.cleaned_data["provider"].strip()
        here = Organization.objects.using("system").filter(kind=Organization.Kind.PROVIDER)
        found = list(here.filter(Q(slug=text) | Q(name__iexact=text))[:2]) or list(here.filter(name__icontains=text)[:6])
        if not found:
            raise forms.ValidationError(_("No service provider has this name."))
        if len(found) > 1:
            names = ", ".join(f"{each.name} ({each.slug})" for each in found)
            raise forms.ValidationError(_("Several fit; use the short name: %(names)s") % {"names": names})
        return found[0]

    def clean(self) -> dict[str, Any]:
        """The usual points where none were given."""
        facts = super().clean() or {}
        if facts.get("violation") and not facts.get("points"):
            facts["points"] = facts["violation"].points
        return facts
