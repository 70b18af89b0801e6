"""Refund requests and buyers' replies by key: decided while the caller waits."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from aftersales.programs.refund_retention.models import RetentionCase
from aftersales.programs.refund_retention.operations import record_outcome, record_refund_request
from marketplace.accounts.roles import Permission
from marketplace.api.operations import Answer
from marketplace.api.views import MerchantView
from marketplace.kernel.errors import NotFound
from marketplace.outbox.operations.consent import receive_reply
from marketplace.tenancy.scope import scope
from orders.store.api.views import RefundRequestsView
from orders.store.queries import shops


class AskedSerializer(serializers.Serializer[dict[str, Any]]):
    """A buyer wants units of an order line taken back."""

    shop = serializers.SlugField()
    external_ref = serializers.CharField(max_length=80)
    order_ref = serializers.CharField(max_length=80)
    line_no = serializers.IntegerField(min_value=1, max_value=1_000_000)
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)
    requested_at = serializers.DateTimeField(required=False)
    reason_code = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    buyer_text = serializers.CharField(max_length=2_000, required=False, allow_blank=True, default="")
    deadline_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class CaseSerializer(serializers.ModelSerializer[RetentionCase]):
    class Meta:
        model = RetentionCase
        fields = ("id", "state", "reason", "intent", "offer", "offer_amount", "currency", "hold_until", "deadline_at")


class RecordedSerializer(serializers.Serializer[dict[str, Any]]):
    request_id = serializers.IntegerField()
    is_new = serializers.BooleanField()
    case = CaseSerializer(allow_null=True)


class OutcomeSerializer(serializers.Serializer[dict[str, Any]]):
    """What the platform made of a request. `kept_units`: how many units stay with the buyer when it was withdrawn in part."""

    outcome = serializers.ChoiceField(choices=["withdrawn", "refunded", "rejected"])
    kept_units = serializers.IntegerField(min_value=1, required=False, allow_null=True, default=None)


class ReplySerializer(serializers.Serializer[dict[str, Any]]):
    """What a buyer answered to a message; `reference` is the provider's number of the reply, which counts once."""

    channel = serializers.ChoiceField(choices=["sms", "email"])
    sender = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=2_000, allow_blank=True)
    reference = serializers.CharField(max_length=120)


class ReplyEffectSerializer(serializers.Serializer[dict[str, Any]]):
    effect = serializers.ChoiceField(choices=["opted_out", "noted", "repeated"])
    buyers = serializers.IntegerField()


def _valid(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    asked = serializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


class RefundRequestsDecidedView(RefundRequestsView):
    rights = {**RefundRequestsView.rights, "POST": Permission.IMPORT}

    @extend_schema(operation_id="refund_requests_record", request=AskedSerializer, responses=RecordedSerializer)
    def post(self, request: Request) -> Response:
        """Store a refund request and decide at once. The same number and line again changes nothing."""
        return self.once(lambda: self._recorded(_valid(AskedSerializer, request)))

    def _recorded(self, asked: dict[str, Any]) -> Answer:
        now = timezone.now()
        with scope(self.merchant_id, read_only=True):
            shop = shops(self.merchant_id).filter(slug=asked.pop("shop")).first()
        if shop is None:
            raise NotFound("There is no such shop.")
        asked.setdefault("requested_at", now)
        actor = self.request.user.actor  # type: ignore[union-attr]
        done = record_refund_request(merchant_id=self.merchant_id, shop_id=shop.pk, by=actor, at=now, **asked)
        case = CaseSerializer(done.case).data if done.case else None
        return 200, {"request_id": done.request.pk, "is_new": done.is_new, "case": case}


class OutcomeView(MerchantView):
    rights = {"POST": Permission.IMPORT}

    @extend_schema(operation_id="refund_requests_close", request=OutcomeSerializer, responses=OutcomeSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """The platform's word on a request. It wins over any answer of the buyer."""
        return self.once(lambda: self._closed(pk, _valid(OutcomeSerializer, request)))

    def _closed(self, pk: int, said: dict[str, Any]) -> Answer:
        actor = self.request.user.actor  # type: ignore[union-attr]
        done = record_outcome(merchant_id=self.merchant_id, request_id=pk, by=actor, at=timezone.now(), **said)
        return 200, {"outcome": done.outcome, "kept_units": said["kept_units"]}


class RepliesView(MerchantView):
    rights = {"POST": Permission.IMPORT}

    @extend_schema(operation_id="replies_receive", request=ReplySerializer, responses=ReplyEffectSerializer)
    def post(self, request: Request) -> Response:
        """A buyer's answer. STOP, TD, 退订 and sentences that say so end all messages at once."""
        return self.once(lambda: self._received(_valid(ReplySerializer, request)))

    def _received(self, said: dict[str, Any]) -> Answer:
        actor = self.request.user.actor  # type: ignore[union-attr]
        done = receive_reply(merchant_id=self.merchant_id, by=actor, at=timezone.now(), **said)
        return 200, {"effect": done.effect, "buyers": len(done.recipients)}
