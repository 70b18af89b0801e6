from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RefundRetentionConfig(AppConfig):
    name = "aftersales.programs.refund_retention"
    label = "refund_retention"
    verbose_name = _("Refund retention")

    def ready(self) -> None:
        from aftersales.measurement import metrics
        from aftersales.programs.refund_retention.measures import METRICS
        from aftersales.programs.refund_retention.preparing import DROPS, KINDS
        from aftersales.programs.refund_retention.rules import REASONS
        from marketplace.outbox import kinds
        from marketplace.ui.labels import add_reasons

        for kind in KINDS:
            kinds.register(kind)
        metrics.register(*METRICS)
        add_reasons({**REASONS, **DROPS})
