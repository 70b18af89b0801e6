from django.apps import AppConfig


class BuyersConfig(AppConfig):
    name = "aftersales.buyers"
    label = "buyers"

    def ready(self) -> None:
        from aftersales.buyers.web.orders import order_link
        from orders.store.web.extensions import register_order_extra

        register_order_extra(order_link)
