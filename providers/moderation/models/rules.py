"""What staff set: reason templates, free days, and what may pass without a person. Global: no tenant's."""

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class ReasonTemplate(models.Model):
    """A reason for a decision in both languages. `text` goes to the provider, `label` is what staff pick.

    `kind` is a review kind's name, or `penalty` for violations, which carry the points they usually cost.
    """

    kind = models.CharField(_("kind"), max_length=40)
    code = models.SlugField(_("code"), max_length=60)
    label_zh = models.CharField(_("label (Chinese)"), max_length=80)
    label_en = models.CharField(_("label (English)"), max_length=80)
    text_zh = models.TextField(_("what the provider reads (Chinese)"))
    text_en = models.TextField(_("what the provider reads (English)"))
    points = models.PositiveSmallIntegerField(
        pgettext_lazy("penalty", "points"), default=0, help_text=_("For violations only: 1 to 12.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("reason template")
        verbose_name_plural = _("reason templates")
        ordering = ["kind", "position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "code"], name="reason_template_once"),
            models.CheckConstraint(condition=models.Q(points__lte=12), name="reason_points_at_most_12"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The label in the reader's language."""
        return self.label_en if (get_language() or "").startswith("en") else self.label_zh

    @property
    def text(self) -> str:
        """The text in the reader's language."""
        return self.text_en if (get_language() or "").startswith("en") else self.text_zh


class Holiday(models.Model):
    """A day that differs from its weekday: a public holiday, or a weekend day on which people work (调休)."""

    date = models.DateField(_("date"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_working_day = models.BooleanField(_("working day"), default=False, help_text=_("Ticked: a weekend day people work on."))

    class Meta:
        verbose_name = _("free day")
        verbose_name_plural = _("free days")
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.name}"


class AutoApproval(models.Model):
    """Whether what a room calls low risk passes at once, and which share of it a person looks at afterwards."""

    kind = models.CharField(_("kind"), max_length=40, unique=True)
    is_active = models.BooleanField(_("approve low risk by rule"), default=False)
    sample_percent = models.PositiveSmallIntegerField(
        _("second look at (%)"), default=10, help_text=_("Of a hundred approved by rule, so many come to the inbox.")
    )

    class Meta:
        verbose_name = _("auto-approval rule")
        verbose_name_plural = _("auto-approval rules")
        ordering = ["kind"]
        constraints = [
            models.CheckConstraint(condition=models.Q(sample_percent__lte=100), name="auto_approval_sample_is_a_share"),
        ]

    def __str__(self) -> str:
        return self.kind
