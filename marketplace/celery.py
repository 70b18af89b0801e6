"""The Celery application. Tasks are nudges: what must happen is a row in the database."""

import os
import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")  # SIGTERM: a soft shutdown that gives running tasks a moment

from celery import Celery, signals  # reads REMAP_SIGTERM, hence the order

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")

app = Celery("marketplace")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

HEARTBEAT_SECONDS = 15.0


@signals.celeryd_init.connect
def _refuse_unsafe(**_: Any) -> None:
    from marketplace.checks import refuse_unsafe

    try:
        refuse_unsafe()
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # Celery logs an ordinary exception of a signal handler and carries on


@signals.worker_ready.connect
def _beat_while_alive(sender: Any, **_: Any) -> None:
    """Beat from the worker's main process, so that two long tasks do not make a healthy worker look dead."""
    from marketplace.health.operations import beat

    beat(name=sender.hostname)
    sender.timer.call_repeatedly(HEARTBEAT_SECONDS, beat, kwargs={"name": sender.hostname})
