"""Decisions of programs as the API says them. Amounts are integers in minor units."""

from rest_framework import serializers

from aftersales.models import Claim


class ClaimSerializer(serializers.ModelSerializer[Claim]):
    order_id = serializers.IntegerField()
    order_ref = serializers.CharField(source="order.external_ref")
    line_no = serializers.IntegerField(source="line.line_no")
    sku = serializers.CharField(source="line.sku.code")

    class Meta:
        model = Claim
        fields = (
            *("id", "program", "order_id", "order_ref", "line_no", "sku", "sequence", "state", "reason", "amount", "currency"),
            *("units", "policy_version", "inputs", "created_at"),
        )


class DecidedSerializer(serializers.Serializer[dict[str, object]]):
    """What one order's question came to."""

    run_id = serializers.IntegerField()
    claims = serializers.IntegerField()
    held = serializers.IntegerField()
    amounts = serializers.DictField(child=serializers.IntegerField())
    refused = serializers.DictField(child=serializers.IntegerField())
