"""Outcomes that contracts are paid by: what was agreed, where it stands, and the buyers behind a result.

Amounts are minor units of the agreement's currency.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import SharedModel, TenantForeignKey, TenantModel
from orders.outcomes.clause import OutcomeClause, from_json
from orders.outcomes.metrics import Population
from orders.outcomes.states import OutcomeState
from orders.service.models import Milestone, ServiceOrder
from orders.store.models import Buyer


class OutcomeVerdict(models.TextChoices):
    """`paying.Verdict` with labels."""

    PAID = "paid", pgettext_lazy("outcome", "The effect is paid")
    NO_EFFECT = "no_effect", pgettext_lazy("outcome", "No effect shown")
    TOO_FEW = "too_few", pgettext_lazy("outcome", "Not enough evidence yet")
    BLOCKED = "blocked", pgettext_lazy("outcome", "The split is not the agreed one")


class OutcomeAgreement(SharedModel):
    """One outcome of one contract, from the moment measuring begins. `clause` and the dates never change.

    While it runs, nothing in it tells one arm from the other. `reading` is the result: both arms' figures and both intervals.
    """

    order = TenantForeignKey(ServiceOrder, verbose_name=_("contract"))
    #: The milestone that holds the cap, or that charges the fee of a standing service once it is known.
    milestone = TenantForeignKey(Milestone, null=True, verbose_name=_("milestone"))
    metric = models.CharField(_("outcome"), max_length=40)
    clause = models.JSONField(_("clause"))
    #: Hash of the contract's version the clause was signed in.
    contract_hash = models.CharField(_("hash"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
    #: What the metric knows its split by.
    subject = models.BigIntegerField(editable=False)
    state = models.CharField(_("state"), max_length=10, choices=OutcomeState, db_default=OutcomeState.MEASURING)
    started_at = models.DateTimeField(_("begun"))
    window_ends_at = models.DateTimeField(_("window ends"))
    settles_at = models.DateTimeField(_("result on"))
    #: Buyers of the population so far, both arms together.
    eligible = models.IntegerField(_("buyers so far"), db_default=0)
    counted_at = models.DateTimeField(_("counted"), null=True)
    verdict = models.CharField(_("result"), max_length=10, choices=OutcomeVerdict, blank=True, db_default="")
    #: Incremental value at the lower bound, and the fee it pays.
    value = models.BigIntegerField(_("incremental value"), null=True)
    fee = models.BigIntegerField(_("variable fee"), null=True)
    reading = models.JSONField(_("reading"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("measured outcome")
        verbose_name_plural = _("measured outcomes")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order"], name="one_outcome_per_contract"),
            models.CheckConstraint(condition=Q(state__in=OutcomeState.values), name="outcome_state"),
            models.CheckConstraint(
                condition=Q(started_at__lt=models.F("window_ends_at"), window_ends_at__lte=models.F("settles_at")),
                name="outcome_dates",
            ),
            models.CheckConstraint(
                condition=Q(state="measuring", closed_at__isnull=True) | ~Q(state="measuring") & Q(closed_at__isnull=False),
                name="outcome_closed",
            ),
            # A result has all its parts, and pays nothing but for a shown effect.
            models.CheckConstraint(
                condition=Q(verdict="", fee__isnull=True, value__isnull=True, reading__isnull=True)
                | Q(verdict__in=OutcomeVerdict.values, fee__gte=0, value__gte=0, reading__isnull=False),
                name="outcome_result",
            ),
            models.CheckConstraint(condition=Q(verdict="paid") | Q(fee__isnull=True) | Q(fee=0), name="outcome_pays_effects"),
            models.CheckConstraint(condition=~Q(state="settled") | ~Q(verdict=""), name="outcome_settled"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-id"], name="outcome_merchants"),
            models.Index(fields=["provider_id", "-id"], name="outcome_providers"),
            # The sweep's, over all tenants: as the system role.
            models.Index(fields=["merchant_id", "id"], condition=Q(state="measuring"), name="outcome_measuring"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.state}"

    @property
    def agreed(self) -> OutcomeClause:
        return from_json(self.clause)

    @property
    def population(self) -> Population:
        clause = self.agreed
        return Population(
            merchant_id=self.merchant_id, subject=self.subject, shop_id=clause.shop_id, currency=self.currency,
            since=self.started_at, until=self.window_ends_at, holdout_ppm=clause.holdout_ppm,
        )  # fmt: skip

    @property
    def shows_arms(self) -> bool:
        """Nobody learns a buyer's arm before the result."""
        return self.verdict != ""

    def side_of(self, organization_id: int) -> str:
        return "merchant" if organization_id == self.merchant_id else "provider"

    def part(self, name: str) -> dict[str, Any]:
        """A part of the reading: "treated", "control", "rate", "value"; empty when there is none."""
        return (self.reading or {}).get(name) or {}


class OutcomeRow(SharedModel):
    """One buyer behind a result, by a number that means nothing outside it. Written once with the result."""

    agreement = TenantForeignKey(OutcomeAgreement, verbose_name=_("measured outcome"))
    number = models.IntegerField(_("number"))
    arm = models.CharField(_("arm"), max_length=9)
    eligible_at = models.DateTimeField(_("counts from"))
    succeeded = models.BooleanField(_("success"))
    value = models.BigIntegerField(_("value"))

    class Meta:
        verbose_name = _("buyer behind a result")
        verbose_name_plural = _("buyers behind a result")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "agreement", "number"], name="outcome_row_once"),
            models.CheckConstraint(condition=Q(arm__in=["treatment", "holdout"]), name="outcome_row_arm"),
        ]
        indexes = [models.Index(fields=["provider_id", "agreement", "number"], name="outcome_rows_provider")]

    def __str__(self) -> str:
        return f"{self.number} {self.arm}"


class OutcomeBuyer(TenantModel):
    """Who a row is: for the merchant alone."""

    row = TenantForeignKey(OutcomeRow)
    buyer = TenantForeignKey(Buyer)

    class Meta:
        verbose_name = _("buyer of a row")
        verbose_name_plural = _("buyers of rows")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "row"], name="outcome_buyer_once")]

    def __str__(self) -> str:
        return f"{self.row_id}"
