"""What merchants are told about offers."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from marketplace.outbox.people import Notice

NOTICES = (
    Notice(
        kind="orders.offer.sent",
        subject=gettext_noop("%(provider)s offers you a discount on “%(title)s”"),
        body=gettext_noop(
            "%(discount)s, until %(until)s. Order with it on the page of your offers, or say there that you want no more of them."
        ),
        roles=("owner", "admin", "hiring"),
        label=_("Offer from a provider you know"),
    ),
    Notice(
        kind="orders.offer.withdrawn",
        subject=gettext_noop("%(provider)s has withdrawn its offer for “%(title)s”"),
        body=gettext_noop("The coupon cannot be ordered with any more. What was signed with it stays as it is."),
        roles=("owner", "admin", "hiring"),
        label=_("Offer withdrawn"),
    ),
)
