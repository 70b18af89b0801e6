"""What a merchant's team keeps of the market: listings in shared lists, what they said about them, and searches to come back to.

A listing is named by the id and slug of its public projection. It may leave the market again: its title stays as it was kept.
What is deleted is only marked: deleting twice changes nothing, and keeping the same listing again brings it back.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace.tenancy.models import TenantForeignKey, TenantModel

NOW = Now()


class Shortlist(TenantModel):
    """A list of listings that the whole team sees."""

    name = models.CharField(_("name"), max_length=80)
    user_id = models.BigIntegerField(_("made by"), null=True)
    created_at = models.DateTimeField(_("created"), db_default=NOW)
    deleted_at = models.DateTimeField(_("deleted"), null=True)

    class Meta:
        verbose_name = _("shortlist")
        verbose_name_plural = _("shortlists")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "name"], condition=models.Q(deleted_at__isnull=True), name="one_shown_shortlist_per_name"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="shortlist_is_named"),
        ]

    def __str__(self) -> str:
        return self.name


class ShortlistItem(TenantModel):
    """A listing kept in a list; `title` is what it was called on the day it was kept."""

    shortlist = TenantForeignKey(Shortlist, related_name="items")
    listing_id = models.BigIntegerField(_("listing"))
    listing_slug = models.CharField(_("address"), max_length=120)
    title = models.CharField(_("title"), max_length=200)
    user_id = models.BigIntegerField(_("kept by"), null=True)
    created_at = models.DateTimeField(_("kept"), db_default=NOW)
    deleted_at = models.DateTimeField(_("deleted"), null=True)

    class Meta:
        verbose_name = _("kept listing")
        verbose_name_plural = _("kept listings")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "shortlist", "listing_id"], name="a_listing_once_per_shortlist")
        ]

    def __str__(self) -> str:
        return self.title


class ItemNote(TenantModel):
    """What somebody of the team said about a kept listing."""

    item = TenantForeignKey(ShortlistItem, related_name="notes")
    text = models.CharField(_("note"), max_length=1000)
    user_id = models.BigIntegerField(_("written by"), null=True)
    created_at = models.DateTimeField(_("written"), db_default=NOW)
    deleted_at = models.DateTimeField(_("deleted"), null=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [models.Index(fields=["merchant_id", "item"], name="shortlists_notes_of_item")]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="note_says_something")]

    def __str__(self) -> str:
        return self.text


class SavedSearch(TenantModel):
    """A search of the market to come back to, as its canonical query string. `seen_at`: when its hits were last looked at."""

    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(_("search"), max_length=1000, blank=True)
    user_id = models.BigIntegerField(_("saved by"), null=True)
    created_at = models.DateTimeField(_("saved"), db_default=NOW)
    seen_at = models.DateTimeField(_("last opened"), db_default=NOW)
    deleted_at = models.DateTimeField(_("deleted"), null=True)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "query"], name="a_search_saved_once"),
            models.CheckConstraint(condition=~models.Q(name=""), name="search_is_named"),
        ]

    def __str__(self) -> str:
        return self.name
