"""What everybody may read of one listing or provider, and of several beside each other; each object has one door."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, QuerySet, Subquery, Value, When

from marketplace.kernel.errors import NotFound
from providers.catalogue.models import CategoryAttribute
from providers.catalogue.queries import attributes_of
from providers.listings.models import PublicListing
from providers.onboarding.models import TrialRule
from providers.profiles.models import PublicProvider
from providers.scorecards.models import PublicScore

OTHERS, MOST_LISTED = 3, 60


@dataclass(frozen=True, slots=True)
class ListingPage:
    listing: PublicListing
    provider: PublicProvider | None
    score: PublicScore | None
    attributes: list[CategoryAttribute]
    others: list[PublicListing]


@dataclass(frozen=True, slots=True)
class ProviderPage:
    provider: PublicProvider
    score: PublicScore | None
    listings: list[PublicListing]


@dataclass(frozen=True, slots=True)
class Compared:
    """Listings in the order they were asked for, with their providers, scores and the attributes of their categories."""

    listings: Sequence[PublicListing]
    providers: dict[int, PublicProvider]
    scores: dict[int, PublicScore]
    attributes: dict[int, list[CategoryAttribute]]


def with_trial() -> QuerySet[PublicProvider]:
    """Public providers, with what staff have set for a trial (A6) beside each: `trial_limit` orders of `trial_cap` fen."""
    rule = TrialRule.objects.all()
    return PublicProvider.objects.annotate(
        trial_limit=Subquery(rule.values("orders")[:1]), trial_cap=Subquery(rule.values("order_cap")[:1])
    )


def access_listing(slug: str) -> PublicListing:
    """A listing that is public now. NotFound for drafts, paused and hidden ones alike."""
    found = PublicListing.objects.select_related("category__parent").filter(slug=slug).first()
    if found is None:
        raise NotFound(f"listing {slug}")
    return found


def access_provider(slug: str) -> PublicProvider:
    """A provider that is public now. NotFound for those without an approved profile or hidden."""
    found = with_trial().filter(slug=slug).first()
    if found is None:
        raise NotFound(f"provider {slug}")
    return found


def listing_page(slug: str) -> ListingPage:
    """Four statements: the listing comes with its neighbours."""
    its_provider = PublicListing.objects.filter(slug=slug).values("provider_id")[:1]
    found = PublicListing.objects.select_related("category__parent").filter(provider_id=Subquery(its_provider))
    is_other = Case(When(slug=slug, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = list(found.order_by(is_other, "-published_at", "pk")[: OTHERS + 1])
    if not rows:
        raise NotFound(f"listing {slug}")
    listing, others = rows[0], rows[1:]
    of_provider = {"provider_id": listing.provider_id}
    return ListingPage(
        listing=listing,
        provider=with_trial().filter(**of_provider).first(),
        score=PublicScore.objects.filter(**of_provider).first(),
        attributes=attributes_of(listing.category),
        others=others,
    )


def provider_page(slug: str) -> ProviderPage:
    """Three statements."""
    provider = access_provider(slug)
    of_provider = {"provider_id": provider.provider_id}
    listings = PublicListing.objects.select_related("category").filter(**of_provider).order_by("-published_at", "pk")
    return ProviderPage(provider, PublicScore.objects.filter(**of_provider).first(), list(listings[:MOST_LISTED]))


def sellers(provider_ids: Iterable[int]) -> tuple[dict[int, PublicProvider], dict[int, PublicScore]]:
    """Providers and scores by provider id: two statements."""
    ids = set(provider_ids)
    providers = {row.provider_id: row for row in PublicProvider.objects.filter(provider_id__in=ids)}
    return providers, {row.provider_id: row for row in PublicScore.objects.filter(provider_id__in=ids)}


def listings_by_id(ids: Iterable[int]) -> dict[int, PublicListing]:
    """Those of them that are public now."""
    return {row.pk: row for row in PublicListing.objects.select_related("category").filter(pk__in=set(ids))}


def compared(slugs: Sequence[str]) -> Compared:
    """Four statements; slugs that are not public are left out."""
    found = {row.slug: row for row in PublicListing.objects.select_related("category").filter(slug__in=slugs)}
    listings = [found[slug] for slug in slugs if slug in found]
    providers, scores = sellers(row.provider_id for row in listings)
    categories = {pk for row in listings for pk in (row.category_id, row.category.parent_id) if pk is not None}
    attributes: dict[int, list[CategoryAttribute]] = {}
    for each in CategoryAttribute.objects.filter(category_id__in=categories):
        attributes.setdefault(each.category_id, []).append(each)
    return Compared(listings, providers, scores, attributes)
