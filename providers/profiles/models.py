"""What a service provider tells about itself, and the one row of it that everybody reads."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import ProviderModel, TenantModel


class Profile(ProviderModel):
    """The profile's own row: which version is public, and what needs no review (capacity, contact hours).

    `max_active_jobs` None means no limit. `contact_days` are ISO weekdays (1 = Monday), the hours are local to `timezone`.
    """

    public_version = models.IntegerField(_("public version"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    max_active_jobs = models.IntegerField(_("jobs at once"), null=True, blank=True)
    contact_days = ArrayField(models.SmallIntegerField(), verbose_name=_("contact days"), default=list)
    contact_from = models.TimeField(_("from"), null=True, blank=True)
    contact_until = models.TimeField(_("until"), null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("provider profile")
        verbose_name_plural = _("provider profiles")
        constraints = [
            models.UniqueConstraint(fields=["provider_id"], name="one_profile_per_provider"),
            models.CheckConstraint(condition=models.Q(max_active_jobs__gte=0), name="profile_jobs_not_negative"),
        ]

    def __str__(self) -> str:
        return f"profile of {self.provider_id}"


class ProfileVersion(ProviderModel):
    """What the profile says, as one document (`providers.profiles.content.Content`), and where it stands in its review.

    At most one version is open; the approved ones stay as history.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        CHANGES_REQUESTED = "changes_requested", _("Changes requested")
        REJECTED = "rejected", _("Rejected")
        APPROVED = "approved", _("Approved")

    number = models.IntegerField(_("number"))
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    content = models.JSONField(_("content"), default=dict)
    review_id = models.BigIntegerField(_("review"), null=True, blank=True)
    reasons = ArrayField(models.CharField(max_length=60), verbose_name=_("reasons"), default=list)
    note = models.TextField(_("note"), blank=True)
    edited_at = models.DateTimeField(_("edited"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("profile version")
        verbose_name_plural = _("profile versions")
        constraints = [
            models.UniqueConstraint(fields=["provider_id", "number"], name="profile_version_number"),
            models.UniqueConstraint(
                fields=["provider_id"], condition=~models.Q(state="approved"), name="one_open_profile_version"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "submitted", "changes_requested", "rejected", "approved"]),
                name="profile_version_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} v{self.number}: {self.state}"


class Pause(ProviderModel):
    """Days on which the provider takes no new orders, both ends included."""

    from_date = models.DateField(_("first day"))
    until_date = models.DateField(_("last day"))
    note = models.CharField(_("note"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [
            models.CheckConstraint(condition=models.Q(until_date__gte=models.F("from_date")), name="pause_in_order"),
        ]
        indexes = [models.Index(fields=["provider_id", "until_date"], name="pause_by_end")]

    def __str__(self) -> str:
        return f"{self.from_date}–{self.until_date}"


class Case(ProviderModel):
    """A case study. Its numbers are computed from the named merchant's own orders when the merchant confirms, never typed in.

    `figures` is `{metric: {"before": int, "after": int, "n_before": int, "n_after": int}}` (units: see `cases.metrics`).
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        CHANGES_REQUESTED = "changes_requested", _("Changes requested")
        REJECTED = "rejected", _("Rejected")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    class Proof(models.TextChoices):
        NONE = "none", _("Not confirmed")
        ASKED = "asked", _("Waiting for the merchant")
        CONFIRMED = "confirmed", _("Confirmed by the merchant")
        REFUSED = "refused", _("Refused by the merchant")
        WITHDRAWN = "withdrawn", _("Withdrawn by the merchant")

    state = models.CharField(_("state"), max_length=20, choices=State, default=State.DRAFT)
    reasons = ArrayField(models.CharField(max_length=60), verbose_name=_("reasons"), default=list)
    note = models.TextField(_("note"), blank=True)
    proof = models.CharField(_("proof"), max_length=12, choices=Proof, default=Proof.NONE)
    title_zh = models.CharField(_("title in Chinese"), max_length=80, blank=True)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    story_zh = models.TextField(_("story in Chinese"), max_length=3000, blank=True)
    story_en = models.TextField(_("story in English"), max_length=5000, blank=True)
    industry = models.CharField(_("industry"), max_length=30, blank=True)
    platform = models.CharField(_("platform"), max_length=30, blank=True)
    cover_key = models.CharField(_("picture"), max_length=120, blank=True)
    merchant_slug = models.CharField(_("merchant"), max_length=60, blank=True)
    merchant_name = models.CharField(_("merchant's name"), max_length=120, blank=True)
    before_from = models.DateField(_("before, first day"), null=True, blank=True)
    before_until = models.DateField(_("before, last day"), null=True, blank=True)
    after_from = models.DateField(_("after, first day"), null=True, blank=True)
    after_until = models.DateField(_("after, last day"), null=True, blank=True)
    metrics = ArrayField(models.CharField(max_length=30), verbose_name=_("numbers"), default=list)
    figures = models.JSONField(_("figures"), default=dict)
    #: Goes up with every edit of what the merchant confirms: a link made before says nothing about the new text.
    revision = models.IntegerField(_("revision"), default=1)
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    review_id = models.BigIntegerField(_("review"), null=True, blank=True)
    edited_at = models.DateTimeField(_("edited"))
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "submitted", "changes_requested", "rejected", "published", "archived"]),
                name="case_state",
            ),
            models.CheckConstraint(
                condition=models.Q(proof__in=["none", "asked", "confirmed", "refused", "withdrawn"]), name="case_proof"
            ),
            models.CheckConstraint(
                condition=models.Q(proof="confirmed") | models.Q(figures={}), name="case_figures_only_when_confirmed"
            ),
        ]

    def __str__(self) -> str:
        return self.title_zh or self.title_en or f"case {self.pk}"


class CaseConsent(TenantModel):
    """A merchant's own record of what it confirmed or refused about itself; the answer can be withdrawn."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", pgettext_lazy("case", "Confirmed")
        REFUSED = "refused", pgettext_lazy("case", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("case", "Withdrawn")

    provider_id = models.BigIntegerField(_("service provider"))
    provider_name = models.CharField(_("service provider's name"), max_length=120)
    case_id = models.BigIntegerField(_("case"))
    revision = models.IntegerField(_("revision"))
    title = models.CharField(_("title"), max_length=120)
    state = models.CharField(_("state"), max_length=12, choices=State)
    figures = models.JSONField(_("figures"), default=dict)
    decided_by = models.CharField(_("decided by"), max_length=60)
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("answer about a case")
        verbose_name_plural = _("answers about cases")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "provider_id", "case_id"], name="one_answer_per_case"),
            models.CheckConstraint(
                condition=models.Q(state__in=["confirmed", "refused", "withdrawn"]), name="case_consent_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.state}"


class PublicProvider(models.Model):
    """A provider as everybody sees it: one row while its profile is approved, it is verified and not hidden (public_table).

    Text is in both languages; the one that is missing falls back on reading (`text(name, language)`). Codes are those of
    `providers.catalogue.lists`, cities those of `providers.profiles.cities`. Pictures are keys of `marketplace.files`.
    `next_free_date` None or in the past: takes orders now; in the future: from that day on; `is_paused` and None: not known when.
    `document` is what only the provider's own page needs:

        {"about_zh": str, "about_en": str,                      # plain text, paragraphs parted by an empty line
         "team": [{"name_zh", "name_en", "role_zh", "role_en": str, "photo": key or "", "languages": [code]}],
         "certificates": [{"name_zh", "name_en", "issuer": str, "issued": "YYYY-MM-DD" or "", "expires": the same}],
         "trial_orders": int or None,                           # orders taken without a deposit (A6); None: no trial
         "contact": {"days": [1..7], "from": "09:00", "until": "18:00", "timezone": "Asia/Shanghai"} or {},
         "cases": [{"id": int, "title_zh", "title_en", "story_zh", "story_en", "industry", "platform": str, "cover": key or "",
                    "verified": bool, "merchant": str (only when verified), "months": [int before, int after],
                    "figures": [{"metric": code, "before": int or None, "after": int or None, "change": int 1/10,000,
                                 "n_before": int, "n_after": int}]}]}     # amounts show their change only, see cases.metrics
    """

    provider_id = models.BigIntegerField(_("service provider"), unique=True)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    headline_zh = models.CharField(_("in one line, Chinese"), max_length=80)
    headline_en = models.CharField(_("in one line, English"), max_length=140)
    logo_key = models.CharField(_("logo"), max_length=120, blank=True)
    cover_key = models.CharField(_("cover"), max_length=120, blank=True)
    founded_year = models.SmallIntegerField(_("founded"), null=True, blank=True)
    team_size = models.IntegerField(_("people"), null=True, blank=True)
    cities = ArrayField(models.CharField(max_length=30), verbose_name=_("cities"), default=list)
    industries = ArrayField(models.CharField(max_length=30), verbose_name=_("industries"), default=list)
    belts = ArrayField(models.CharField(max_length=30), verbose_name=_("industrial belts"), default=list)
    platforms = ArrayField(models.CharField(max_length=30), verbose_name=_("platforms"), default=list)
    languages = ArrayField(models.CharField(max_length=30), verbose_name=_("languages"), default=list)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    next_free_date = models.DateField(_("free from"), null=True, blank=True)
    is_paused = models.BooleanField(_("paused"), default=False)
    verified_cases = models.IntegerField(_("cases with proof"), default=0)
    document = models.JSONField(_("document"), default=dict)
    published_at = models.DateTimeField(_("published"))

    class Meta:
        verbose_name = _("public provider")
        verbose_name_plural = _("public providers")

    def __str__(self) -> str:
        return self.name_zh or self.name_en

    def text(self, name: str, language: str) -> str:
        """`name`, `headline` or `about` in a language ("zh" or "en"), else in the other one."""
        other = "en" if language == "zh" else "zh"
        found: dict[str, Any] = self.document if name == "about" else self.__dict__
        return str(found.get(f"{name}_{language}") or found.get(f"{name}_{other}") or "")
