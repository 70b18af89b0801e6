from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PayoutsConfig(AppConfig):
    name = "orders.payouts"
    label = "payouts"
    verbose_name = _("Payouts")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from orders.escrow.payout_hold import register_payout_hold
        from orders.payouts import inbox
        from orders.payouts.debts import reasons_of_debt
        from orders.payouts.notices import NOTICES
        from orders.payouts.schedule import payout_hold_days
        from providers.moderation.waiting import register_waiting
        from providers.onboarding.gate import register_check

        for notice in NOTICES:
            register_notice(notice)
        register_payout_hold(payout_hold_days)
        register_check(reasons_of_debt)
        register_waiting(inbox.SOURCE)
