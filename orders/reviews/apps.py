from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "orders.reviews"
    label = "reviews"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        from orders.reviews import notices
        from orders.reviews.operations import open_round
        from orders.reviews.web.panel import reviews
        from orders.service.events import register_on
        from providers.discovery.web.panels import register_panel

        notices.register()
        register_panel(reviews)
        register_on("completed", open_round)
        register_on("terminated", open_round)
