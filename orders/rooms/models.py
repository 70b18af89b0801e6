"""Conversations of a merchant with a service provider: what was said, sent and decided.

What was said is never changed and never deleted: the database refuses both, and every message carries the hash of all before it.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import SharedModel, TenantForeignKey
from orders.rooms.states import DecisionState

NOW = Now()


class Side(models.TextChoices):
    MERCHANT = "merchant", _("Merchant")
    PROVIDER = "provider", _("Service provider")
    #: The market's staff, in disputes.
    MARKET = "market", _("Market")


PARTIES = ("merchant", "provider")


class Conversation(SharedModel):
    """One conversation about one subject. Rows are made in the merchant's scope only; both sides change their half.

    `…_waits_at`, `…_told_at`: since when this side has something unread, and when it was told; null when it has read everything.
    `revision` grows with everything a reader of the thread could see change.
    """

    subject_kind = models.CharField(_("about"), max_length=20)
    subject_id = models.BigIntegerField(_("subject no."))
    #: Where the subject's public or shared page is found, for subjects named by a slug.
    subject_slug = models.CharField(max_length=140, blank=True, default="")
    title = models.CharField(_("title"), max_length=200)
    #: What the parties were called when it began: neither may read the other's organization.
    merchant_name = models.CharField(_("merchant"), max_length=120)
    provider_name = models.CharField(_("service provider"), max_length=120)
    opened_by = models.CharField(_("opened by"), max_length=80)
    opened_at = models.DateTimeField(_("opened"), db_default=NOW)
    message_count = models.IntegerField(_("messages"), default=0)
    revision = models.IntegerField(default=0)
    #: The hash of the newest message.
    seal = models.CharField(max_length=64, blank=True, default="")
    last_at = models.DateTimeField(_("newest message"), db_default=NOW)
    last_side = models.CharField(max_length=10, choices=Side, blank=True, default="")
    #: The beginning of the newest message as it may be read before a contract.
    last_text = models.CharField(_("newest message"), max_length=140, blank=True, default="")
    newest_for_merchant = models.BigIntegerField(default=0)
    newest_for_provider = models.BigIntegerField(default=0)
    merchant_waits_at = models.DateTimeField(null=True)
    merchant_told_at = models.DateTimeField(null=True)
    provider_waits_at = models.DateTimeField(null=True)
    provider_told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "provider_id", "subject_kind", "subject_id"], name="one_conversation_per_subject"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="conversation_has_a_title"),
            models.CheckConstraint(condition=~Q(merchant_id=F("provider_id")), name="conversation_of_two"),
            models.CheckConstraint(condition=Q(message_count__gte=0, revision__gte=0), name="conversation_counts_up"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "-last_at", "-id"], name="talks_of_merchant"),
            models.Index(fields=["provider_id", "-last_at", "-id"], name="talks_of_provider"),
            models.Index(
                fields=["merchant_waits_at"],
                name="talks_merchant_untold",
                condition=Q(merchant_waits_at__isnull=False, merchant_told_at__isnull=True),
            ),
            models.Index(
                fields=["provider_waits_at"],
                name="talks_provider_untold",
                condition=Q(provider_waits_at__isnull=False, provider_told_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Message(SharedModel):
    """Something said, or something that happened (`kind` note: `code` and `facts` say what, in the reader's language).

    `text` is what was written; `masked` is what may be read before the two have a contract. They are equal unless contact details
    were found, whose kinds are in `hidden`. `seal` is the hash of this message and of the one before it.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("Message")
        NOTE = "note", pgettext_lazy("conversation", "Event")

    conversation = TenantForeignKey(Conversation, related_name="messages")
    #: Its place in the conversation, from 1.
    number = models.IntegerField(_("no."))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind, default=Kind.TEXT)
    side = models.CharField(_("side"), max_length=10, choices=Side)
    author_id = models.BigIntegerField(_("person"), null=True)
    author_name = models.CharField(_("written by"), max_length=120, blank=True)
    text = models.TextField(_("text"), blank=True)
    masked = models.TextField(blank=True)
    hidden = ArrayField(models.CharField(max_length=10), default=list)
    code = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)
    is_decision = models.BooleanField(_("decision"), default=False)
    #: Sent by the form, so that a double click says it once.
    key = models.CharField(max_length=80)
    written_at = models.DateTimeField(_("written"))
    seal = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "conversation", "number"], name="message_number_once"),
            models.UniqueConstraint(fields=["merchant_id", "conversation", "key"], name="message_said_once"),
            models.CheckConstraint(condition=Q(side__in=["merchant", "provider", "market"]), name="message_side"),
            models.CheckConstraint(
                condition=Q(kind="text", code="") | (Q(kind="note", text="", is_decision=False) & ~Q(code="")),
                name="message_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}/{self.number}"


class SharedFile(SharedModel):
    """A file both sides may read. Its bytes are in `SharedFileChunk`, sealed for the merchant's books and this file."""

    uid = models.UUIDField()
    side = models.CharField(_("side"), max_length=10, choices=Side)
    name = models.CharField(_("file name"), max_length=120)
    content_type = models.CharField(_("type"), max_length=80)
    size = models.IntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    #: Of pictures, in pixels.
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    stored_by = models.CharField(_("sent by"), max_length=80)
    stored_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("shared file")
        verbose_name_plural = _("shared files")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "uid"], name="shared_file_by_uid"),
            models.CheckConstraint(condition=Q(size__gt=0), name="shared_file_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class SharedFileChunk(SharedModel):
    """A sealed piece of a file. Its number, whether it is the last, and its file are part of the seal."""

    file = TenantForeignKey(SharedFile)
    number = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant_id", "file", "number"], name="one_shared_chunk_per_number")]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"


class MessageFile(SharedModel):
    """A file sent with a message, in the order it was chosen."""

    message = TenantForeignKey(Message, related_name="attachments")
    file = TenantForeignKey(SharedFile, related_name="messages")
    position = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "message", "position"], name="one_attachment_per_place"),
            models.UniqueConstraint(fields=["merchant_id", "file"], name="a_file_is_sent_once"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.position}"


