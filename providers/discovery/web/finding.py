"""Services in the console's search, found and ranked as on the market's own pages."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.roles import Permission
from marketplace.ui.finding import Finder, Found
from marketplace.ui.formats import language
from providers.discovery.criteria import Query
from providers.discovery.queries import search


def _services(_merchant_id: int, words: str, most: int) -> Sequence[Found]:
    found = search(Query(q=words), language=language(), as_of=timezone.now())
    if found.is_corrected or found.is_relaxed:
        return []  # an order's number is not a service mistyped
    return [
        Found(hit.listing.title, reverse("market:listing", args=[hit.listing.slug]), hit.provider_name)
        for hit in found.hits[:most]
    ]


FINDERS = (Finder("services", _("Services"), "store", Permission.SHORTLIST, _services),)
