"""WSGI entry point."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
# Read by settings.py: only web requests get statement and lock timeouts.
os.environ.setdefault("SHANGBAN_PROCESS", "web")

from django.core.wsgi import get_wsgi_application  # reads the settings, hence the order

application = get_wsgi_application()

from marketplace.checks import refuse_unsafe  # noqa: E402 - needs the application registry

refuse_unsafe()

from marketplace.warming import warm  # noqa: E402 - the same

warm()
