"""Messages to the world: what is due, what was tried, who must not be written to, and how each merchant's channels are set.

Every column a program does not name has a database default, so that a program enqueues with one INSERT … SELECT inside its own
write (docs/delivery.md). Leases and due times follow the database's clock.
"""

from django.db import models
from django.db.models import JSONField, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import TenantForeignKey, TenantModel

NOW = Now()
EMPTY = Value({}, JSONField())


class Channel(models.TextChoices):
    EMAIL = "email", pgettext_lazy("channel", "E-mail")
    SMS = "sms", _("SMS")
    WEBHOOK = "webhook", _("Webhook")
    IN_APP = "in_app", _("In-app message")


class ConsentClass(models.TextChoices):
    SERVICE = "service", _("Service message")
    COMMERCIAL = "commercial", _("Commercial message")


class Endpoint(TenantModel):
    """An address of the merchant's own systems that receives signed webhooks."""

    url = models.CharField(_("address"), max_length=500)
    #: Kinds it wants; empty: all.
    kinds = models.JSONField(_("events"), db_default=Value([], JSONField()))
    secret_cipher = models.BinaryField(editable=False)
    previous_cipher = models.BinaryField(null=True, editable=False)
    #: Until then messages carry a signature of the previous secret, too.
    previous_until = models.DateTimeField(null=True)
    is_active = models.BooleanField(_("active"), db_default=True)
    created_by = models.CharField(_("by"), max_length=80, db_default="")
    created_at = models.DateTimeField(_("created"), db_default=NOW)

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "url"], name="endpoint_once")]

    def __str__(self) -> str:
        return self.url


class Message(TenantModel):
    """One message on its way: to a buyer (`recipient_id`), or without one to the merchant's people or systems."""

    class State(models.TextChoices):
        READY = "ready", _("Waiting to be sent")
        RUNNING = "running", _("Being sent")
        SENT = "sent", _("Sent")
        DROPPED = "dropped", _("Dropped")
        DEAD = "dead", _("Given up")

    #: Dotted: `aftersales.presale_balance.reminded`; see `marketplace.outbox.kinds`.
    kind = models.CharField(_("kind"), max_length=80)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    consent_class = models.CharField(_("consent"), max_length=10, choices=ConsentClass, db_default="service")
    #: The buyer's id; null for webhooks and for notices to the merchant.
    recipient_id = models.BigIntegerField(_("recipient"), null=True)
    #: The program's own row this message is about.
    subject_id = models.BigIntegerField(_("about"), null=True)
    step = models.CharField(_("step"), max_length=20, db_default="")
    #: '' = the recipient's own, or the shop's.
    language = models.CharField(_("language"), max_length=10, db_default="")
    data = models.JSONField(_("facts"), db_default=EMPTY)
    #: What makes this message the same message, within the merchant.
    effect_key = models.CharField(_("key"), max_length=200)
    #: Set on the copies a webhook message is fanned out to.
    endpoint = TenantForeignKey(Endpoint, null=True)
    run_at = models.DateTimeField(_("due"), db_default=NOW)
    #: Too late to be useful from here on; null: never.
    drop_after = models.DateTimeField(_("too late after"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=State, db_default="ready")
    reason = models.CharField(_("reason"), max_length=40, db_default="")
    error = models.CharField(_("last error"), max_length=300, db_default="")
    attempts = models.IntegerField(_("attempts"), db_default=0)
    max_attempts = models.IntegerField(_("attempts allowed"), db_default=8)
    token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    #: What was sent, links shortened: {"to", "subject", "body", "language", "template"}.
    rendered = models.JSONField(_("as sent"), null=True)
    created_at = models.DateTimeField(_("created"), db_default=NOW)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "effect_key"], name="message_once"),
            models.CheckConstraint(condition=Q(state__in=["ready", "running", "sent", "dropped", "dead"]), name="message_state"),
            models.CheckConstraint(condition=Q(channel__in=["email", "sms", "webhook", "in_app"]), name="message_channel"),
            models.CheckConstraint(condition=Q(consent_class__in=["service", "commercial"]), name="message_consent"),
        ]
        indexes = [
            models.Index(fields=["merchant_id", "channel", "run_at"], name="message_due", condition=Q(state="ready")),
            models.Index(fields=["merchant_id", "lease_until"], name="message_leased", condition=Q(state="running")),
            models.Index(fields=["merchant_id", "id"], name="message_given_up", condition=Q(state="dead")),
            models.Index(fields=["merchant_id", "recipient_id"], name="message_by_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.effect_key}"


class DeliveryAttempt(TenantModel):
    """One try to hand a message over. Written before the call, closed after it: an open one may or may not have arrived."""

    class Outcome(models.TextChoices):
        STARTED = "started", _("No answer recorded")
        SENT = "sent", _("Accepted")
        RETRY = "retry", _("Will be tried again")
        FAILED = "failed", _("Refused")

    message = TenantForeignKey(Message, related_name="tries")
    number = models.IntegerField(_("attempt"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, db_default="started")
    detail = models.CharField(_("detail"), max_length=300, db_default="")
    reference = models.CharField(_("reference"), max_length=200, db_default="")
    started_at = models.DateTimeField(_("started"), db_default=NOW)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")
        indexes = [models.Index(fields=["merchant_id", "message"], name="attempt_by_message")]

    def __str__(self) -> str:
        return f"{self.message_id}#{self.number}"


class Touch(TenantModel):
    """A buyer's one commercial message of a local day, whatever program sends it."""

    recipient_id = models.BigIntegerField()
    local_date = models.DateField()
    message = TenantForeignKey(Message)

    class Meta:
        verbose_name = _("commercial touch")
        verbose_name_plural = _("commercial touches")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "recipient_id", "local_date"], name="touch_once_a_day")]
        indexes = [models.Index(fields=["merchant_id", "message"], name="touch_by_message")]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.local_date}"


