from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightsConfig(AppConfig):
    name = "orders.insights"
    label = "insights"
    verbose_name = _("Insights")

    def ready(self) -> None:
        from orders.insights.web.views import count_view
        from providers.discovery.web.looking import on_viewed

        on_viewed(count_view)
