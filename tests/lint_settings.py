"""Settings of the migration linter, a development dependency that must be an installed app."""

from marketplace.settings import *  # noqa: F403
from marketplace.settings import INSTALLED_APPS as RUNTIME_APPS

INSTALLED_APPS = [*RUNTIME_APPS, "django_migration_linter"]
