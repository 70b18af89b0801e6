"""What a web process would otherwise make ready while its first visitors wait: addresses, templates, catalogues, dictionaries.

    register_warm_up(load_dictionary)      # from AppConfig.ready(); must not ask the database

gunicorn loads the application before it forks (`--preload`), so this is done once and shared by all workers.
"""

import gc
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

#: A thread whose statement was answered waits so long (in seconds) for one that computes; Python's own 5 ms come back with every
#: statement of a page.
SWITCH_SECONDS = 0.001
TEMPLATES: Path = settings.BASE_DIR / "templates"
WarmUp = Callable[[], object]
_warm_ups: list[WarmUp] = []


def register_warm_up(warm_up: WarmUp) -> None:
    """Have something loaded before the first visitor comes. Registering twice changes nothing."""
    if warm_up not in _warm_ups:
        _warm_ups.append(warm_up)


def warm() -> None:
    """Load what is the same for everybody, and keep the garbage collector from looking through it again and again."""
    reverse("livez")
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("Sign out")
    for path in sorted(TEMPLATES.rglob("*.html")):
        get_template(path.relative_to(TEMPLATES).as_posix())
    for warm_up in _warm_ups:
        warm_up()
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
