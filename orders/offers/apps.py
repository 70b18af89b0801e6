from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class OffersConfig(AppConfig):
    name = "orders.offers"
    label = "offers"
    verbose_name = pgettext_lazy("coupon", "Offers")

    def ready(self) -> None:
        from marketplace.audit.words import add_fact_values
        from marketplace.outbox.people import register_notice
        from orders.offers import discount
        from orders.offers.models import Coupon
        from orders.offers.notices import NOTICES
        from orders.offers.web.entrances import coupon_button
        from orders.service.clauses import register_clause
        from orders.service.discounts import register_discounts
        from orders.service.events import register_on
        from providers.discovery.web.buttons import register_button

        add_fact_values({"kind": dict(Coupon.Kind.choices)})
        for notice in NOTICES:
            register_notice(notice)
        register_clause(discount.KIND, discount.checked, discount.described)
        register_discounts(discount.discounted)
        register_on("signed", discount.used)
        register_on("cancelled", discount.given_back)
        register_button(coupon_button, place=5)
