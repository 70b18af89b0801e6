from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "orders.reviews"
    label = "reviews"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        from marketplace.audit.words import add_fact_values
        from orders.reviews import moderating, notices
        from orders.reviews.models import Exclusion, Verdict
        from orders.reviews.operations import open_round
        from orders.reviews.web import waits
        from orders.reviews.web.panel import of_listing, of_provider
        from orders.service.events import register_on
        from providers.discovery.web.panels import register_listing_panel, register_panel

        add_fact_values({"verdict": dict(Verdict.choices), "reason": dict(Exclusion.choices)})
        notices.register()
        moderating.register()
        waits.register()
        register_panel(of_provider)
        register_listing_panel(of_listing)
        register_on("completed", open_round)
        register_on("terminated", open_round)
