"""What can happen to a provider that counts. The values events carry, and nothing else, make the score."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EventKind(models.TextChoices):
    """`value` by kind: see each line. Issue 5's orders record them; nobody types one in."""

    #: A merchant placed an order. value: 0.
    ORDERED = "ordered", _("Order placed")
    #: A job was accepted. value: 1 within the included revisions, else 0.
    ACCEPTED = "accepted", _("Job accepted")
    #: A delivery came. value: days late, 0 when on time.
    DELIVERED = "delivered", pgettext_lazy("score", "Delivery")
    #: The first answer to a merchant's question. value: business minutes it took.
    ANSWERED = "answered", _("First answer")
    #: A review that counts. value: stars in tenths, 10 to 50.
    REVIEWED = "reviewed", _("Review")
    #: A dispute was decided. value: 1 upheld against the provider, else 0.
    RULED = "ruled", _("Dispute decided")
    #: A contract came to its end. value: 1 renewed, else 0.
    RENEWED = "renewed", _("Renewal due")
