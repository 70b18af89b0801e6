"""The outbox as staff sees it: everything across tenants, nothing to change, no sealed value."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from marketplace.outbox import models
from marketplace.outbox.kinds import UnknownKind, kind_named
from marketplace.tenancy.staff import StaffAdmin


class KindInWords(StaffAdmin):
    """A table with message kinds, shown by the names rooms gave them."""

    @admin.display(description=_("kind"), ordering="kind")
    def kind_in_words(self, row: models.Message) -> str:
        try:
            return str(kind_named(row.kind).label or row.kind)
        except UnknownKind:  # of a program that is gone
            return row.kind


@admin.register(models.Message)
class MessageAdmin(KindInWords):
    list_display = ("id", "kind_in_words", "merchant_id", "channel", "state", "reason", "run_at", "attempts")
    list_filter = ("state", "channel", "run_at")
    search_fields = ("=effect_key", "kind")
    search_help_text = _("Key, kind, or an organization's name")
    date_hierarchy = "run_at"
    ordering = ("-id",)
    hidden = ("token", "data")


@admin.register(models.DeliveryAttempt)
class AttemptAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "message_id", "number", "outcome", "detail", "started_at")
    list_filter = ("outcome", "started_at")
    search_fields = ("=message__id", "detail")
    search_help_text = _("Number of the message, detail, or an organization's name")
    ordering = ("-id",)


@admin.register(models.Suppression)
class SuppressionAdmin(StaffAdmin):
    list_display = ("address_hint", "merchant_id", "channel", "source", "created_at", "removed_at")
    list_filter = ("source", "channel", ("removed_at", admin.EmptyFieldListFilter))
    search_fields = ("address_hint",)
    search_help_text = _("Part of the address, or an organization's name")
    ordering = ("-id",)


@admin.register(models.Reply)
class ReplyAdmin(StaffAdmin):
    list_display = ("address_hint", "merchant_id", "channel", "effect", "received_at")
    list_filter = ("effect", "received_at")
    search_fields = ("address_hint",)
    search_help_text = _("Part of the address, or an organization's name")
    ordering = ("-id",)


@admin.register(models.Template)
class TemplateAdmin(KindInWords):
    list_display = (
        "kind_in_words", "merchant_id", "step", "channel", "language", "version", "state", "edited_by", "decided_by",
    )  # fmt: skip
    list_filter = ("state", "channel", "language")
    search_fields = ("kind",)
    search_help_text = _("Kind, or an organization's name")
    ordering = ("-id",)


@admin.register(models.Endpoint)
class EndpointAdmin(StaffAdmin):
    list_display = ("url", "merchant_id", "is_active", "created_at")
    list_filter = ("is_active",)
    search_fields = ("url",)
    search_help_text = _("Address, or an organization's name")


@admin.register(models.ChannelSettings)
class ChannelSettingsAdmin(StaffAdmin):
    list_display = ("channel", "merchant_id", "is_active", "per_minute", "updated_by", "updated_at")
    list_filter = ("channel", "is_active")


@admin.register(models.Notice)
class NoticeAdmin(KindInWords):
    list_display = ("id", "kind_in_words", "merchant_id", "created_at", "read_at", "read_by")
    list_filter = ("created_at", ("read_at", admin.EmptyFieldListFilter))
    date_hierarchy = "created_at"
    ordering = ("-id",)


@admin.register(models.SandboxSms)
class SandboxSmsAdmin(StaffAdmin):
    list_display = ("address_hint", "merchant_id", "text", "segments", "sent_at")
    list_filter = ("sent_at",)
    search_fields = ("address_hint",)
    search_help_text = _("Part of the address, or an organization's name")
    hidden = ("idempotency_key",)
    ordering = ("-id",)
