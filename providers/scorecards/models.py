"""What happened (append-only), what it adds up to each month, the level that follows, and what everybody may see of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import ProviderModel, TenantForeignKey
from providers.scorecards.kinds import EventKind


class ScoreEvent(ProviderModel):
    """Something that counts, once per `key`. Never changed; one that an appeal struck out has a `Strike`."""

    kind = models.CharField(_("kind"), max_length=12, choices=EventKind)
    at = models.DateTimeField(_("when"))
    #: See `EventKind` for the unit.
    value = models.IntegerField(_("value"))
    #: What it happened to: "order", 12, "Autumn catalogue, 40 pictures".
    subject_kind = models.CharField(_("subject"), max_length=20)
    subject_id = models.BigIntegerField(_("subject id"))
    label = models.CharField(_("label"), max_length=140, blank=True)
    #: The merchant on the other side, when there is one: levels ask for different merchants.
    party_id = models.BigIntegerField(_("merchant"), null=True, blank=True)
    key = models.CharField(_("effect key"), max_length=120)
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())

    class Meta:
        verbose_name = _("score event")
        verbose_name_plural = _("score events")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "key"], name="score_event_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["ordered", "accepted", "delivered", "answered", "reviewed", "ruled", "renewed"]),
                name="score_event_kind",
            ),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="score_event_value"),
        ]
        indexes = [models.Index(fields=["provider_id", "at"], name="score_event_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id}: {self.value}"


class Strike(ProviderModel):
    """An event that an appeal took out of the count. It stays visible as excluded."""

    event = TenantForeignKey(ScoreEvent, verbose_name=_("event"))
    ruling_id = models.BigIntegerField(_("ruling"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("struck event")
        verbose_name_plural = _("struck events")
        constraints = [models.UniqueConstraint(fields=["provider_id", "event"], name="struck_once")]

    def __str__(self) -> str:
        return f"event {self.event_id} struck"


class Scorecard(ProviderModel):
    """What the events of the twelve months before `month` (a first day, UTC) add up to. Written once by the recalculation.

    Shares are integers in 1/10,000, the score in 1/100 points; each share's events are `*_n` and its good ones `*_good`.
    """

    month = models.DateField(_("month"))
    on_time_n = models.IntegerField(_("deliveries"))
    on_time_good = models.IntegerField(_("on time"))
    first_time_n = models.IntegerField(_("jobs"))
    first_time_good = models.IntegerField(_("accepted at once"))
    rating_n = models.IntegerField(_("reviews"))
    #: Sum of (tenths of stars − 10): 0 to 40 a review.
    rating_good = models.IntegerField(_("points of reviews"))
    response_n = models.IntegerField(_("answers"))
    response_good = models.IntegerField(_("answers in time"))
    upheld_n = models.IntegerField(_("disputes upheld"))
    upheld_recent_n = models.IntegerField(_("disputes upheld in 90 days"))
    renewal_n = models.IntegerField(_("renewals due"))
    renewal_good = models.IntegerField(_("renewed"))
    merchants_n = models.IntegerField(_("merchants"))
    on_time = models.IntegerField(_("on-time share"))
    first_time = models.IntegerField(_("first-time share"))
    rating = models.IntegerField(_("rating share"))
    response = models.IntegerField(_("response share"))
    dispute_free = models.IntegerField(_("dispute-free share"))
    score = models.IntegerField(_("score"))
    earned_level = models.SmallIntegerField(_("level earned"))
    calculated_at = models.DateTimeField(_("calculated"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    #: The newest event and strike there were: what came later is no part of the numbers above.
    last_event_id = models.BigIntegerField(_("newest event"), default=0, db_default=0)
    last_strike_id = models.BigIntegerField(_("newest struck event"), default=0, db_default=0)

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "month"], name="one_scorecard_a_month"),
            models.CheckConstraint(condition=models.Q(score__range=(0, 10_000)), name="scorecard_score"),
            models.CheckConstraint(condition=models.Q(earned_level__range=(1, 4)), name="scorecard_level"),
        ]
        indexes = [
            models.Index(fields=["month"], condition=models.Q(published_at__isnull=True), name="scorecard_unpublished"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.month}: {self.score}"


class LevelState(ProviderModel):
    """The level a provider has now, a demotion that waits, and the quality brake. One row per provider."""

    level = models.SmallIntegerField(_("level"), default=1)
    since = models.DateTimeField(_("since"))
    demotion_to = models.SmallIntegerField(_("will fall to"), null=True, blank=True)
    demotion_on = models.DateField(_("on"), null=True, blank=True)
    braked_at = models.DateTimeField(_("new orders paused since"), null=True, blank=True)
    #: Idle since this day's warning; None when active.
    warned_idle_at = models.DateTimeField(_("warned of delisting"), null=True, blank=True)
    delisted_at = models.DateTimeField(_("delisted"), null=True, blank=True)

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        constraints = [
            models.UniqueConstraint(fields=["provider_id"], name="one_level_per_provider"),
            models.CheckConstraint(condition=models.Q(level__range=(1, 4)), name="level_range"),
            models.CheckConstraint(
                condition=models.Q(demotion_to__isnull=True, demotion_on__isnull=True)
                | models.Q(demotion_to__lt=models.F("level"), demotion_on__isnull=False),
                name="level_demotion_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: level {self.level}"


class ImprovementPlan(ProviderModel):
    """What a braked provider will do better; new orders come back when staff accept it."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("Submitted")
        CHANGES_REQUESTED = "changes_requested", _("Changes requested")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    text = models.TextField(_("plan"), max_length=4000)
    state = models.CharField(_("state"), max_length=20, choices=State)
    review_id = models.BigIntegerField(_("review"), null=True, blank=True)
    reasons = ArrayField(models.CharField(max_length=60), verbose_name=_("reasons"), default=list)
    note = models.TextField(_("note"), blank=True)
    submitted_at = models.DateTimeField(_("submitted"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("improvement plan")
        verbose_name_plural = _("improvement plans")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["submitted", "changes_requested", "approved", "rejected"]), name="plan_state"
            ),
            models.UniqueConstraint(
                fields=["provider_id"], condition=models.Q(state__in=["submitted", "changes_requested"]), name="one_open_plan"
            ),
        ]

    def __str__(self) -> str:
        return f"plan of {self.provider_id}: {self.state}"


