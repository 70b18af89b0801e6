"""Asking a few: at most five at a time, each with 48 hours to say yes or no."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.accounts.models import Organization
from marketplace.audit.operations import record
from marketplace.kernel.transitions import after
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.hiring.errors import NotPossible, ProviderBlocked, TooMany
from orders.hiring.limits import ANSWER_HOURS, MOST_INVITED
from orders.hiring.matching.rank import Match, few
from orders.hiring.models import Brief, Invitation
from orders.hiring.notices import told
from orders.hiring.operations.common import Dealing
from orders.hiring.queries import access_brief, matches, need_of
from orders.hiring.states import BRIEF_TABLE, LIVE
from providers.moderation.workdays import MARKET_ZONE
from providers.onboarding.gate import may
from providers.profiles.models import PublicProvider


def places_left(brief: Brief) -> int:
    """How many can still be invited. Who answered an open need by himself takes no place."""
    asked = Invitation.objects.filter(merchant_id=brief.merchant_id, brief_id=brief.pk, state__in=LIVE).exclude(origin="applied")
    return max(0, MOST_INVITED - asked.count())


def invite(*, merchant_id: int, brief_id: int, provider_ids: Sequence[int], by: Actor, at: datetime) -> list[Invitation]:
    """Invite providers from the matches of a published need. TooMany, NotPossible, ProviderBlocked, NotFound.

    Whoever is not among the matches any more (hidden, full, invited by a colleague meanwhile) is refused with everybody else:
    nothing is sent by halves.
    """
    with scope(merchant_id, durable=True):
        brief = access_brief(merchant_id=merchant_id, pk=brief_id, lock=True)
        after(BRIEF_TABLE, brief.state, "invite")
        _require_time(brief, at)
        wanted = list(dict.fromkeys(provider_ids))
        if not wanted:
            raise NotPossible(_("Choose at least one provider."))
        if len(wanted) > places_left(brief):
            raise TooMany(_("At most %(most)s providers are asked at a time.") % {"most": MOST_INVITED})
        found = {match.candidate.provider_id: match for match in suggested(brief, at)}
        if set(wanted) - set(found):
            raise NotPossible(_("Somebody you chose cannot be invited any more. Choose again."))
        name = str(Organization.objects.values_list("name", flat=True).get(pk=merchant_id))
        sent = [_invite_match(brief, found[provider_id], name, at) for provider_id in wanted]
        facts = {"need": brief.pk, "title": brief.title, "providers": len(sent)}
        record(merchant_id=merchant_id, by=by, action="orders.need.invited", facts=facts)
        return sent


def suggested(brief: Brief, at: datetime) -> list[Match]:
    """Who could be invited, best first; the first places as they would be given, a newcomer's among them."""
    ranked = matches(brief, on=at.astimezone(MARKET_ZONE).date())
    first = few(ranked, MOST_INVITED)
    chosen = {match.candidate.provider_id for match in first}
    return [*first, *(match for match in ranked if match.candidate.provider_id not in chosen)]


def _require_time(brief: Brief, at: datetime) -> None:
    if brief.answers_until is None or brief.answers_until <= at:
        raise NotPossible(_("The time for answers is over. Choose among those who answered, or write the need anew."))


def _invite_match(brief: Brief, match: Match, merchant_name: str, at: datetime) -> Invitation:
    provider_id = match.candidate.provider_id
    verdict = may(provider_id, "bid", brief.category.slug, at=at)
    if not verdict.allowed:
        name = match.candidate.name_zh or match.candidate.name_en
        raise ProviderBlocked(_("%(name)s does not take part at the moment. Choose somebody else.") % {"name": name})
    made = send_invitation(
        brief=brief, provider_id=provider_id, origin="matched", merchant_name=merchant_name, at=at, match=match
    )
    assert made is not None  # noqa: S101  a match is not invited yet
    return made


def send_invitation(
    *, brief: Brief, provider_id: int, origin: str, merchant_name: str, at: datetime, match: Match | None = None
) -> Invitation | None:
    """One invitation in the caller's transaction, with the need locked; None when who was asked for a quote cannot take part."""
    if origin == "asked" and not may(provider_id, "bid", brief.category.slug, at=at).allowed:
        return None
    assert brief.answers_until is not None  # noqa: S101  it is published
    public = PublicProvider.objects.filter(provider_id=provider_id).first()
    invitation = Invitation.objects.create(
        merchant_id=brief.merchant_id, provider_id=provider_id, brief=brief, origin=origin, category_id=brief.category_id,
        title=brief.title, document=need_of(brief).to_json(), merchant_name=merchant_name,
        provider_name_zh=public.name_zh if public else "", provider_name_en=public.name_en if public else "",
        reasons=[{"code": r.code, "points": r.points, "facts": dict(r.facts)} for r in match.reasons] if match else [],
        fit=match.fit if match else None, is_newcomer=bool(match and match.has_newcomers_place), sent_at=at,
        answer_due_at=min(at + ANSWER_HOURS, brief.answers_until), quote_until=brief.answers_until, updated_at=at,
    )  # fmt: skip
    asked = Dealing(brief, invitation, None)
    told(
        provider_id, "lead.invited", asked.facts(invitation.answer_due_at), url=asked.lead_url,
        key=f"lead:{invitation.pk}:invited", at=at,
    )  # fmt: skip
    return invitation
