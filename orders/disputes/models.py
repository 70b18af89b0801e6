"""Disputes about a milestone: who asks for what, what was offered, proposed and ruled, and every step of it.

Amounts are minor units of the order's currency; each says how much of the milestone's money is to be the provider's.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import SharedModel, TenantForeignKey
from orders.disputes.states import CLOSED, DisputeState, Outcome
from orders.service.models import Milestone, PartySide, ServiceOrder


class Reason(models.TextChoices):
    NOT_AS_AGREED = "not_as_agreed", pgettext_lazy("dispute", "Not what was agreed")
    INCOMPLETE = "incomplete", pgettext_lazy("dispute", "Something is missing")
    QUALITY = "quality", pgettext_lazy("dispute", "Poor quality")
    LATE = "late", pgettext_lazy("dispute", "Too late")
    UNFAIR_CHANGES = "unfair_changes", pgettext_lazy("dispute", "Changes beyond what was agreed")
    NO_COOPERATION = "no_cooperation", pgettext_lazy("dispute", "The other side does not do its part")
    OTHER = "other", pgettext_lazy("dispute", "Something else")


class Dispute(SharedModel):
    """One dispute. `at_stake` is what can be shared out; `…_to_provider` how much of it somebody would give the provider."""

    order = TenantForeignKey(ServiceOrder, verbose_name=_("contract"))
    milestone = TenantForeignKey(Milestone, verbose_name=_("milestone"))
    claimant = models.CharField(_("opened by"), max_length=10, choices=PartySide)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    statement = models.TextField(_("statement"))
    currency = models.CharField(_("currency"), max_length=3)
    at_stake = models.BigIntegerField(_("at stake"))
    state = models.CharField(_("state"), max_length=10, choices=DisputeState, default=DisputeState.OPENED)
    due_at = models.DateTimeField(_("until"), null=True)
    cap_at = models.DateTimeField(_("ends at the latest"))
    opened_at = models.DateTimeField(_("opened"))
    asked_to_provider = models.BigIntegerField(_("asked for"))
    answer = models.TextField(_("answer"), blank=True)
    answered_to_provider = models.BigIntegerField(_("answered with"), null=True)
    offer_side = models.CharField(max_length=10, choices=PartySide, blank=True)
    offer_to_provider = models.BigIntegerField(_("offer"), null=True)
    proposal_to_provider = models.BigIntegerField(_("proposal"), null=True)
    proposal_text = models.TextField(_("why this proposal"), blank=True)
    merchant_accepted_at = models.DateTimeField(null=True)
    provider_accepted_at = models.DateTimeField(null=True)
    ruled_to_provider = models.BigIntegerField(_("ruling"), null=True)
    ruling_text = models.TextField(_("why this ruling"), blank=True)
    #: The member of staff who ruled; null when silence did. He does not decide the appeal.
    ruled_by_id = models.BigIntegerField(_("ruled by"), null=True)
    appeal_side = models.CharField(_("appealed by"), max_length=10, choices=PartySide, blank=True)
    appeal_text = models.TextField(_("appeal"), blank=True)
    appeal_fee = models.BigIntegerField(_("appeal fee"), default=0)
    appeal_won = models.BooleanField(_("appeal won"), null=True)
    decision_text = models.TextField(_("why this decision"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    final_to_provider = models.BigIntegerField(_("to the provider"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "milestone"], condition=~Q(state__in=sorted(CLOSED)), name="one_open_dispute"
            ),
            models.CheckConstraint(condition=Q(state__in=DisputeState.values), name="dispute_state"),
            models.CheckConstraint(condition=Q(claimant__in=PartySide.values), name="dispute_claimant"),
            models.CheckConstraint(
                condition=Q(at_stake__gt=0, asked_to_provider__gte=0, asked_to_provider__lte=F("at_stake")), name="dispute_asked"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0, f"{name}__lte": F("at_stake")}),
                    name=f"dispute_{name}",
                )
                for name in ("answered_to_provider", "offer_to_provider", "proposal_to_provider", "ruled_to_provider")
            ),
            models.CheckConstraint(
                condition=Q(state="settled", closed_at__isnull=False, final_to_provider__isnull=False)
                | Q(state="withdrawn", closed_at__isnull=False, final_to_provider__isnull=True)
                | (~Q(state__in=sorted(CLOSED)) & Q(closed_at__isnull=True, due_at__isnull=False)),
                name="dispute_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-opened_at", "-id"], name="disputes_of_merchant"),
            models.Index(fields=["provider_id", "-opened_at", "-id"], name="disputes_of_provider"),
            # The clock's, over all tenants: as the system role.
            models.Index(fields=["due_at"], condition=~Q(state__in=sorted(CLOSED)), name="disputes_due"),
            models.Index(fields=["cap_at"], condition=~Q(state__in=sorted(CLOSED)), name="disputes_capped"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"D-{self.pk}"

    @property
    def respondent(self) -> str:
        return "provider" if self.claimant == "merchant" else "merchant"

    def party(self, side: str) -> int:
        return self.merchant_id if side == "merchant" else self.provider_id

    def position(self, side: str) -> int:
        """What a side wants the provider to get; a side that has not said stands for all of its own."""
        if side == self.claimant:
            return self.asked_to_provider
        if self.answered_to_provider is not None:
            return self.answered_to_provider
        return self.at_stake if side == "provider" else 0


class DisputeStep(SharedModel):
    """What happened in a dispute; never changed."""

    dispute = TenantForeignKey(Dispute)
    act = models.CharField(_("act"), max_length=12)
    #: "merchant", "provider", "market", or "" for time.
    side = models.CharField(_("side"), max_length=10, blank=True)
    by = models.CharField(_("by"), max_length=80)
    text = models.TextField(_("text"), blank=True)
    to_provider = models.BigIntegerField(_("to the provider"), null=True)
    state = models.CharField(_("state after it"), max_length=10, choices=DisputeState)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of a dispute")
        verbose_name_plural = _("steps of disputes")
        indexes = [models.Index(fields=["merchant_id", "dispute", "id"], name="steps_of_dispute")]

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.act}"
