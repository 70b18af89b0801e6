"""What can be offered: a tree of categories two levels deep, and what is asked about a service in each of them.

Global tables: everybody reads them, staff edit them in the admin.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.ui.formats import language


class Category(models.Model):
    """A category of services. Listings and qualifications name a sub-category, or a category without sub-categories."""

    class Risk(models.TextChoices):
        LOW = "low", _("low: may be approved by rule")
        NORMAL = "normal", _("normal: a person decides")

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    text_zh = models.CharField(_("description in Chinese"), max_length=300, blank=True)
    text_en = models.CharField(_("description in English"), max_length=300, blank=True)
    #: An icon of our own sprite.
    icon = models.CharField(_("icon"), max_length=30, default="tag")
    position = models.SmallIntegerField(_("position"), default=0)
    risk = models.CharField(_("risk"), max_length=8, choices=Risk, default=Risk.NORMAL)
    #: What a provider puts down before taking orders here: fen (CNY minor units).
    deposit_minor = models.BigIntegerField(_("deposit (fen)"), default=0)
    #: Codes of `lists.DOCUMENTS`.
    required_documents = ArrayField(models.CharField(max_length=40), verbose_name=_("documents"), default=list, blank=True)
    #: Delivered work counts as accepted after so many days (F3).
    auto_accept_days = models.SmallIntegerField(_("accepted after (days)"), default=7)
    is_active = models.BooleanField(_("open for listings"), default=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("position", "id")
        constraints = [
            models.CheckConstraint(condition=models.Q(deposit_minor__gte=0), name="category_deposit"),
            models.CheckConstraint(condition=models.Q(auto_accept_days__range=(3, 14)), name="category_auto_accept"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="category_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_en if language() == "en" else self.name_zh

    @property
    def text(self) -> str:
        """In the reader's language."""
        return self.text_en if language() == "en" else self.text_zh


class CategoryAttribute(models.Model):
    """Something listings of a category state. Sub-categories also ask what their parent asks."""

    class Kind(models.TextChoices):
        CHOICE = "choice", _("one of a list")
        MULTI = "multi", _("several of a list")
        NUMBER = "number", _("a whole number")
        BOOLEAN = "boolean", _("yes or no")

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="attributes", verbose_name=_("category"))
    key = models.SlugField(_("key"), max_length=40)
    name_zh = models.CharField(_("name in Chinese"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    #: [{"code": "night", "zh": "夜班", "en": "Night shift"}] for `choice` and `multi`.
    choices = models.JSONField(_("choices"), default=list, blank=True)
    unit_zh = models.CharField(_("unit in Chinese"), max_length=20, blank=True)
    unit_en = models.CharField(_("unit in English"), max_length=20, blank=True)
    required = models.BooleanField(_("required"), default=False)
    #: Whether searches can be narrowed by it.
    facet = models.BooleanField(_("facet"), default=False)
    position = models.SmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ("position", "id")
        constraints = [models.UniqueConstraint(fields=["category", "key"], name="one_attribute_per_key")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.name_en if language() == "en" else self.name_zh

    @property
    def unit(self) -> str:
        """In the reader's language."""
        return self.unit_en if language() == "en" else self.unit_zh

    def choice_label(self, code: str) -> str:
        """A choice in the reader's language; an unknown code shows itself."""
        found = next((choice for choice in self.choices if choice["code"] == code), None)
        return code if found is None else found["en" if language() == "en" else "zh"]

    def value_label(self, value: Any) -> str:
        """A stored value (code, list of codes, whole number, truth) in the reader's language."""
        from django.utils.translation import gettext

        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        if isinstance(value, list):
            return " · ".join(self.choice_label(code) for code in value)
        if isinstance(value, int):
            return f"{value} {self.unit}".strip()
        return self.choice_label(str(value))
