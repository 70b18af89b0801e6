from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OnboardingConfig(AppConfig):
    name = "providers.onboarding"
    label = "onboarding"
    verbose_name = _("Onboarding")

    def ready(self) -> None:
        from marketplace.outbox.people import register_notice
        from providers.moderation.kinds import ReviewKind, register_kind
        from providers.onboarding import notices, queries, sheets
        from providers.onboarding.changes import on_changed
        from providers.onboarding.operations import applying, reviewing
        from providers.onboarding.trial import trial_orders
        from providers.profiles.operations.public import project_again
        from providers.profiles.trial import register_trial
        from providers.profiles.verification import register_verification

        register_verification(queries.verified_since)
        register_trial(trial_orders)
        on_changed(project_again)
        for notice in notices.NOTICES:
            register_notice(notice)
        register_kind(
            ReviewKind(
                name=applying.COMPANY,
                label=_("Company verification"),
                decide=reviewing.decide_company,
                render=sheets.company_sheet,
                reasons=(
                    "licence_unreadable",
                    "licence_mismatch",
                    "licence_expired",
                    "legal_person_mismatch",
                    "bank_mismatch",
                    "document_missing",
                    "not_in_business",
                ),
                url=lambda _provider_id, _subject_id: "/desk/onboarding/",
            )
        )
        register_kind(
            ReviewKind(
                name=applying.CATEGORY,
                label=_("Category qualification"),
                decide=reviewing.decide_category,
                render=sheets.category_sheet,
                reasons=("document_missing", "document_unreadable", "document_expired", "holder_mismatch", "wrong_category"),
                url=lambda _provider_id, subject_id: f"/desk/onboarding/categories/{subject_id}/",
                overrule=reviewing.overrule_category,
            )
        )
