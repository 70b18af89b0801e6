from django.apps import AppConfig


class BuyersConfig(AppConfig):
    name = "aftersales.buyers"
    label = "buyers"

    def ready(self) -> None:
        from django.utils import timezone

        from aftersales.buyers.pages.opt_out import opt_out_link
        from aftersales.buyers.web.finding import BUYERS
        from aftersales.buyers.web.orders import order_links
        from marketplace.outbox.unsubscribe import register_unsubscribe
        from marketplace.ui.finding import register_finder
        from orders.store.web.extensions import register_order_extra

        register_finder(BUYERS)
        register_order_extra(order_links)
        register_unsubscribe(lambda merchant_id, buyer_id: opt_out_link(merchant_id, buyer_id, at=timezone.now()))
