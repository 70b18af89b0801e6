"""What providers are told about their level, the brake, and about being idle."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from marketplace.outbox import both
from marketplace.outbox.people import Notice
from marketplace.ui.kit import Text

ROLES = ("owner", "admin", "operator")
NOTICES = (
    Notice(
        kind="providers.level.promoted",
        subject=gettext_noop("You are now a provider of the level “%(level)s”"),
        body=gettext_noop("The level before was “%(now)s”. Your public page and your listings show it."),
        roles=ROLES,
        label=_("Level: up"),
    ),
    Notice(
        kind="providers.level.warned",
        subject=gettext_noop("Your level will fall to “%(level)s” on %(day)s"),
        body=gettext_noop("You are still “%(now)s”. If the next calculation says otherwise, nothing changes. See what to do."),
        roles=ROLES,
        label=_("Level: notice of a fall"),
    ),
    Notice(
        kind="providers.level.recovered",
        subject=gettext_noop("You keep the level “%(level)s”"),
        body=gettext_noop("The fall announced before is off."),
        roles=ROLES,
        label=_("Level: kept"),
    ),
    Notice(
        kind="providers.level.demoted",
        subject=gettext_noop("Your level is now “%(level)s”"),
        body=gettext_noop("The level before was “%(now)s”; the thirty days of notice are over. See what to do next."),
        roles=ROLES,
        label=_("Level: down"),
    ),
    Notice(
        kind="providers.brake.on",
        subject=gettext_noop("New orders are paused: two disputes were upheld within 90 days"),
        body=gettext_noop("Jobs that run go on. Write what you will do better; new orders come back when staff accept the plan."),
        roles=ROLES,
        label=_("Quality brake: on"),
    ),
    Notice(
        kind="providers.brake.off",
        subject=gettext_noop("You take new orders again"),
        body=gettext_noop("The quality brake is off."),
        roles=ROLES,
        label=_("Quality brake: off"),
    ),
    Notice(
        kind="providers.idle.warned",
        subject=gettext_noop("No order for 150 days: your listings will be archived on %(day)s"),
        body=gettext_noop("One order until then keeps them where they are."),
        roles=ROLES,
        label=_("Inactive: warning"),
    ),
    Notice(
        kind="providers.idle.delisted",
        subject=gettext_noop("Your listings were archived after 180 days without an order"),
        body=gettext_noop("Nothing is lost: bring them back from the list of your listings."),
        roles=ROLES,
        label=_("Inactive: archived"),
    ),
)


def in_each_language(text: Text) -> Mapping[str, str]:
    """A translatable text as a fact of a letter: one text per language."""
    return both.of(lambda: str(text))
