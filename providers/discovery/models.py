"""The index of the market: one row per public listing, and the words that occur in it."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

#: Documents are kept in so many bands of quality: where a query has more hits than are looked at, the best bands are looked at.
BANDS = 4


class SearchDocument(models.Model):
    """What search needs of a listing, its provider and their score (public_table).

    `title`, `text`: normalised and padded (see `text.padded`), one line per field, so that no phrase reaches over two fields;
    `text` holds everything that is searched. `tokens` are the words, pairs and single characters of `text`, known phrases in it
    (`=客服外包`; `words` says which were known, see `Knowledge.digest`), and what titles and names sound like (`~daiyunying`).
    `facets` are `dimension:value`, `band:0` (best) to `band:3` among them.
    """

    listing_id = models.BigIntegerField(primary_key=True)
    provider_id = models.BigIntegerField(_("service provider"), db_index=True)
    title = models.TextField()
    text = models.TextField()
    tokens = SearchVectorField()
    facets = ArrayField(models.TextField())
    #: The facets once more, four bytes each and without the band, for counting (`Knowledge.decoded`); the database makes them.
    codes = models.GeneratedField(
        expression=models.Func("facets", function="discovery_facet_codes"), output_field=models.BinaryField(), db_persist=True
    )
    #: The category's own facets, `a.key:value`.
    attributes = ArrayField(models.TextField())
    #: CNY minor units; NULL for quotes.
    price_minor = models.BigIntegerField(null=True)
    #: NULL: takes orders now. `infinity` cannot be said in Python: paused without an end is the year 9999.
    free_from = models.DateField(null=True)
    #: 0 to 1,000, from the provider's score.
    quality = models.SmallIntegerField()
    score = models.IntegerField(null=True)
    is_newcomer = models.BooleanField()
    words = models.CharField(max_length=8, db_default="", db_index=True)
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        indexes = [
            # Every insert goes straight into the tree: a pending list would be read by every search until it is merged.
            GinIndex(fields=["tokens", "facets", "attributes"], name="search_document_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return str(self.listing_id)


class Word(models.Model):
    """A word people may mean: it occurs in so many titles and names. Written by `refresh_words` as the system role."""

    text = models.CharField(_("word"), max_length=60, primary_key=True)
    documents = models.IntegerField(_("listings"))

    class Meta:
        verbose_name = _("word of the market")
        verbose_name_plural = _("words of the market")

    def __str__(self) -> str:
        return self.text
