"""Orders as the API says them. Amounts are integers in minor units of the row's currency; times are ISO 8601 in UTC."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orders.store.models import RefundRequest, ShopOrder, ShopOrderLine


class LineSerializer(serializers.ModelSerializer[ShopOrderLine]):
    sku = serializers.CharField(source="sku.code")
    title = serializers.CharField(source="sku.title")

    class Meta:
        model = ShopOrderLine
        fields = (
            *("line_no", "sku", "title", "quantity", "returned_quantity", "open_aftersale_quantity", "list_unit_amount"),
            *("paid_amount", "goodwill_amount", "currency", "tier"),
        )


class OrderSerializer(serializers.ModelSerializer[ShopOrder]):
    shop = serializers.SlugField(source="shop.slug")
    buyer_ref = serializers.CharField(source="buyer.external_ref", default=None)

    class Meta:
        model = ShopOrder
        fields = (
            *("id", "shop", "external_ref", "buyer_ref", "status", "channel", "currency"),
            *("placed_at", "paid_at", "delivered_at", "completed_at", "captured_amount", "refunded_amount", "shipping_amount"),
            *("presale_activity", "deposit_amount", "deposit_paid_at", "deposit_refunded_at", "balance_amount"),
            *("balance_opens_at", "balance_closes_at", "balance_paid_at"),
        )


class OrderWithLinesSerializer(OrderSerializer):
    lines = serializers.SerializerMethodField()

    class Meta:
        model = ShopOrder
        fields = (*OrderSerializer.Meta.fields, "lines")

    @extend_schema_field(LineSerializer(many=True))
    def get_lines(self, order: ShopOrder) -> list[dict[str, object]]:
        from orders.store.queries import lines_of

        return [dict(LineSerializer(line).data) for line in lines_of(order)]


class RefundRequestSerializer(serializers.ModelSerializer[RefundRequest]):
    shop = serializers.SlugField(source="shop.slug")
    sku = serializers.CharField(source="sku.code")
    matched = serializers.CharField(source="state")

    class Meta:
        model = RefundRequest
        fields = (
            *("id", "shop", "external_ref", "line_no", "sku", "quantity", "unit_amount", "currency", "requested_at"),
            *("reason_code", "buyer_text", "deadline_at", "outcome", "closed_at", "matched"),
        )


class DocumentsSerializer(serializers.Serializer[dict[str, object]]):
    """A shop and documents in the native JSONL form, one object each (docs/import-formats.md)."""

    shop = serializers.SlugField()
    documents = serializers.ListField(child=serializers.DictField(), min_length=1, max_length=1_000)


class QuarantinedSerializer(serializers.Serializer[dict[str, object]]):
    row = serializers.IntegerField()
    reason = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)


class ImportedSerializer(serializers.Serializer[dict[str, object]]):
    """What became of the documents. Rows with a mistake are quarantined; the others are stored."""

    import_id = serializers.IntegerField()
    orders = serializers.IntegerField()
    lines_new = serializers.IntegerField()
    lines_updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refund_requests = serializers.IntegerField()
    quarantined = QuarantinedSerializer(many=True)