class Suppression(TenantModel):
    """Somebody who must not be written to. A buyer (`recipient_id`), an address (`address_hash`), or both."""

    class Source(models.TextChoices):
        LINK = "link", _("Opt-out link")
        WORD = "word", _("Opt-out word")
        TEXT = "text", _("Free text")
        PERSON = "person", _("Added by hand")
        IMPORT = "import", _("Imported")
        BOUNCE = "bounce", _("Address does not exist")
        API = "api", _("By API")

    #: '' = every channel.
    channel = models.CharField(_("channel"), max_length=10, db_default="")
    recipient_id = models.BigIntegerField(_("recipient"), null=True)
    address_hash = models.CharField(max_length=64, db_default="", editable=False)
    #: Enough to recognise it: `l••@example.com`, `138••••5678`.
    address_hint = models.CharField(_("address"), max_length=120, db_default="")
    address_cipher = models.BinaryField(null=True, editable=False)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    #: What was said, or why a person added it.
    note = models.CharField(_("note"), max_length=300, db_default="")
    created_by = models.CharField(_("by"), max_length=80, db_default="")
    created_at = models.DateTimeField(_("since"), db_default=NOW)
    removed_at = models.DateTimeField(_("removed"), null=True)
    removed_by = models.CharField(_("removed by"), max_length=80, db_default="")
    removed_reason = models.CharField(_("reason of removal"), max_length=300, db_default="")

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "channel", "recipient_id"],
                name="suppressed_buyer_once",
                condition=Q(removed_at__isnull=True, recipient_id__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["merchant_id", "channel", "address_hash"],
                name="suppressed_address_once",
                condition=Q(removed_at__isnull=True) & ~Q(address_hash=""),
            ),
        ]

    def __str__(self) -> str:
        return self.address_hint or f"buyer {self.recipient_id}"


class Reply(TenantModel):
    """An answer of a buyer to a message, and what it did. The provider's id makes a delivery that comes twice count once."""

    class Effect(models.TextChoices):
        OPTED_OUT = "opted_out", _("Opted out")
        NOTED = "noted", _("Noted")

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    reference = models.CharField(_("number"), max_length=120)
    address_hash = models.CharField(max_length=64, db_default="", editable=False)
    address_hint = models.CharField(_("from"), max_length=120, db_default="")
    text = models.CharField(_("text"), max_length=2000)
    effect = models.CharField(_("effect"), max_length=10, choices=Effect)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "channel", "reference"], name="reply_once")]

    def __str__(self) -> str:
        return self.reference


