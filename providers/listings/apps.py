from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListingsConfig(AppConfig):
    name = "providers.listings"
    label = "listings"
    verbose_name = _("Listings")

    def ready(self) -> None:
        from providers.listings.operations import decide_listing, overrule_listing
        from providers.listings.projection import reproject, shown_if
        from providers.listings.reporting import find_published
        from providers.listings.sheet import listing_sheet, listing_url
        from providers.listings.visibility import is_shown
        from providers.moderation.kinds import ReviewKind, register_kind
        from providers.moderation.reportable import Reportable, register_reportable
        from providers.moderation.standing import on_standing_changed
        from providers.onboarding.changes import on_changed

        register_kind(
            ReviewKind(
                name="listing",
                label=_("Listing"),
                decide=decide_listing,
                overrule=overrule_listing,
                render=listing_sheet,
                reasons=REASONS,
                url=listing_url,
            )
        )
        register_reportable(Reportable(name="listing", label=_("Listing"), find=find_published))
        shown_if(is_shown)
        on_changed(reproject)
        on_standing_changed(reproject)


#: Codes of `ReasonTemplate` that fit a listing.
REASONS = (
    "unclear_scope",
    "price_unclear",
    "wrong_category",
    "unsupported_claim",
    "contact_details",
    "image_unsuitable",
    "language_poor",
    "duplicate",
    "forbidden_service",
)
