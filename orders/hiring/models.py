"""Needs (briefs), who was asked, and what they proposed."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import SharedModel, TenantForeignKey, TenantModel
from marketplace.ui.formats import language
from orders.hiring.states import BriefState, InvitationState, ProposalState
from providers.catalogue.models import Category

NOW = Now()


class Mode(models.TextChoices):
    """Who may answer, and when answers are read."""

    OPEN = "open", pgettext_lazy("need", "Open")
    INVITED = "invited", _("By invitation")
    SEALED = "sealed", _("Sealed")


class StoreSize(models.TextChoices):
    """Orders a month."""

    NEW = "new", _("Not selling yet")
    SMALL = "small", _("Up to 1,000 orders a month")
    MEDIUM = "medium", _("1,000 to 10,000 orders a month")
    LARGE = "large", _("10,000 to 100,000 orders a month")
    HUGE = "huge", _("More than 100,000 orders a month")


class BudgetUnit(models.TextChoices):
    ONCE = "once", _("for everything")
    MONTH = "month", _("a month")


class SourceKind(models.TextChoices):
    """Where a need began."""

    SCRATCH = "scratch", _("Written from scratch")
    LISTING = "listing", _("Quote asked for on a listing")
    PROGRAM = "program", _("Help asked for on a program")


def codes(label: Any) -> Any:
    """A list of codes of `providers.catalogue.lists`."""
    return ArrayField(models.CharField(max_length=40), verbose_name=label, default=list, blank=True)


class Wanted(models.Model):
    """What a need and its public copy have in common. Amounts are minor units of `currency`."""

    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", verbose_name=_("category"))
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("what is needed"), max_length=5_000, db_default="", blank=True)
    currency = models.CharField(_("currency"), max_length=3, db_default="CNY")
    budget_min = models.BigIntegerField(_("budget from"), null=True)
    budget_max = models.BigIntegerField(_("budget up to"), null=True)
    budget_unit = models.CharField(_("budget is"), max_length=8, choices=BudgetUnit, db_default=BudgetUnit.ONCE)
    starts_on = models.DateField(_("start"), null=True)
    ends_on = models.DateField(_("end"), null=True)
    kpi = models.CharField(_("goal"), max_length=200, blank=True, db_default="")
    store_size = models.CharField(_("store size"), max_length=8, choices=StoreSize, blank=True, db_default="")
    platforms = codes(_("platforms"))
    industries = codes(_("industries"))
    belts = codes(_("industrial belts"))
    languages = codes(_("languages"))
    mode = models.CharField(_("who may answer"), max_length=8, choices=Mode, db_default=Mode.INVITED)
    published_at = models.DateTimeField(_("published"), null=True)
    #: New proposals are taken until then, and sealed ones are opened.
    answers_until = models.DateTimeField(_("answers until"), null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class Brief(TenantModel, Wanted):
    """A merchant's need. Once published it no longer changes: everybody who answers has read the same."""

    state = models.CharField(_("state"), max_length=10, choices=BriefState, db_default=BriefState.DRAFT)
    #: How many days providers have for their proposals, counted from publication.
    answer_days = models.SmallIntegerField(_("days for answers"), db_default=7)
    source_kind = models.CharField(_("source"), max_length=8, choices=SourceKind, db_default=SourceKind.SCRATCH)
    #: Slug of the listing, or name of the program.
    source = models.CharField(_("source"), max_length=80, blank=True, db_default="")
    #: The provider of the listing it began with; invited first.
    asked_id = models.BigIntegerField(_("asked provider"), null=True)
    revision = models.IntegerField(db_default=1, default=1)
    #: Closed by itself after this when nobody was chosen.
    choose_until = models.DateTimeField(_("choose until"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    #: Why a merchant withdrew it.
    reason = models.CharField(_("reason"), max_length=200, blank=True, db_default="")
    created_at = models.DateTimeField(_("created"), db_default=NOW)
    updated_at = models.DateTimeField(_("changed"), db_default=NOW)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BriefState.values), name="brief_state"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="brief_mode"),
            models.CheckConstraint(condition=~Q(title=""), name="brief_title"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="brief_currency"),
            models.CheckConstraint(condition=Q(answer_days__range=(1, 30)), name="brief_answer_days"),
            models.CheckConstraint(condition=Q(budget_min__isnull=True) | Q(budget_min__gte=0), name="brief_budget_min"),
            models.CheckConstraint(
                condition=Q(budget_min__isnull=True) | Q(budget_max__isnull=True) | Q(budget_max__gte=models.F("budget_min")),
                name="brief_budget_order",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="brief_dates",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"])
                | Q(published_at__isnull=False, answers_until__isnull=False, choose_until__isnull=False),
                name="brief_published_at",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "published"], ended_at__isnull=True)
                | Q(state__in=["filled", "closed", "cancelled"], ended_at__isnull=False),
                name="brief_ended_at",
            ),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-updated_at"], name="brief_recent"),
            models.Index(fields=["choose_until"], condition=Q(state="published"), name="brief_to_close"),
        ]


