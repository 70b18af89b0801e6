"""What moderation asks when somebody reports a listing."""

from marketplace.kernel.errors import NotFound
from providers.listings.models import PublicListing
from providers.moderation.reportable import ReportSubject


def find_published(slug: str) -> ReportSubject:
    """A published listing by its slug; what is not public cannot be reported."""
    found = PublicListing.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(slug)
    return ReportSubject(found.provider_id, found.listing_id, found.title, f"/listings/{slug}/")
