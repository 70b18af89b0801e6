"""Keeping the index: documents in the transaction that changes what is public, words from time to time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection, transaction
from psycopg2.extras import execute_values

from marketplace.tenancy.scope import scope
from providers.catalogue.models import Category
from providers.discovery.documents import Document, document
from providers.discovery.knowledge import forget, knowledge
from providers.discovery.models import SearchDocument, Word
from providers.discovery.remembering import renew
from providers.discovery.text import is_cjk
from providers.listings.models import PublicListing
from providers.profiles.models import PublicProvider
from providers.scorecards.models import PublicScore

BATCH = 200
#: Words are counted over the titles of so many of the newest listings.
COUNTED = 50_000
#: In a market of so many listings a word must occur twice: once may be a slip of the pen.
LARGE = 1_000
LONGEST_WORD = 60
NAMES = (
    "listing_id", "provider_id", "title", "text", "tokens", "facets", "attributes", "price_minor", "free_from", "quality",
    "score", "is_newcomer", "words", "published_at", "updated_at",
)  # fmt: skip
WRITE = f"""
INSERT INTO discovery_searchdocument ({", ".join(NAMES)}) VALUES %s
ON CONFLICT (listing_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in NAMES[1:])}
"""
TEMPLATE = f"({', '.join('array_to_tsvector(%s::text[])' if name == 'tokens' else '%s' for name in NAMES)})"


def index_listings(listing_ids: Sequence[int]) -> None:
    """Bring these listings' documents in line with their public rows. Inside the owner's scope and transaction."""
    ids = list(listing_ids)
    listings = list(PublicListing.objects.filter(listing_id__in=ids))
    SearchDocument.objects.filter(listing_id__in=set(ids) - {each.listing_id for each in listings}).delete()
    for start in range(0, len(listings), BATCH):
        _write(documents(listings[start : start + BATCH]))
    transaction.on_commit(renew)


def index_providers(provider_ids: Sequence[int]) -> None:
    """The same for everything these providers have published: their name, capacity or score changed."""
    ids = list(provider_ids)
    shown = PublicListing.objects.filter(provider_id__in=ids).values_list("listing_id", flat=True)
    known = SearchDocument.objects.filter(provider_id__in=ids).values_list("listing_id", flat=True)
    index_listings(sorted({*shown, *known}))


def documents(listings: Sequence[PublicListing]) -> list[Document]:
    """What the index says about these public rows: three statements for all of them."""
    owners = {each.provider_id for each in listings}
    providers = {row.provider_id: row for row in PublicProvider.objects.filter(provider_id__in=owners)}
    scores = {row.provider_id: row for row in PublicScore.objects.filter(provider_id__in=owners)}
    slugs = dict(Category.objects.values_list("pk", "slug"))
    known = knowledge()
    return [
        document(each, providers.get(each.provider_id), scores.get(each.provider_id), known, slugs[each.category_id])
        for each in listings
    ]


def _write(found: Iterable[Document]) -> None:
    rows = [
        (
            each.listing.listing_id, each.listing.provider_id, each.title, each.text, each.tokens, each.facets, each.attributes,
            each.listing.from_cny_minor, each.free_from, each.quality, each.score, each.is_newcomer,
            each.words, each.listing.published_at, each.listing.updated_at,
        )
        for each in found
    ]  # fmt: skip
    if rows:
        with connection.cursor() as cursor:
            execute_values(cursor, WRITE, rows, template=TEMPLATE, page_size=BATCH)


def reindex() -> Iterator[int]:
    """Write every document anew, provider by provider, each in a transaction of its own; yields how many so far."""
    forget()
    done = 0
    owners = set(PublicListing.objects.values_list("provider_id", flat=True).distinct())
    owners |= set(SearchDocument.objects.values_list("provider_id", flat=True).distinct())
    for provider_id in sorted(owners):
        with scope(provider_id, durable=True):
            index_providers([provider_id])
            done += SearchDocument.objects.filter(provider_id=provider_id).count()
        yield done
    forget()


def catch_up() -> int:
    """Write anew what was indexed with other phrases than are known now (a release, a renamed category); how many providers."""
    known = knowledge()
    late = SearchDocument.objects.exclude(words=known.digest).values_list("provider_id", flat=True).distinct()
    done = 0
    for provider_id in sorted(set(late)):
        with scope(provider_id, durable=True):
            index_providers([provider_id])
        done += 1
    forget()
    return done


def refresh_words() -> int:
    """Count the words of the newest titles, for suggestions and corrections; returns how many there are."""
    titles = SearchDocument.objects.order_by("-published_at").values_list("title", flat=True)[:COUNTED]
    counted: Counter[str] = Counter()
    total = 0
    for title in titles.iterator():
        total += 1
        counted.update(set(_words_of(title)))
    least = 2 if total > LARGE else 1
    words = [Word(text=text, documents=count) for text, count in counted.items() if count >= least]
    with transaction.atomic(using="system"):
        Word.objects.using("system").exclude(text__in=[word.text for word in words]).delete()
        Word.objects.using("system").bulk_create(
            words, update_conflicts=True, unique_fields=["text"], update_fields=["documents"], batch_size=2_000
        )
    forget()
    return len(words)


def _words_of(title: str) -> Iterator[str]:
    import rjieba

    for run in title.split():
        if not is_cjk(run):
            if len(run) > 2 and run.isalpha() and len(run) <= LONGEST_WORD:
                yield run
        else:
            yield from (word for word in rjieba.cut(run) if len(word) > 1)
