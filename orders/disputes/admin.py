"""Disputes for staff: what waits for the market, and the page on which it proposes, rules and decides appeals."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.tenancy.staff import money, staff_id
from orders.disputes import operations
from orders.disputes.forms import ActForm
from orders.disputes.models import Dispute
from orders.disputes.queries import access_dispute, consequences
from orders.disputes.showing import shown
from orders.rooms.models import Conversation, Message
from orders.rooms.queries import conversation_of
from orders.rooms.registry import Subject
from orders.rooms.web.showing import said, who
from providers.onboarding.admin import ActingAdmin

#: What the market does in a state, the operation that does it, and what the button says.
ACTS = {
    "escalated": ("propose", operations.propose, gettext_lazy("Propose this share")),
    "ruling": ("rule", operations.rule, pgettext_lazy("dispute", "Rule")),
    "appealed": ("decide", operations.decide_appeal, gettext_lazy("Decide the appeal")),
}
MOST_MESSAGES = 100


@admin.register(Dispute)
class DisputeAdmin(ActingAdmin):
    list_display = (
        "number_shown", "merchant_id", "provider_id", "state_shown", money("at_stake"), "due_at", "cap_at", "opened_at", "act",
    )  # fmt: skip
    list_filter = ("state", "reason", "opened_at")
    search_fields = ("statement", "answer")
    search_help_text = gettext_lazy("Words of the statement, or a party's name")
    ordering = ("closed_at", "due_at")
    hidden = ("ruled_by_id",)

    @admin.display(description=gettext_lazy("Dispute"), ordering="pk")
    def number_shown(self, row: Dispute) -> str:
        return row.number

    def page(self, request: HttpRequest, row: Dispute) -> HttpResponse:
        form = ActForm(request.POST or None, currency=row.currency, at_stake=row.at_stake)
        form.fields["text"].required = form.fields["to_provider"].required = True
        if request.method == "POST" and form.is_valid() and row.state in ACTS:
            if "preview" in request.POST:
                return self._show(request, row, form, share=form.cleaned_data["to_provider"])
            try:
                ACTS[row.state][1](
                    merchant_id=row.merchant_id, dispute_id=row.pk, by=person(staff_id(request)), at=timezone.now(),
                    **form.cleaned_data,
                )  # fmt: skip
                messages.success(request, _("Done. Both sides were told."))
                return redirect(self.act_url(row))
            except UserError as error:
                form.add_error(None, str(error))
        return self._show(request, row, form)

    def _show(self, request: HttpRequest, row: Dispute, form: forms.Form, share: int | None = None) -> HttpResponse:
        """Read in the merchant's scope, as both sides read it."""
        now = timezone.now()
        with scope(row.merchant_id, read_only=True):
            dispute = access_dispute(organization_id=row.merchant_id, pk=row.pk)
            talk = conversation_of(row.merchant_id, row.provider_id, Subject("order", row.order_id))
            context: dict[str, Any] = {
                "title": _("Dispute %(number)s") % {"number": row.number},
                "dispute": dispute,
                "page": shown(dispute, "market", now),
                "share": consequences(dispute, share, now) if share is not None else None,
                "talk": talk,
                "lines": _lines(talk),
            }
        act = ACTS.get(row.state)
        status = 422 if form.errors else 200
        return self.shown(request, "../disputes/dispute", status, **context, form=form, act=act and act[0], label=act and act[2])


def _lines(talk: Conversation | None) -> list[tuple[Message, str, str]]:
    """The newest of what the two said to each other, oldest first."""
    if talk is None:
        return []
    rows = Message.objects.filter(merchant_id=talk.merchant_id, conversation_id=talk.pk).order_by("-number")[:MOST_MESSAGES]
    return [(row, said(row, is_open=True), who(row, talk)) for row in reversed(rows)]
