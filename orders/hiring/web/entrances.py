"""Ways into hiring from elsewhere: the button on a listing's page, and what waits on the first pages of both consoles."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from marketplace.accounts.roles import Permission
from marketplace.ui.deals import Button, time_left
from marketplace.ui.kit import Text, Tone
from marketplace.ui.waiting import Wait, register_waits
from orders.hiring.models import Invitation, Proposal
from providers.discovery.web.buttons import register_button
from providers.listings.models import PublicListing

MOST = 6


def register() -> None:
    """Called when the site starts."""
    register_waits("merchant", merchants_waits)
    register_waits("provider", providers_waits)
    register_button(quote_button, place=20)


def merchants_waits(organization_id: int, at: datetime) -> list[Wait]:
    """Proposals to decide about, the first to run out first."""
    found = Proposal.objects.filter(merchant_id=organization_id, state="submitted", opens_at__lte=at, expires_at__gt=at)
    return [
        _wait(
            each.invitation.title, _("Proposal of %(name)s") % {"name": each.invitation.provider_name},
            reverse("hiring:proposal", args=[each.pk]), each.expires_at, at,
        )
        for each in found.select_related("invitation").order_by("expires_at")[:MOST]
    ]  # fmt: skip


def providers_waits(organization_id: int, at: datetime) -> list[Wait]:
    """Invitations to say yes or no to, and counter-offers, the most urgent first."""
    asked = Invitation.objects.filter(provider_id=organization_id, state="sent", answer_due_at__gt=at)
    waits = [
        _wait(each.title, _("Invitation: say yes or no"), reverse("leads:detail", args=[each.pk]), each.answer_due_at, at)
        for each in asked.order_by("answer_due_at")[:MOST]
    ]
    countered = Proposal.objects.filter(provider_id=organization_id, state="countered", expires_at__gt=at)
    waits += [
        _wait(
            each.invitation.title, _("A counter-offer to answer"), reverse("leads:detail", args=[each.invitation_id]),
            each.expires_at, at,
        )
        for each in countered.select_related("invitation").order_by("expires_at")[:MOST]
    ]  # fmt: skip
    return sorted(waits, key=lambda wait: wait.due_at or at)[:MOST]


def _wait(title: str, text: str, url: str, due_at: datetime, at: datetime) -> Wait:
    left: Text
    tone: Tone
    left, tone = time_left(due_at, at)
    return Wait(title, f"{text} · {left}", url, tone, due_at)


def quote_button(request: HttpRequest, listing: PublicListing) -> Button | None:
    """For those who may hire, and for visitors, who sign in first. The first button where nothing can be ordered directly."""
    url = f"{reverse('hiring:new')}?{urlencode({'listing': listing.slug})}"
    label, is_primary = _("Ask for a quote"), listing.pricing_model == "quote"
    if not request.user.is_authenticated:
        return Button(label, f"{reverse('account_login')}?{urlencode({'next': url})}", "flag", is_primary=is_primary)
    is_merchant = getattr(getattr(request, "organization", None), "kind", "") == "merchant"
    if not is_merchant or Permission.HIRE not in request.rights:  # type: ignore[attr-defined]
        return None
    return Button(label, url, "flag", is_primary=is_primary)
