"""Reviews of ended contracts. What a side wrote lies in a table of its own until both are published together.

That is what makes them double-blind: the database does not show the other side a row it does not own.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import ProviderModel, SharedModel, TenantForeignKey, TenantModel
from orders.service.models import ServiceOrder


class RoundState(models.TextChoices):
    OPEN = "open", pgettext_lazy("reviews", "Open")
    PUBLISHED = "published", pgettext_lazy("reviews", "Published")
    LAPSED = "lapsed", pgettext_lazy("reviews", "Nobody wrote")


class Verdict(models.TextChoices):
    VALID = "valid", pgettext_lazy("reviews", "Counts")
    HELD = "held", pgettext_lazy("reviews", "Excluded until it is looked at")
    EXCLUDED = "excluded", pgettext_lazy("reviews", "Excluded")


class Exclusion(models.TextChoices):
    UNPAID = "unpaid", _("Nothing was paid under this contract")
    REFUNDED = "refunded", _("At least four fifths of the money went back")
    SAME_PEOPLE = "same_people", _("The two companies share people or an e-mail domain")
    SAME_BANK = "same_bank", _("The two companies use the account of the same holder")
    CIRCULAR = "circular", _("The two companies hire each other's companies in a circle")
    STAFF = "staff", _("Excluded by the market")


class ReviewRound(SharedModel):
    """The two reviews of one contract. `…_axes` and `…_text` are filled when they are published, never before."""

    order = TenantForeignKey(ServiceOrder, verbose_name=_("contract"))
    #: Codes the merchant judges by, frozen when the round opens.
    axes = models.JSONField()
    state = models.CharField(_("state"), max_length=10, choices=RoundState, default=RoundState.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    closes_at = models.DateTimeField(_("until"))
    merchant_at = models.DateTimeField(_("merchant wrote"), null=True)
    provider_at = models.DateTimeField(_("provider wrote"), null=True)
    published_at = models.DateTimeField(_("published"), null=True)
    merchant_axes = models.JSONField(default=dict)
    merchant_text = models.TextField(_("the merchant's review"), blank=True)
    provider_axes = models.JSONField(default=dict)
    provider_text = models.TextField(_("the provider's review"), blank=True)
    verdict = models.CharField(_("counts"), max_length=10, choices=Verdict, blank=True)
    reason = models.CharField(_("why excluded"), max_length=12, choices=Exclusion, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision = models.TextField(_("why decided so"), blank=True)
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("review of a contract")
        verbose_name_plural = _("reviews of contracts")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order"], name="one_round_per_order"),
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="round_state"),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False, verdict__in=Verdict.values)
                | Q(~Q(state="published"), published_at__isnull=True, verdict="", merchant_text="", provider_text="", answer=""),
                name="round_published",
            ),
            models.CheckConstraint(condition=Q(verdict__in=["", "valid"], reason="") | ~Q(reason=""), name="round_reason"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-opened_at", "-id"], name="rounds_of_merchant"),
            models.Index(fields=["provider_id", "-opened_at", "-id"], name="rounds_of_provider"),
            models.Index(fields=["closes_at"], condition=Q(state="open"), name="rounds_due"),
        ]

    def __str__(self) -> str:
        return f"R-{self.pk}"


class MerchantSealed(TenantModel):
    """What the merchant wrote; the provider's side has no way to it."""

    round = TenantForeignKey(ReviewRound)
    axes = models.JSONField()
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "round"], name="merchant_writes_once")]


class ProviderSealed(ProviderModel):
    """What the provider wrote; the merchant's side has no way to it. The round lies with the merchant, so it is a number here."""

    round_id = models.BigIntegerField()
    axes = models.JSONField()
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider_id", "round_id"], name="provider_writes_once")]


class PublicReview(models.Model):
    """What everybody may read of a merchant's published review; without the merchant's name."""

    provider_id = models.BigIntegerField()
    round_id = models.BigIntegerField()
    #: What was bought, where the contract came from a listing.
    listing_id = models.BigIntegerField(null=True)
    category = models.CharField(max_length=60)
    axes = models.JSONField()
    text = models.TextField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    reason = models.CharField(max_length=12, choices=Exclusion, blank=True)
    published_at = models.DateTimeField()
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider_id", "round_id"], name="public_review_once")]
        indexes = [models.Index(fields=["provider_id", "-published_at", "-id"], name="public_reviews")]


class Pulse(SharedModel):
    """A month of a standing contract in one mark, asked of the merchant and seen by both. Three of them count like one review."""

    order = TenantForeignKey(ServiceOrder, verbose_name=_("contract"))
    #: Whole months since the contract began.
    number = models.IntegerField(_("month"))
    asked_at = models.DateTimeField(_("asked"))
    closes_at = models.DateTimeField(_("until"))
    mark = models.SmallIntegerField(_("mark"), null=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    #: When it was counted, or left out, together with two others.
    counted_at = models.DateTimeField(_("counted"), null=True)
    reason = models.CharField(_("why excluded"), max_length=12, choices=Exclusion, blank=True)

    class Meta:
        verbose_name = _("monthly question")
        verbose_name_plural = _("monthly questions")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order", "number"], name="one_pulse_a_month"),
            models.CheckConstraint(
                condition=Q(mark__isnull=True, answered_at__isnull=True, counted_at__isnull=True)
                | Q(mark__gte=1, mark__lte=5, answered_at__isnull=False),
                name="pulse_mark",
            ),
            models.CheckConstraint(condition=Q(reason="") | Q(counted_at__isnull=False), name="pulse_reason"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "order", "-number"], name="pulses_of_merchant"),
            models.Index(fields=["provider_id", "order", "-number"], name="pulses_of_provider"),
        ]

    def __str__(self) -> str:
        return f"M-{self.pk}"