class Decision(SharedModel):
    """A message one side marked as a decision, and what the other made of it."""

    conversation = TenantForeignKey(Conversation)
    message = TenantForeignKey(Message)
    side = models.CharField(_("proposed by"), max_length=10, choices=Side)
    state = models.CharField(_("state"), max_length=12, choices=DecisionState, default=DecisionState.PROPOSED)
    proposed_at = models.DateTimeField(_("proposed"))
    closed_by = models.CharField(_("answered by"), max_length=120, blank=True)
    closed_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "message"], name="one_decision_per_message"),
            models.CheckConstraint(condition=Q(side__in=PARTIES), name="decision_side"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "acknowledged", "declined", "withdrawn"]), name="decision_state"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", closed_at__isnull=True) | (~Q(state="proposed") & Q(closed_at__isnull=False)),
                name="decision_closed",
            ),
        ]
        indexes = [models.Index(fields=["merchant_id", "conversation", "-id"], name="decisions_of_talk")]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.state}"


class ReadMark(SharedModel):
    """How far a person has read. Marks only move forward."""

    conversation = TenantForeignKey(Conversation)
    side = models.CharField(_("side"), max_length=10, choices=Side)
    user_id = models.BigIntegerField(_("person"))
    message_id = models.BigIntegerField(_("read up to"))
    read_at = models.DateTimeField(_("read"))

    class Meta:
        verbose_name = _("read mark")
        verbose_name_plural = _("read marks")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "conversation", "side", "user_id"], name="one_read_mark_per_person"),
            models.CheckConstraint(condition=Q(side__in=PARTIES), name="read_mark_side"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}: {self.user_id} ≤ {self.message_id}"
