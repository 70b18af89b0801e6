"""The market for programs: no key, the same results as the page."""

from typing import Any

from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, generics, permissions
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.api.throttling import AddressThrottle
from marketplace.ui.formats import language
from providers.discovery.api.filters import ListingFilter, ProviderFilter
from providers.discovery.api.serializers import (
    CategorySerializer,
    PublicProviderSerializer,
    ResultsSerializer,
    SuggestionSerializer,
    as_json,
)
from providers.discovery.criteria import LONGEST_QUERY, Query
from providers.discovery.knowledge import knowledge
from providers.discovery.queries import search
from providers.discovery.suggestions import suggest
from providers.listings.models import PublicListing
from providers.profiles.models import PublicProvider


class PublicView(APIView):
    """Read by anybody, so many times a minute. A key is neither needed nor looked at."""

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)
    throttle_classes = (AddressThrottle,)


class ByName(PageNumberPagination):
    page_size = 50


class ListingsView(PublicView, generics.GenericAPIView):  # type: ignore[type-arg]
    queryset = PublicListing.objects.none()
    filter_backends = (DjangoFilterBackend,)
    filterset_class = ListingFilter
    pagination_class = None
    serializer_class = ResultsSerializer

    @extend_schema(operation_id="search_listings", filters=True, description="Search the market. Facets count hits per value.")
    def get(self, request: Request) -> Response:
        asked = ListingFilter(request.query_params, queryset=self.queryset)
        if not asked.is_valid():
            raise exceptions.ValidationError(asked.errors)
        query = Query.from_params(request.query_params)
        return Response(ResultsSerializer(as_json(search(query, language=language(), as_of=timezone.now()))).data)


class ProvidersView(PublicView, generics.ListAPIView):  # type: ignore[type-arg]
    """Verified providers, by name."""

    queryset = PublicProvider.objects.order_by("slug").defer("document")
    filter_backends = (DjangoFilterBackend,)
    filterset_class = ProviderFilter
    pagination_class = ByName
    serializer_class = PublicProviderSerializer


class CategoriesView(PublicView):
    """Every category that is open, those above before those below."""

    @extend_schema(operation_id="list_categories", responses=CategorySerializer(many=True))
    def get(self, request: Request) -> Response:
        found = [each for each in knowledge().categories.values() if each.is_active]
        rows: list[dict[str, Any]] = [
            {"slug": each.slug, "parent": each.parent, "name_zh": each.zh, "name_en": each.en} for each in found
        ]
        return Response(CategorySerializer(rows, many=True).data)


class SuggestionsView(PublicView):
    """What somebody who has begun to type may be about to ask for."""

    @extend_schema(
        operation_id="suggest",
        parameters=[OpenApiParameter("q", str, description="What was typed so far.")],
        responses=SuggestionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        typed = Query.from_params(request.query_params).q[:LONGEST_QUERY]
        return Response(SuggestionSerializer(suggest(typed, language=language()), many=True).data)
