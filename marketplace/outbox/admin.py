"""The outbox as staff sees it: everything across tenants, nothing to change, no sealed value."""

from typing import Any

from django.contrib import admin

from marketplace.outbox import models
from marketplace.tenancy.staff import StaffAdmin


@admin.register(models.Message)
class MessageAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "kind", "channel", "state", "reason", "run_at", "attempts")
    list_filter = ("state", "channel")
    exclude = ("token",)


@admin.register(models.DeliveryAttempt)
class AttemptAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "message_id", "number", "outcome", "detail", "started_at")
    list_filter = ("outcome",)


@admin.register(models.Suppression)
class SuppressionAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "channel", "address_hint", "recipient_id", "source", "created_at", "removed_at")
    list_filter = ("source", "channel")


@admin.register(models.Reply)
class ReplyAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "channel", "address_hint", "effect", "received_at")
    list_filter = ("effect",)


@admin.register(models.Template)
class TemplateAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "kind", "step", "channel", "language", "version", "state", "edited_by", "decided_by")
    list_filter = ("state", "channel", "language")


@admin.register(models.Endpoint)
class EndpointAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "url", "is_active", "created_at")


@admin.register(models.ChannelSettings)
class ChannelSettingsAdmin(StaffAdmin):
    list_display = ("id", "merchant_id", "channel", "is_active", "per_minute", "updated_by", "updated_at")


def _plain(model: Any) -> None:
    names = [field.name for field in model._meta.fields if field.editable][:7]
    admin.site.register(model, type(f"{model.__name__}Admin", (StaffAdmin,), {"list_display": names}))


for each in (models.Notice, models.SandboxSms):
    _plain(each)
