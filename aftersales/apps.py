from django.apps import AppConfig


class AftersalesConfig(AppConfig):
    name = "aftersales"

    def ready(self) -> None:
        from aftersales.web.views import order_extra
        from orders.store.web.extensions import register_order_extra

        register_order_extra(order_extra)
