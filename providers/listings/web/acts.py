"""The buttons: hand in, withdraw, pause and so on. One operation each, one sentence back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.kit import Text
from providers.listings import operations
from providers.listings.errors import GateClosed, Incomplete
from providers.listings.queries import standing_of

Act = Callable[..., Any]
ACTS: dict[str, tuple[Act, Text]] = {
    "submit": (operations.submit_listing, gettext_lazy("Handed in. You hear of the decision within two working days.")),
    "withdraw": (operations.withdraw_listing, gettext_lazy("Withdrawn. You can change it again.")),
    "discard": (operations.discard_draft, gettext_lazy("The draft is discarded. What is published stays as it is.")),
    "publish": (operations.publish_listing, gettext_lazy("Published.")),
    "pause": (operations.pause_listing, gettext_lazy("Paused. Nobody finds it until you resume it.")),
    "resume": (operations.resume_listing, gettext_lazy("It is in the market again.")),
    "archive": (operations.archive_listing, gettext_lazy("Archived. You can restore it at any time.")),
    "restore": (operations.restore_listing, gettext_lazy("Restored.")),
    "duplicate": (operations.duplicate_listing, gettext_lazy("This is the copy.")),
}


@require_POST
@requires(Permission.EDIT_LISTINGS)
def act(request: HttpRequest, slug: str) -> HttpResponse:
    name = request.POST.get("act", "")
    if name not in ACTS:
        raise Http404
    operation, words = ACTS[name]
    try:
        made = operation(
            provider_id=request.organization.pk, listing_id=_listing(request, slug), by=person(request.user.pk), at=timezone.now()
        )
        messages.success(request, _told(name, made) or words)
        slug = made.slug if name == "duplicate" else slug
    except NotFound:
        raise
    except Incomplete as error:
        messages.error(request, " ".join([str(error), *(problem.text for problem in error.problems[:3])]))
    except GateClosed as error:
        messages.error(request, " ".join([str(error), *(str(reason.text) for reason in error.reasons)]))
    except UserError as error:
        messages.error(request, str(error))
    return redirect("desk_listings:detail", slug)


def _told(name: str, made: Any) -> str:
    """A rule may have approved what was handed in before the page is back."""
    if name == "submit" and made.state == "published":
        return _("Approved by rule, and published.")
    return ""


@require_POST
@requires(Permission.EDIT_LISTINGS)
def bring_back(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the draft say what an older version said."""
    number = request.POST.get("number", "")
    if not number.isdecimal() or len(number) > 6:
        raise Http404
    try:
        operations.bring_back_version(
            provider_id=request.organization.pk, listing_id=_listing(request, slug), number=int(number),
            by=person(request.user.pk), at=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("The draft says what version %(n)s said.") % {"n": number})
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    return redirect("desk_listings:detail", slug)


def _listing(request: HttpRequest, slug: str) -> int:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return standing_of(provider_id=request.organization.pk, slug=slug).listing.pk
