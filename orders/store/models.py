"""The order store: every merchant's consumer orders, prices and refund requests.

Money is integer minor units of the row's currency; times are UTC. `revision` counts changes of an order or line, so that a
program can see that what it decided on is still what is stored.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.tenancy.models import TenantForeignKey, TenantModel
from merchants.models import Shop

NOW = Now()


class Buyer(TenantModel):
    """A consumer of a shop. E-mail address (`contact_*`) and phone number are encrypted; look-ups use a per-merchant HMAC.

    An empty `language` means the shop's.
    """

    shop = TenantForeignKey(Shop)
    external_ref = models.CharField(_("customer number"), max_length=80)
    contact_cipher = models.BinaryField(null=True, editable=False)
    contact_hash = models.CharField(max_length=64, blank=True, editable=False)
    phone_cipher = models.BinaryField(null=True, editable=False)
    phone_hash = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    language = models.CharField(_("language"), max_length=10, blank=True, default="", db_default="")
    commercial_consent = models.BooleanField(_("consents to offers"), default=False)
    opted_out_at = models.DateTimeField(_("opted out"), null=True, blank=True)

    class Meta:
        verbose_name = _("buyer")
        verbose_name_plural = _("buyers")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "shop", "external_ref"], name="buyer_once")]
        indexes = [
            models.Index(fields=["merchant_id", "contact_hash"], name="buyer_by_contact", condition=~models.Q(contact_hash="")),
            models.Index(fields=["merchant_id", "phone_hash"], name="buyer_by_phone", condition=~models.Q(phone_hash="")),
        ]

    def __str__(self) -> str:
        return self.external_ref


class Sku(TenantModel):
    """A product of a shop."""

    shop = TenantForeignKey(Shop)
    code = models.CharField(_("code"), max_length=80)
    title = models.CharField(_("title"), max_length=300, blank=True)
    category = models.CharField(_("category"), max_length=80, blank=True)
    cost_amount = models.BigIntegerField(_("cost"), null=True, blank=True)
    is_gift = models.BooleanField(_("gift"), default=False)
    is_bundle = models.BooleanField(_("bundle"), default=False)
    is_clearance = models.BooleanField(_("clearance"), default=False)
    is_flash = models.BooleanField(_("flash sale"), default=False)
    is_live_room = models.BooleanField(_("live-room exclusive"), default=False)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "shop", "code"], name="sku_once")]

    def __str__(self) -> str:
        return self.code


class ShopOrder(TenantModel):
    """A consumer's order as the platform reports it."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        DELIVERED = "delivered", _("Delivered")
        COMPLETED = "completed", _("Completed")
        CANCELLED = "cancelled", _("Cancelled")

    shop = TenantForeignKey(Shop)
    buyer = TenantForeignKey(Buyer, null=True, blank=True)
    external_ref = models.CharField(_("order number"), max_length=80)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PAID)
    channel = models.CharField(_("channel"), max_length=20, default="account")
    currency = models.CharField(_("currency"), max_length=3)
    placed_at = models.DateTimeField(_("placed"))
    paid_at = models.DateTimeField(_("paid"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    completed_at = models.DateTimeField(_("completed"), null=True)
    captured_amount = models.BigIntegerField(_("captured"), default=0)
    refunded_amount = models.BigIntegerField(_("refunded"), default=0)
    shipping_amount = models.BigIntegerField(_("shipping"), default=0)
    presale_activity = models.CharField(_("presale activity"), max_length=80, blank=True, default="", db_default="")
    deposit_amount = models.BigIntegerField(_("deposit"), null=True)
    deposit_paid_at = models.DateTimeField(_("deposit paid"), null=True)
    deposit_refunded_at = models.DateTimeField(_("deposit refunded"), null=True)
    balance_amount = models.BigIntegerField(_("balance"), null=True)
    balance_opens_at = models.DateTimeField(_("balance opens"), null=True)
    balance_closes_at = models.DateTimeField(_("balance closes"), null=True)
    balance_paid_at = models.DateTimeField(_("balance paid"), null=True)
    source_updated_at = models.DateTimeField(_("updated at the source"), null=True)
    revision = models.IntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("shop order")
        verbose_name_plural = _("shop orders")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "shop", "external_ref"], name="shop_order_once")]
        indexes = [
            models.Index(fields=["merchant_id", "-placed_at", "-id"], name="shop_order_recent"),
            # What presale reminders plan from: orders that still owe their balance, by the opening of the window.
            models.Index(
                fields=["merchant_id", "balance_opens_at", "id"],
                name="shop_order_owing",
                condition=models.Q(deposit_paid_at__isnull=False, balance_paid_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.external_ref


class ShopOrderLine(TenantModel):
    """One line of an order. `paid_amount` is the whole line after allocated discounts, shipping excluded.

    `deposit_paid_at` is set when a deposit was paid before the rest: from then on a fall of the price counts. A line that a
    later version of its order no longer has gets `removed_at` and counts as returned, so that nothing of it is kept.
    """

    order = TenantForeignKey(ShopOrder, related_name="lines")
    sku = TenantForeignKey(Sku, related_name="lines")
    line_no = models.IntegerField(_("line"))
    quantity = models.IntegerField(_("quantity"))
    returned_quantity = models.IntegerField(_("returned"), default=0)
    open_aftersale_quantity = models.IntegerField(_("open after-sale"), default=0)
    list_unit_amount = models.BigIntegerField(_("list price"))
    paid_amount = models.BigIntegerField(_("paid"))
    goodwill_amount = models.BigIntegerField(_("goodwill refunded"), default=0)
    gift_amount = models.BigIntegerField(_("value of the gifts that came with it"), default=0, db_default=0)
    tax_rate_ppm = models.IntegerField(_("tax rate (ppm)"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    channel = models.CharField(_("channel"), max_length=20, default="account")
    tier = models.CharField(_("price tier"), max_length=20, blank=True)
    placed_at = models.DateTimeField(_("placed"))
    paid_at = models.DateTimeField(_("paid"), null=True)
    deposit_paid_at = models.DateTimeField(_("deposit paid"), null=True, editable=False)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    completed_at = models.DateTimeField(_("completed"), null=True)
    removed_at = models.DateTimeField(_("removed from the order"), null=True, editable=False)
    revision = models.IntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order", "line_no"], name="line_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0, paid_amount__gte=0, returned_quantity__gte=0)
                & models.Q(returned_quantity__lte=models.F("quantity")),
                name="line_quantities",
            ),
        ]
        indexes = [models.Index(fields=["merchant_id", "sku", "paid_at"], name="line_by_sku_paid")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line_no}"


class PricePoint(TenantModel):
    """What one unit of a product costs in `[valid_from, valid_to)`; an open end means until further notice."""

    class Source(models.TextChoices):
        FEED = "feed", _("Price feed")
        OBSERVED = "observed", _("Observed in orders")
        PROMO = "promo", _("Promotion")

    sku = TenantForeignKey(Sku, related_name="points")
    amount = models.BigIntegerField(_("price"))
    currency = models.CharField(_("currency"), max_length=3)
    valid_from = models.DateTimeField(_("from"))
    valid_to = models.DateTimeField(_("to"), null=True)
    #: Whether the end was given, or follows from the next point; unknown for points of earlier releases.
    has_end = models.BooleanField(null=True, editable=False)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.FEED)
    tier = models.CharField(_("price tier"), max_length=20, blank=True)
    stock = models.IntegerField(_("stock"), null=True)
    gift_amount = models.BigIntegerField(_("value of the gifts with a unit"), default=0, db_default=0)

    class Meta:
        verbose_name = _("price point")
        verbose_name_plural = _("price points")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "sku", "source", "tier", "valid_from"], name="point_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")), name="point_interval"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.amount}"


