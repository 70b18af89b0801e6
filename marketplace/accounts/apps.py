from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "marketplace.accounts"
    verbose_name = _("Accounts")
    label = "accounts"

    def ready(self) -> None:
        from marketplace.accounts.letters import INVITATION, NOTICES
        from marketplace.outbox.kinds import register
        from marketplace.outbox.people import register_notice

        register(INVITATION)
        for notice in NOTICES:
            register_notice(notice)