class ChannelSettings(TenantModel):
    """How a merchant uses one channel. No row: the defaults of the channel."""

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    is_active = models.BooleanField(_("active"), db_default=True)
    #: Plain values of the channel: sender, endpoint …
    config = models.JSONField(_("settings"), db_default=EMPTY)
    secret_cipher = models.BinaryField(null=True, editable=False)
    #: Null: no limit.
    per_minute = models.IntegerField(_("messages per minute"), null=True)
    quiet_from = models.TimeField(_("quiet from"), null=True)
    quiet_to = models.TimeField(_("quiet until"), null=True)
    updated_by = models.CharField(_("by"), max_length=80, db_default="")
    updated_at = models.DateTimeField(_("updated"), db_default=NOW)

    class Meta:
        verbose_name = _("channel settings")
        verbose_name_plural = _("channel settings")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "channel"], name="channel_settings_once")]

    def __str__(self) -> str:
        return self.channel


class Bucket(TenantModel):
    """The token bucket of one merchant and channel: what may be sent now without exceeding the rate."""

    channel = models.CharField(max_length=10)
    tokens = models.FloatField(db_default=0)
    refilled_at = models.DateTimeField(db_default=NOW)

    class Meta:
        verbose_name = _("rate limit")
        verbose_name_plural = _("rate limits")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "channel"], name="bucket_once")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.tokens:.0f}"


class Template(TenantModel):
    """One version of a merchant's own wording of a message. Versions are never edited; the newest one in use counts."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waits for approval")
        ACTIVE = "active", _("In use")
        REJECTED = "rejected", _("Rejected")
        #: A version that says: back to the wording that comes with the program.
        RESET = "reset", _("Reset to the default")

    kind = models.CharField(_("kind"), max_length=80)
    step = models.CharField(_("step"), max_length=20, db_default="")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    language = models.CharField(_("language"), max_length=10)
    version = models.IntegerField(_("version"))
    subject = models.CharField(_("subject"), max_length=200, db_default="")
    body = models.TextField(_("text"), db_default="")
    state = models.CharField(_("state"), max_length=10, choices=State)
    edited_by = models.CharField(_("edited by"), max_length=80)
    decided_by = models.CharField(_("decided by"), max_length=80, db_default="")
    created_at = models.DateTimeField(_("created"), db_default=NOW)
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_id", "kind", "step", "channel", "language", "version"], name="template_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.step} {self.channel} {self.language} v{self.version}"


class Notice(TenantModel):
    """A delivered in-app message: to a buyer, or (no recipient) to the merchant's people."""

    message = TenantForeignKey(Message)
    kind = models.CharField(_("kind"), max_length=80)
    recipient_id = models.BigIntegerField(_("recipient"), null=True)
    #: {"zh": {"subject", "body"}, "en": {…}}
    texts = models.JSONField(_("texts"))
    #: A path of the console, or '' .
    url = models.CharField(_("link"), max_length=300, db_default="")
    created_at = models.DateTimeField(_("when"), db_default=NOW)
    read_at = models.DateTimeField(_("read"), null=True)
    read_by = models.CharField(_("read by"), max_length=80, db_default="")

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "message"], name="notice_once")]
        indexes = [
            models.Index(fields=["merchant_id", "recipient_id", "-id"], name="notice_by_recipient"),
            models.Index(
                fields=["merchant_id"], name="notice_unread", condition=Q(recipient_id__isnull=True, read_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.message_id}"


class SandboxSms(TenantModel):
    """What the sandbox SMS gateway has accepted: its own memory, as a provider would have."""

    idempotency_key = models.CharField(max_length=80)
    address_hint = models.CharField(_("to"), max_length=120)
    text = models.TextField(_("text"))
    segments = models.IntegerField(_("segments"))
    sent_at = models.DateTimeField(_("sent"), db_default=NOW)

    class Meta:
        verbose_name = _("sandbox SMS")
        verbose_name_plural = _("sandbox SMS")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "idempotency_key"], name="sandbox_sms_once")]

    def __str__(self) -> str:
        return self.idempotency_key
