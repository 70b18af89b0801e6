"""Reviews for staff: what is held is decided here; nothing is deleted."""

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.staff import staff_id
from orders.reviews.axes import shown
from orders.reviews.models import ReviewRound
from orders.reviews.operations import decide_review
from providers.onboarding.admin import ActingAdmin


class DecisionForm(forms.Form):
    is_valid_review = forms.TypedChoiceField(
        label=gettext_lazy("Decision"), coerce=lambda value: value == "yes",
        choices=[("no", gettext_lazy("It stays excluded")), ("yes", gettext_lazy("It counts"))],
    )  # fmt: skip
    text = forms.CharField(label=gettext_lazy("Why"), max_length=2000, widget=forms.Textarea)


@admin.register(ReviewRound)
class ReviewRoundAdmin(ActingAdmin):
    list_display = ("__str__", "merchant_id", "provider_id", "state_shown", "verdict", "reason", "published_at", "act")
    list_filter = ("state", "verdict", "reason")
    search_fields = ("merchant_text", "provider_text")
    search_help_text = gettext_lazy("Words of a review, or a party's name")
    ordering = ("-published_at", "-id")

    def needs_act(self, row: ReviewRound) -> bool:
        return row.verdict == "held"

    def page(self, request: HttpRequest, row: ReviewRound) -> HttpResponse:
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                decide_review(
                    merchant_id=row.merchant_id, round_id=row.pk, is_valid=form.cleaned_data["is_valid_review"],
                    text=form.cleaned_data["text"], by=person(staff_id(request)), at=timezone.now(),
                )  # fmt: skip
                messages.success(request, _("Done. Both sides were told."))
                return self.to_list()
            except UserError as error:
                form.add_error(None, str(error))
        title = _("Review %(number)s") % {"number": str(row)}
        context = {"round": row, "form": form, "axes": shown(row.merchant_axes), "title": title}
        return self.shown(request, "../reviews/round", 422 if form.errors else 200, **context)