class Promotion(TenantModel):
    """A sale that extends price protection: paid in `[purchase_from, purchase_to)` → protected until `protected_until`."""

    shop = TenantForeignKey(Shop)
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    purchase_from = models.DateTimeField(_("purchases from"))
    purchase_to = models.DateTimeField(_("purchases until"))
    protected_until = models.DateTimeField(_("protected until"))
    sku_codes = ArrayField(models.CharField(max_length=80), null=True, blank=True, verbose_name=_("products (empty: all)"))

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "shop", "code"], name="promotion_once")]

    def __str__(self) -> str:
        return self.name


class OrderTender(TenantModel):
    """One means of payment of an order, and how much of it came that way and went back. Orders without any are one payment."""

    order = TenantForeignKey(ShopOrder, related_name="tenders")
    position = models.IntegerField(_("position"))
    method = models.CharField(_("method"), max_length=20)
    reference = models.CharField(_("payment number"), max_length=80, blank=True)
    captured_amount = models.BigIntegerField(_("captured"))
    refunded_amount = models.BigIntegerField(_("refunded"), default=0)

    class Meta:
        verbose_name = _("means of payment")
        verbose_name_plural = _("means of payment")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "order", "position"], name="tender_once"),
            models.CheckConstraint(
                condition=models.Q(refunded_amount__gte=0, refunded_amount__lte=models.F("captured_amount")),
                name="tender_amounts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position} {self.method}"


class Coupon(TenantModel):
    """A fixed amount off, from a threshold on, valid in `[valid_from, valid_to)`. Public ones may be claimed by anybody, once."""

    shop = TenantForeignKey(Shop)
    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=120)
    face_amount = models.BigIntegerField(_("face value"))
    threshold_amount = models.BigIntegerField(_("from a total of"), default=0)
    is_public = models.BooleanField(_("anybody may claim it"), default=True)
    valid_from = models.DateTimeField(_("from"))
    valid_to = models.DateTimeField(_("to"), null=True)
    sku_codes = ArrayField(models.CharField(max_length=80), null=True, blank=True, verbose_name=_("products (empty: all)"))

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "shop", "code"], name="coupon_once"),
            models.CheckConstraint(condition=models.Q(face_amount__gt=0, threshold_amount__gte=0), name="coupon_amounts"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")), name="coupon_interval"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CouponHolding(TenantModel):
    """A buyer's coupon. One coupon, one benefit: used on an order, or voided by a claim that counted it."""

    class State(models.TextChoices):
        HELD = "held", _("Held")
        USED = "used", _("Used")
        VOIDED = "voided", _("Voided")

    coupon = TenantForeignKey(Coupon, related_name="holdings")
    buyer = TenantForeignKey(Buyer)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.HELD)
    #: What it was used or voided for: `order:NUMBER` or `claim:ID`.
    used_for = models.CharField(_("used for"), max_length=100, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("buyer's coupon")
        verbose_name_plural = _("buyers' coupons")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "coupon", "buyer"], name="holding_once")]

    def __str__(self) -> str:
        return f"{self.coupon_id}/{self.buyer_id} {self.state}"


