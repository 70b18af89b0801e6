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
        from providers.profiles.verification import register_verification
        from providers.scorecards.notices import NOTICES
        from providers.scorecards.reviews import PLAN, SCORE
        from providers.scorecards.verification import company_verified_at

        for notice in NOTICES:
            register_notice(notice)
        register_kind(PLAN)
        register_appealable(SCORE)
        register_verification(company_verified_at)