class PublicScore(models.Model):
    """A provider's level and score as everybody sees them (public_table). A provider without a row has level 1 and no score.

    `score` is in 1/100 points (0 to 10,000; None until there are events); `n` counts the accepted jobs of twelve months.
    `renewal_rate` is in 1/10,000 and only there when `renewal_n` ≥ 10, otherwise "not enough data". `newcomer` providers get
    10 % of the places. `parts` is what the score is made of, by component:

        {"on_time" | "first_time" | "rating" | "response" | "dispute_free":
            {"n": int, "good": int, "share": int 1/10,000, "weight": int percent, "points": int 1/100 points}}
    """

    provider_id = models.BigIntegerField(_("service provider"), unique=True)
    level = models.SmallIntegerField(_("level"), default=1)
    score = models.IntegerField(_("score"), null=True, blank=True)
    n = models.IntegerField(_("jobs"), default=0)
    rating_n = models.IntegerField(_("reviews"), default=0)
    #: Mean stars in hundredths, None without reviews.
    rating_mean = models.IntegerField(_("rating"), null=True, blank=True)
    renewal_rate = models.IntegerField(_("renewal rate"), null=True, blank=True)
    renewal_n = models.IntegerField(_("renewals due"), default=0)
    newcomer = models.BooleanField(_("newcomer"), default=False)
    is_braked = models.BooleanField(_("new orders paused"), default=False)
    parts = models.JSONField(_("parts"), default=dict)
    month = models.DateField(_("month"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("public score")
        verbose_name_plural = _("public scores")
        constraints = [
            models.CheckConstraint(condition=models.Q(level__range=(1, 4)), name="public_level"),
            models.CheckConstraint(
                condition=models.Q(renewal_rate__isnull=True) | models.Q(renewal_n__gte=10), name="renewal_rate_needs_ten"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id}: level {self.level}"