class RefundRequest(TenantModel):
    """A buyer's request to take goods back, matched to the lines it concerns where they are known.

    `state` is about matching; `outcome` is what the platform says became of the request: its own word always wins.
    `deadline_at` is when the platform decides by itself.
    """

    class State(models.TextChoices):
        NEW = "new", _("Waiting to be matched")
        SINGLE = "single", _("Matched to one line")
        SPREAD = "spread", _("Matched to several lines")
        PARTIAL = "partial", _("Matched in part")
        UNMATCHED = "unmatched", _("No earlier purchase")

    class Outcome(models.TextChoices):
        OPEN = "open", pgettext_lazy("refund request", "Open")
        WITHDRAWN = "withdrawn", pgettext_lazy("refund request", "Withdrawn by the buyer")
        REFUNDED = "refunded", pgettext_lazy("refund request", "Refunded")
        REJECTED = "rejected", pgettext_lazy("refund request", "Rejected")

    shop = TenantForeignKey(Shop)
    buyer = TenantForeignKey(Buyer, null=True, blank=True)
    sku = TenantForeignKey(Sku)
    external_ref = models.CharField(_("number"), max_length=80)
    line_no = models.IntegerField(_("line"))
    row_no = models.BigIntegerField(_("row in the file"))
    quantity = models.IntegerField(_("quantity"))
    unit_amount = models.BigIntegerField(_("unit price"))
    currency = models.CharField(_("currency"), max_length=3)
    requested_at = models.DateTimeField(_("requested"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    reason_code = models.CharField(_("reason given"), max_length=60, blank=True, default="", db_default="")
    buyer_text = models.TextField(_("buyer's words"), blank=True, default="", db_default="")
    deadline_at = models.DateTimeField(_("platform's deadline"), null=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.OPEN, db_default=Outcome.OPEN)
    closed_at = models.DateTimeField(_("closed"), null=True)
    source_updated_at = models.DateTimeField(_("updated at the source"), null=True)

    class Meta:
        verbose_name = _("refund request")
        verbose_name_plural = _("refund requests")
        constraints = [
            models.UniqueConstraint(fields=["merchant_id", "shop", "external_ref", "line_no"], name="refund_request_once")
        ]
        indexes = [
            models.Index(fields=["merchant_id", "shop"], name="refund_request_new", condition=models.Q(state="new")),
            models.Index(
                fields=["merchant_id", "requested_at", "id"], name="refund_request_open", condition=models.Q(outcome="open")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.external_ref}/{self.line_no}"


class RefundAllocation(TenantModel):
    """How many units of a refund request came from which order line."""

    request = TenantForeignKey(RefundRequest, related_name="allocations")
    line = TenantForeignKey(ShopOrderLine, related_name="allocations")
    quantity = models.IntegerField(_("quantity"))

    class Meta:
        verbose_name = _("refund allocation")
        verbose_name_plural = _("refund allocations")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "request", "line"], name="allocation_once")]

    def __str__(self) -> str:
        return f"{self.request_id}→{self.line_id}"


