"""URLs of the order store, in three namespaces."""

from django.urls import include, path

from orders.store.web import imports, orders, prices, skus

order_urls = (
    [
        path("", orders.order_list, name="list"),
        path("export/", orders.order_export, name="export"),
        path("<int:pk>/", orders.order_detail, name="detail"),
    ],
    "orders",
)
sku_urls = ([path("", skus.sku_list, name="list"), path("<int:pk>/", skus.sku_detail, name="detail")], "skus")
import_urls = (
    [
        path("", imports.import_list, name="list"),
        path("prices/", prices.upload, name="prices"),
        path("observe/", prices.observe, name="observe"),
        path("<int:pk>/", imports.import_detail, name="detail"),
        path("<int:pk>/progress/", imports.import_progress, name="progress"),
        path("<int:pk>/quarantine/", imports.quarantine_file, name="quarantine"),
        path("<int:pk>/correct/", imports.import_correction, name="correct"),
    ],
    "imports",
)
urlpatterns = [
    path("orders/", include(order_urls)),
    path("skus/", include(sku_urls)),
    path("imports/", include(import_urls)),
]
