"""Claims by key: read them, or ask for one order."""

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from aftersales import operations
from aftersales.api.serializers import ClaimSerializer, DecidedSerializer
from aftersales.models import Claim
from aftersales.tasks import settle
from marketplace.accounts.roles import Permission
from marketplace.api.operations import Answer
from marketplace.api.views import MerchantView
from orders.store.api.views import listed, narrowed


class ClaimFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=Claim.State)
    program = django_filters.CharFilter()
    order_ref = django_filters.CharFilter(field_name="order__external_ref")

    class Meta:
        model = Claim
        fields: list[str] = []


class ClaimsView(MerchantView):
    rights = {"GET": Permission.VIEW_MONEY}

    @extend_schema(operation_id="claims_list", responses=ClaimSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Claims, newest first, each with the inputs that decided it. Filters: state, program, order_ref."""
        rows = Claim.objects.filter(merchant_id=self.merchant_id).select_related("order", "line__sku")
        return listed(self, narrowed(self, ClaimFilter, rows), ClaimSerializer)


class OrderClaimView(MerchantView):
    rights = {"POST": Permission.RUN_PROGRAMS}

    @extend_schema(operation_id="orders_claim", request=None, responses=DecidedSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Price protection for one order now, by the same rules as a run. Asking again pays nothing twice."""
        return self.once(lambda: self._decided(request, pk))

    def _decided(self, request: Request, pk: int) -> Answer:
        now = timezone.now()
        done = operations.claim_order(
            merchant_id=self.merchant_id,
            order_id=pk,
            as_of=now,
            by=request.user.actor,  # type: ignore[union-attr]
            at=now,
        )
        if done.counts["claims"]:
            settle.delay(merchant_id=self.merchant_id)
        found = {name: done.counts[name] for name in ("claims", "held", "amounts", "refused")}
        return 200, {"run_id": done.pk, **found}
