from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModerationConfig(AppConfig):
    name = "providers.moderation"
    verbose_name = _("Moderation")
    label = "moderation"

    def ready(self) -> None:
        from marketplace.audit.words import add_fact_values
        from providers.moderation import notices, ours
        from providers.moderation.appealable import appealables
        from providers.moderation.kinds import kinds
        from providers.moderation.models import Penalty, Review
        from providers.moderation.reportable import about_label

        notices.register()
        ours.register()
        states = dict(Review.State.choices)
        add_fact_values(
            {
                "kind": {kind.name: kind.label for kind in kinds()},
                "risk": dict(Review.Risk.choices),
                "rung": dict(Penalty.Rung.choices),
                "about": {name: about_label(name) for name in ("provider", "listing")},
                "against": {found.name: found.label for found in appealables()},
                "new": states,
                "old": states,
            }
        )
