from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProfilesConfig(AppConfig):
    name = "providers.profiles"
    label = "profiles"
    verbose_name = _("Provider profiles")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from providers.moderation.kinds import register_kind
        from providers.moderation.standing import on_standing_changed
        from providers.profiles.notices import NOTICES
        from providers.profiles.operations.public import project_again
        from providers.profiles.reviews import CASE_STUDY, PROFILE

        for notice in NOTICES:
            register_notice(notice)
        register_kind(PROFILE)
        register_kind(CASE_STUDY)
        on_standing_changed(project_again)
