"""Who fits a need, with the reasons, and whom to invite."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.ui.formats import language
from orders.hiring.limits import MOST_INVITED
from orders.hiring.matching.rank import WEIGHTS, Match
from orders.hiring.operations.inviting import invite, places_left, suggested
from orders.hiring.policies import brief_acts
from orders.hiring.queries import access_brief
from orders.hiring.web.common import ZONE, numbers, reading, refused
from orders.hiring.web.words import pill, reason_words

#: As many as anybody reads; the rest is worse.
SHOWN = 30


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.HIRE, kind="merchant")
def matches(request: HttpRequest, pk: int) -> HttpResponse:
    """The best matches, the first five chosen already."""
    now = timezone.now()
    if request.method == "POST":
        try:
            sent = invite(
                merchant_id=request.organization.pk, brief_id=pk, provider_ids=numbers(request.POST.getlist("provider")),
                by=person(request.user.pk), at=now,
            )  # fmt: skip
            words = ngettext("%(n)s provider is invited and has 48 hours to answer.",
                             "%(n)s providers are invited and have 48 hours to answer.", len(sent))  # fmt: skip
            messages.success(request, words % {"n": len(sent)})
            return redirect("hiring:detail", pk)
        except NotFound:
            raise
        except UserError as error:
            refused(request, error)
            return redirect("hiring:matches", pk)
    with reading(request):
        brief = access_brief(merchant_id=request.organization.pk, pk=pk)
        may_invite = "invite" in brief_acts(brief, now)
        places = places_left(brief)
        found = suggested(brief, now) if brief.state in ("draft", "published") else []
    context = {
        "brief": brief,
        "pill": pill("need", brief.state),
        "rows": [_row(match, number < places) for number, match in enumerate(found[:SHOWN])],
        "total": len(found),
        "places": places,
        "most": MOST_INVITED,
        "may_invite": may_invite and places > 0,
        "weights": [(_part(code), weight) for code, weight in WEIGHTS.items()],
        "zone": ZONE,
    }
    return TemplateResponse(request, "hiring/matches.html", context)


def _row(match: Match, is_chosen: bool) -> dict[str, Any]:
    candidate = match.candidate
    name = (candidate.name_en or candidate.name_zh) if language() == "en" else (candidate.name_zh or candidate.name_en)
    reasons = sorted(match.reasons, key=lambda reason: -reason.points * WEIGHTS[reason.code])
    said = [(text, reason.points) for reason in reasons if (text := reason_words(reason.code, reason.facts))]
    return {
        "id": candidate.provider_id,
        "name": name,
        "url": reverse("market:provider", args=[candidate.slug]),
        "fit": match.fit / 100,
        "level": candidate.level,
        "reasons": [text for text, _points in said],
        "is_newcomer": candidate.is_newcomer,
        "has_place": match.has_newcomers_place,
        "is_chosen": is_chosen,
        "parts": [(_part(reason.code), reason.points) for reason in match.reasons],
    }


def _part(code: str) -> str:
    return {
        "industry": _("Industry"),
        "platform": _("Platform"),
        "score": _("Score"),
        "price": _("Price"),
        "outcomes": _("Results so far"),
        "belt": _("Industrial belt"),
        "language": _("Language"),
    }[code]
