from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceConfig(AppConfig):
    name = "orders.service"
    label = "service"
    verbose_name = _("Service orders")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from orders.payments.autopay import register_source
        from orders.payments.purposes import register_purpose
        from orders.rooms.registry import register_contract_check, register_evidence, register_subject
        from orders.service import connecting, inbox, scoring, talking
        from orders.service.autopaying import SOURCE
        from orders.service.events import register_on
        from orders.service.notices import NOTICES
        from orders.service.operations import fund_from_payment
        from orders.service.web import waits
        from providers.moderation.waiting import register_waiting
        from providers.onboarding.leaving import register_blocker
        from providers.onboarding.trial import register_order_count
        from providers.profiles.capacity import register_jobs

        for notice in NOTICES:
            register_notice(notice)
        register_purpose("milestone", on_paid=fund_from_payment, describe=connecting.paid_for)
        register_source(SOURCE)
        register_subject(connecting.ORDER)
        register_contract_check(connecting.had_contract)
        register_evidence("order", connecting.evidence)
        waits.register()
        register_waiting(inbox.SOURCE)
        register_order_count(scoring.orders_taken)
        register_blocker(scoring.open_jobs)
        register_jobs(scoring.jobs_of)
        register_on("drafted", talking.begin)
        register_on("signed", scoring.ordered)
        register_on("signed", scoring.trial_order_taken)
        register_on("delivered", scoring.delivered)
        register_on("accepted", scoring.accepted)
        register_on("completed", scoring.ended)
        register_on("terminated", scoring.ended)
