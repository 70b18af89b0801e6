"""What both sides are told."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from marketplace.outbox.people import Notice, register_notice

ROLES = ("owner", "admin", "hiring", "operator")
_TEXTS = {
    "opened": (
        gettext_noop("How was %(title)s?"),
        gettext_noop("You both have 14 days for a review. Neither reads the other's before both are published."),
        _("Review: write yours"),
    ),
    "published": (
        gettext_noop("The reviews of %(title)s are published"), gettext_noop("Read what was written."), _("Review: published"),
    ),
    "answered": (
        gettext_noop("The provider answered your review of %(title)s"), gettext_noop("The answer stands beside the review."),
        _("Review: answered"),
    ),
    "asked": (
        gettext_noop("How was month %(n)s of %(title)s?"),
        gettext_noop("One mark from 1 to 5; the provider sees it. Every three of them count like one review."),
        _("Monthly question: answer it"),
    ),
    "marked": (
        gettext_noop("Month %(n)s of %(title)s was given a mark"),
        gettext_noop("You see it with those of the other months."), _("Monthly question: answered"),
    ),
    "decided": (
        gettext_noop("The market decided about the review of %(title)s"),
        gettext_noop("The page of the review says whether it counts."), _("Review: decided"),
    ),
}  # fmt: skip


def register() -> None:
    """Called when the site starts."""
    for kind, (subject, body, label) in _TEXTS.items():
        register_notice(Notice(kind=f"reviews.{kind}", subject=subject, body=body, roles=ROLES, label=label))