class PublicBrief(Wanted):
    """An open need as every provider sees it, without the merchant's name: one row while it takes answers (public_table)."""

    brief_id = models.BigIntegerField(primary_key=True)
    merchant_id = models.BigIntegerField(_("merchant"))
    #: The most one would pay, in CNY minor units, for filters and sorting.
    budget_cny = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("public need")
        verbose_name_plural = _("public needs")
        indexes = [
            models.Index(fields=["-published_at"], name="public_brief_newest"),
            models.Index(fields=["category", "-published_at"], name="public_brief_category"),
        ]


class Origin(models.TextChoices):
    """How a provider came to a need."""

    MATCHED = "matched", _("Invited from the matches")
    ASKED = "asked", _("Asked for a quote")
    APPLIED = "applied", _("Answered an open need")


class Refutation(models.TextChoices):
    """A bad lead: claimed by the provider, decided by staff."""

    NONE = "", _("None")
    CLAIMED = "claimed", _("Waits for the market")
    GRANTED = "granted", pgettext_lazy("bad lead", "Granted")
    REFUSED = "refused", pgettext_lazy("bad lead", "Refused")


class Invitation(SharedModel):
    """A merchant and a provider about one need: the provider's lead. Everything between the two hangs on it.

    `document` is the need as the provider reads it (`needs.Need.to_json`); `reasons` why it was matched. Made in the merchant's
    scope only, also when a provider answers an open need.
    """

    brief = TenantForeignKey(Brief)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin)
    state = models.CharField(_("state"), max_length=10, choices=InvitationState, db_default=InvitationState.SENT)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", verbose_name=_("category"))
    title = models.CharField(_("title"), max_length=120)
    document = models.JSONField(_("need"), default=dict)
    #: Whose need it is; empty while an answer to an open need is not accepted.
    merchant_name = models.CharField(_("merchant"), max_length=120, blank=True, db_default="")
    provider_name_zh = models.CharField(_("provider in Chinese"), max_length=120, blank=True, db_default="")
    provider_name_en = models.CharField(_("provider in English"), max_length=120, blank=True, db_default="")
    #: [{"code": "industry", "facts": {…}}], see `matching.reasons`.
    reasons = models.JSONField(_("reasons"), default=list)
    #: Fit in 1/100 points when invited from the matches.
    fit = models.IntegerField(_("fit"), null=True)
    is_newcomer = models.BooleanField(_("newcomer's place"), db_default=False, default=False)
    sent_at = models.DateTimeField(_("sent"))
    #: Until when the provider says yes or no.
    answer_due_at = models.DateTimeField(_("answer due"))
    #: Until when a proposal can be sent.
    quote_until = models.DateTimeField(_("proposal until"))
    answered_at = models.DateTimeField(_("answered"), null=True)
    #: Business minutes until the first answer; None while there is none, and for declined ones, which are not counted.
    answer_minutes = models.IntegerField(_("minutes to answer"), null=True)
    #: Why it was declined (a code), and words for the merchant.
    decline_reason = models.CharField(_("reason"), max_length=20, blank=True, db_default="")
    note = models.CharField(_("note"), max_length=500, blank=True, db_default="")
    refutation = models.CharField(_("bad lead"), max_length=8, choices=Refutation, blank=True, db_default="", default="")
    refute_reason = models.CharField(_("what is wrong with it"), max_length=20, blank=True, db_default="")
    refute_text = models.CharField(_("in words"), max_length=500, blank=True, db_default="")
    refute_answer = models.CharField(_("answer of the market"), max_length=500, blank=True, db_default="")
    refuted_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "brief", "provider_id"], name="one_invitation_per_provider"),
            models.CheckConstraint(condition=Q(state__in=InvitationState.values), name="lead_state"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="lead_origin"),
            models.CheckConstraint(condition=Q(refutation__in=Refutation.values), name="lead_refutation"),
            models.CheckConstraint(
                condition=Q(state__in=["sent", "lapsed", "closed"]) | Q(answered_at__isnull=False), name="lead_answered_at"
            ),
        ]
        indexes = [
            models.Index(fields=["provider_id", "-sent_at"], name="lead_of_provider"),
            models.Index(fields=["answer_due_at"], condition=Q(state="sent"), name="lead_to_lapse"),
            models.Index(fields=["refuted_at"], condition=Q(refutation="claimed"), name="lead_refuted"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def provider_name(self) -> str:
        """In the reader's language, else in the other one."""
        first, second = self.provider_name_zh, self.provider_name_en
        return (second or first) if language() == "en" else (first or second)


class Proposal(SharedModel):
    """What a provider offers for a need; what it says is in its versions, and the newest counts. One per invitation.

    Kept here for lists: the newest version's total (minor units), number and price model.
    """

    invitation = TenantForeignKey(Invitation)
    state = models.CharField(_("state"), max_length=10, choices=ProposalState, db_default=ProposalState.SUBMITTED)
    number = models.IntegerField(_("version"), default=1)
    model = models.CharField(_("price model"), max_length=20)
    currency = models.CharField(_("currency"), max_length=3)
    total = models.BigIntegerField(_("total"))
    #: Of the newest version: nobody can accept it afterwards.
    expires_at = models.DateTimeField(_("valid until"))
    #: When the merchant may read it; later than now only for sealed needs.
    opens_at = models.DateTimeField(_("opened"))
    #: The service order it became.
    order_id = models.BigIntegerField(null=True)
    decline_reason = models.CharField(_("reason"), max_length=20, blank=True, db_default="")
    created_at = models.DateTimeField(_("sent"))
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "invitation"], name="one_proposal_per_invitation"),
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposal_state"),
            models.CheckConstraint(condition=Q(total__gte=0), name="proposal_total"),
            models.CheckConstraint(condition=Q(number__gte=1), name="proposal_number"),
            models.CheckConstraint(
                condition=Q(state="accepted", order_id__isnull=False) | (~Q(state="accepted") & Q(order_id__isnull=True)),
                name="proposal_order",
            ),
        ]
        indexes = [
            models.Index(fields=["provider_id", "-updated_at"], name="proposal_of_provider"),
            models.Index(fields=["expires_at"], condition=Q(state__in=["submitted", "countered"]), name="proposal_to_expire"),
        ]


class ProposalVersion(SharedModel):
    """One offer or counter-offer; never changed. `quote` is `quotes.Quote.to_json`."""

    proposal = TenantForeignKey(Proposal, related_name="versions")
    number = models.IntegerField(_("version"))
    #: Whose offer it is: merchant or provider.
    side = models.CharField(_("side"), max_length=8)
    quote = models.JSONField(_("quote"))
    total = models.BigIntegerField(_("total"))
    note = models.TextField(_("note"), max_length=2_000, blank=True, db_default="")
    made_by = models.CharField(_("made by"), max_length=80)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("version of a proposal")
        verbose_name_plural = _("versions of proposals")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "proposal", "number"], name="one_proposal_version_per_number"),
            models.CheckConstraint(condition=Q(side__in=["merchant", "provider"]), name="proposal_version_side"),
        ]
