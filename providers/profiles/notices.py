"""What providers are told about their cases."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from marketplace.outbox.people import Notice

ROLES = ("owner", "admin", "operator")
NOTICES = (
    Notice(
        kind="providers.case.confirmed",
        subject=gettext_noop("%(merchant)s confirmed your case “%(title)s”"),
        body=gettext_noop(
            "The numbers come from the merchant's own orders and stand on your page as soon as the case is published."
        ),
        roles=ROLES,
        label=_("Case: confirmed"),
    ),
    Notice(
        kind="providers.case.refused",
        subject=gettext_noop("%(merchant)s does not want to be named in “%(title)s”"),
        body=gettext_noop("The case can be published without the merchant's name and numbers."),
        roles=ROLES,
        label=_("Case: refused"),
    ),
    Notice(
        kind="providers.case.withdrawn",
        subject=gettext_noop("%(merchant)s took its confirmation of “%(title)s” back"),
        body=gettext_noop("Its name and numbers are no longer on your page."),
        roles=ROLES,
        label=_("Case: confirmation taken back"),
    ),
)
