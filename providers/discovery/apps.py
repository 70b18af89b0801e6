from django.apps import AppConfig


class DiscoveryConfig(AppConfig):
    name = "providers.discovery"
    label = "discovery"

    def ready(self) -> None:
        """Have the index follow what is public, in the same transactions."""
        from marketplace.ui.finding import register_finder
        from marketplace.warming import register_warm_up
        from providers.discovery import operations
        from providers.discovery.sound import load_sounds
        from providers.discovery.web.finding import FINDERS
        from providers.listings import projection
        from providers.profiles import projecting as profiles
        from providers.scorecards import projecting as scores

        for finder in FINDERS:
            register_finder(finder)
        register_warm_up(load_sounds)
        projection.on_projected(operations.index_listings)
        profiles.on_projected(operations.index_providers)
        scores.on_projected(operations.index_providers)
