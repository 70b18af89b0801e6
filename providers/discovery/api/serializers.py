"""How the market looks as JSON. Amounts are minor units, rates 1/10,000, scores 1/100 points; texts are in both languages."""

from typing import Any

from django.utils.functional import Promise
from rest_framework import serializers

from providers.discovery.results import Hit, Results


class ReasonSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    text = serializers.CharField(help_text="In the language of the request.")


class ShownProviderSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField(help_text="In the language of the request.")
    level = serializers.IntegerField()
    score = serializers.IntegerField(allow_null=True, help_text="1/100 points; null without jobs.")
    jobs = serializers.IntegerField()
    renewal_rate = serializers.IntegerField(allow_null=True, help_text="1/10,000; null below ten renewals due.")
    is_newcomer = serializers.BooleanField()


class HitSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    slug = serializers.CharField()
    title_zh = serializers.CharField()
    title_en = serializers.CharField()
    summary_zh = serializers.CharField()
    summary_en = serializers.CharField()
    platforms = serializers.ListField(child=serializers.CharField())
    industries = serializers.ListField(child=serializers.CharField())
    belts = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    pricing_model = serializers.CharField()
    currency = serializers.CharField()
    from_minor = serializers.IntegerField(allow_null=True, help_text="The least one pays; null for quotes.")
    delivery_days = serializers.IntegerField(allow_null=True)
    published_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    provider = ShownProviderSerializer()
    is_promoted = serializers.BooleanField(help_text="Here because newcomers get a tenth of the places.")
    reasons = ReasonSerializer(many=True, help_text="The three strongest reasons of its place.")


class ChoiceSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    is_selected = serializers.BooleanField()


class FacetSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="The parameter to narrow by.")
    label = serializers.CharField()  # type: ignore[assignment]
    choices = ChoiceSerializer(many=True)


class ResultsSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    total_is_exact = serializers.BooleanField(help_text="False: there are more; facets count those looked at.")
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    did_you_mean = serializers.CharField(allow_blank=True)
    is_corrected = serializers.BooleanField(help_text="`did_you_mean` was searched instead.")
    is_relaxed = serializers.BooleanField(help_text="Nothing has all the words; these have most of them.")
    results = HitSerializer(many=True)
    facets = FacetSerializer(many=True)


class PublicProviderSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    headline_zh = serializers.CharField()
    headline_en = serializers.CharField()
    cities = serializers.ListField(child=serializers.CharField())
    industries = serializers.ListField(child=serializers.CharField())
    belts = serializers.ListField(child=serializers.CharField())
    platforms = serializers.ListField(child=serializers.CharField())
    languages = serializers.ListField(child=serializers.CharField())
    team_size = serializers.IntegerField(allow_null=True)
    next_free_date = serializers.DateField(allow_null=True)
    is_paused = serializers.BooleanField()
    verified_cases = serializers.IntegerField()


class CategorySerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    parent = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    name_zh = serializers.CharField()
    name_en = serializers.CharField()


class SuggestionSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    kind = serializers.CharField(help_text="`category`, `name` or `word`.")
    listings = serializers.IntegerField(help_text="Listings with it in their title; 0 where it was not counted.")


SAME = (
    "slug", "title_zh", "title_en", "summary_zh", "summary_en", "platforms", "industries", "belts", "languages", "pricing_model",
    "currency", "from_minor", "delivery_days", "published_at", "updated_at",
)  # fmt: skip


def as_json(found: Results) -> dict[str, Any]:
    """A page of results, shaped for `ResultsSerializer`."""
    plain = ("total", "total_is_exact", "page", "pages", "did_you_mean", "is_corrected", "is_relaxed")
    return {
        **{name: getattr(found, name) for name in plain},
        "results": [_hit(hit) for hit in found.hits],
        "facets": [
            {"name": facet.name, "label": _said(facet.label), "choices": [_choice(choice) for choice in facet.choices]}
            for facet in found.facets
        ],
    }


def _hit(hit: Hit) -> dict[str, Any]:
    provider = {name: getattr(hit, name) for name in ("level", "score", "jobs", "renewal_rate", "is_newcomer")}
    return {
        "id": hit.listing.listing_id,
        **{name: getattr(hit.listing, name) for name in SAME},
        "provider": {"slug": hit.provider_slug, "name": hit.provider_name, **provider},
        "is_promoted": hit.is_promoted,
        "reasons": [{"code": reason.code, "text": _said(reason.text)} for reason in hit.reasons],
    }


def _choice(choice: Any) -> dict[str, Any]:
    return {"value": choice.value, "label": _said(choice.label), "count": choice.count, "is_selected": choice.is_selected}


def _said(text: str | Promise) -> str:
    return str(text)
