"""Orders, their payments and refund requests, by key."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.accounts.roles import Permission
from marketplace.api.views import MerchantView, Newest
from orders.store import queries
from orders.store.api.documents import import_documents
from orders.store.api.serializers import (
    DocumentsSerializer,
    ImportedSerializer,
    OrderSerializer,
    OrderWithLinesSerializer,
    RefundRequestSerializer,
)
from orders.store.models import RefundRequest, ShopOrder


class OrderFilter(django_filters.FilterSet):
    """Exact values only: each is one column of an index or a short list."""

    external_ref = django_filters.CharFilter()
    status = django_filters.ChoiceFilter(choices=ShopOrder.Status)
    shop = django_filters.CharFilter(field_name="shop__slug")
    placed_from = django_filters.IsoDateTimeFilter(field_name="placed_at", lookup_expr="gte")
    placed_to = django_filters.IsoDateTimeFilter(field_name="placed_at", lookup_expr="lt")

    class Meta:
        model = ShopOrder
        fields: list[str] = []


class RefundRequestFilter(django_filters.FilterSet):
    external_ref = django_filters.CharFilter()
    outcome = django_filters.CharFilter()
    shop = django_filters.CharFilter(field_name="shop__slug")

    class Meta:
        model = RefundRequest
        fields: list[str] = []


def narrowed(view: MerchantView, filters: type[django_filters.FilterSet], rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows a query string asks for. Raises django_filters' validation error (400)."""
    chosen = filters(view.request.query_params, queryset=rows)
    if not chosen.is_valid():
        from rest_framework.exceptions import ValidationError

        raise ValidationError(chosen.errors)
    return chosen.qs


def listed(view: MerchantView, rows: QuerySet[Any], serializer: Any) -> Response:
    """One page of rows."""
    pages = Newest()
    found = pages.paginate_queryset(rows, view.request, view=view)
    return pages.get_paginated_response(serializer(found, many=True).data)


class OrdersView(MerchantView):
    rights = {"GET": Permission.VIEW_ORDERS, "POST": Permission.IMPORT}

    @extend_schema(operation_id="orders_list", responses=OrderSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Orders, newest first. Filters: external_ref, status, shop, placed_from, placed_to."""
        rows = queries.orders(self.merchant_id).select_related("shop", "buyer")
        return listed(self, narrowed(self, OrderFilter, rows), OrderSerializer)

    @extend_schema(operation_id="orders_store", request=DocumentsSerializer, responses=ImportedSerializer)
    def post(self, request: Request) -> Response:
        """Store or update orders, payments and refund requests. Older versions (`updated_at`) and repetitions change nothing."""
        return self.once(lambda: (200, stored(self, request)))


def stored(view: MerchantView, request: Request) -> dict[str, Any]:
    """The documents of a request, stored."""
    asked = DocumentsSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return import_documents(
        merchant_id=view.merchant_id,
        shop=asked.validated_data["shop"],
        documents=asked.validated_data["documents"],
        by=request.user.actor,  # type: ignore[union-attr]
        at=timezone.now(),
    )


class OrderView(MerchantView):
    rights = {"GET": Permission.VIEW_ORDERS}

    @extend_schema(operation_id="orders_read", responses=OrderWithLinesSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One order with its lines."""
        return Response(OrderWithLinesSerializer(queries.access_order(merchant_id=self.merchant_id, pk=pk)).data)


class RefundRequestsView(MerchantView):
    rights = {"GET": Permission.VIEW_ORDERS}

    @extend_schema(operation_id="refund_requests_list", responses=RefundRequestSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Refund requests, newest first. Filters: external_ref, outcome, shop."""
        rows = RefundRequest.objects.filter(merchant_id=self.merchant_id).select_related("shop", "sku")
        return listed(self, narrowed(self, RefundRequestFilter, rows), RefundRequestSerializer)
