from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScorecardsConfig(AppConfig):
    name = "providers.scorecards"
    label = "scorecards"
    verbose_name = _("Scorecards")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from providers.moderation.appealable import register_appealable
        from providers.moderation.kinds import register_kind
        from providers.onboarding.changes import on_changed
        from providers.onboarding.deposits import register_deposit_share
        from providers.onboarding.gate import register_check
        from providers.scorecards.benefits import deposit_share
        from providers.scorecards.braked import brake_reasons
        from providers.scorecards.notices import NOTICES
        from providers.scorecards.operations.public import publish_again
        from providers.scorecards.reviews import PLAN, SCORE

        for notice in NOTICES:
            register_notice(notice)
        register_kind(PLAN)
        register_appealable(SCORE)
        on_changed(publish_again)
        register_check(brake_reasons)
        register_deposit_share(deposit_share)