class ImportBatch(TenantModel):
    """One file on its way into the order store."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        STAGING = "staging", _("Reading the file")
        APPLYING = "applying", _("Storing orders")
        MATCHING = "matching", _("Matching refund requests")
        FINISHED = "finished", _("Finished")
        FAILED = "failed", _("Failed")

    shop = TenantForeignKey(Shop)
    format = models.CharField(_("format"), max_length=20)
    file_name = models.CharField(_("file"), max_length=255)
    stored_path = models.CharField(max_length=500, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    corrects = TenantForeignKey("self", null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    rows_read = models.BigIntegerField(_("rows read"), default=0)
    buckets_done = models.IntegerField(default=0, editable=False)
    #: The ranges of buckets that are stored, each from and to.
    ranges_done = models.JSONField(default=list, db_default=Value([], models.JSONField()), editable=False)
    counts = models.JSONField(_("counts"), default=dict)
    error = models.TextField(_("error"), blank=True)
    error_facts = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), editable=False)
    created_by = models.CharField(_("by"), max_length=80)
    created_at = models.DateTimeField(_("created"), db_default=NOW)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["merchant_id", "-created_at"], name="import_recent")]

    def __str__(self) -> str:
        return self.file_name


class QuarantinedRow(TenantModel):
    """A row that no program may act on until a person corrected it."""

    batch = TenantForeignKey(ImportBatch, related_name="quarantine")
    row_no = models.BigIntegerField(_("row"))
    reason = models.CharField(_("reason"), max_length=60)
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    raw = models.TextField(_("row as read"))
    order_ref = models.CharField(_("order number"), max_length=80, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("quarantined row")
        verbose_name_plural = _("quarantined rows")
        constraints = [models.UniqueConstraint(fields=["merchant_id", "batch", "row_no"], name="quarantined_once")]

    def __str__(self) -> str:
        return f"{self.row_no}: {self.reason}"


class StagedRow(models.Model):
    """A parsed row between file and order store. Raw SQL table: no id, one index, not logged; emptied when the batch is done."""

    tenant_owner = "merchant_id"
    merchant_id = models.BigIntegerField()
    row_no = models.BigIntegerField(primary_key=True)

    class Meta:
        managed = False
        db_table = "store_stagedrow"
