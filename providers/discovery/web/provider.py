"""The page of a provider: who they are, what they have proven, what they offer, and what their score is made of."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.ui import formats
from marketplace.ui.kit import Text
from marketplace.ui.offers import Picture, Seller
from providers.catalogue.lists import label
from providers.discovery.public import provider_page
from providers.discovery.web import jsonld
from providers.discovery.web.cards import availability, from_listing, named, picture, points, rate, renewal, seller_of, trial_of
from providers.discovery.web.doors import public
from providers.discovery.web.panels import panels
from providers.profiles.cases.metrics import METRICS
from providers.profiles.cities import CITIES
from providers.profiles.models import PublicProvider
from providers.scorecards.models import PublicScore


@dataclass(frozen=True, slots=True)
class Part:
    """A component of the score: its share, what it weighs, and the events behind it."""

    label: Text
    share: str
    value: int
    weight: int
    points: str
    events: str


@dataclass(frozen=True, slots=True)
class Colleague:
    name: str
    role: str
    photo: Picture | None
    languages: list[str]


@public
def provider(request: HttpRequest, slug: str) -> HttpResponse:
    """Three statements, and those of the panels."""
    found = provider_page(slug)
    shown, code = found.provider, formats.language()
    seller = seller_of(shown, found.score)
    tone, words = availability(shown, found.score, timezone.localdate())
    trail: list[tuple[Text, str]] = [(_("All services"), reverse("market:search")), (seller.name, "")]
    context = {
        "provider": shown,
        "seller": seller,
        "headline": shown.text("headline", code),
        "about": shown.text("about", code),
        "cover": picture(shown.cover_key),
        "trial": trial_of(shown),
        "free": {"tone": tone, "text": words},
        "facts": _facts(shown),
        "reach": _reach(shown),
        "team": [_colleague(each) for each in shown.document.get("team", ())],
        "certificates": [_certificate(each) for each in shown.document.get("certificates", ())],
        "cases": [_case(each) for each in shown.document.get("cases", ())],
        "score": found.score,
        "points": points(found.score.score if found.score else None),
        "parts": _parts(found.score),
        "renewal": renewal(found.score.renewal_rate if found.score else None),
        "cards": [from_listing(each, Seller(name="")) for each in found.listings],
        "panels": panels(request, shown.provider_id),
        "trail": trail,
        "canonical": request.build_absolute_uri(request.path),
        "structured": jsonld.provider_page(request, shown, trail),
    }
    return TemplateResponse(request, "market/provider.html", context)


def _facts(provider: PublicProvider) -> list[tuple[Text, Text]]:
    size = provider.team_size
    known: list[tuple[Text, Text]] = [
        (_("Founded"), str(provider.founded_year or "")),
        (_("People"), ngettext("%(n)s person", "%(n)s people", size) % {"n": formats.number(size)} if size else ""),
        (_("Cities"), " · ".join(CITIES.label(code) for code in provider.cities)),
        (_("Answers"), _hours(provider.document.get("contact") or {})),
        (_("On the market since"), formats.local_date(provider.published_at)),
    ]
    return [(text, value) for text, value in known if value]


def _hours(contact: dict[str, Any]) -> str:
    if not contact.get("days"):
        return ""
    days = sorted(contact["days"])
    names = [str(WEEKDAYS_ABBR[day - 1]) for day in days]
    joined = f"{names[0]}–{names[-1]}" if days == list(range(days[0], days[-1] + 1)) and len(days) > 2 else " · ".join(names)
    return f"{joined} {contact['from']}–{contact['until']}"


def _reach(provider: PublicProvider) -> list[tuple[Text, list[str]]]:
    known = (
        (_("Industrial belts"), provider.belts),
        (_("Platforms"), provider.platforms),
        (_("Industries"), provider.industries),
        (_("Languages"), provider.languages),
    )
    return [(text, [label(code) for code in codes]) for text, codes in known if codes]


def _colleague(each: dict[str, Any]) -> Colleague:
    photo = picture(each.get("photo", ""), largest=400)
    return Colleague(named(each, "name"), named(each, "role"), photo, [label(code) for code in each.get("languages", ())])


def _certificate(each: dict[str, Any]) -> dict[str, str]:
    return {"name": named(each, "name"), "issuer": each.get("issuer", ""), "expires": each.get("expires", "")}


def _case(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": named(each, "title"),
        "story": named(each, "story"),
        "cover": picture(each.get("cover", ""), largest=800),
        "tags": [label(each[name]) for name in ("industry", "platform") if each.get(name)],
        "verified": each.get("verified", False),
        "merchant": each.get("merchant", ""),
        "months": each.get("months") or [],
        "figures": [_figure(figure) for figure in each.get("figures", ()) if figure["metric"] in METRICS],
    }


def _figure(figure: dict[str, Any]) -> dict[str, Any]:
    """How a number changed; amounts are never shown, only their change."""
    metric = METRICS[figure["metric"]]
    change = figure["change"]
    is_better = (change > 0) == metric.is_better_up
    shown = figure["before"] is not None and metric.unit == "share"
    return {
        "label": metric.label,
        "change": ("+" if change > 0 else "") + formats.percent(change / 10_000),
        "tone": "good" if is_better else "warn",
        "detail": f"{rate(figure['before'])} → {rate(figure['after'])}" if shown else "",
    }


def _parts(score: PublicScore | None) -> list[Part]:
    if score is None or score.score is None:
        return []
    return [_part(name, part) for name, part in score.parts.items()]


def _part(name: str, part: dict[str, Any]) -> Part:
    labels = {
        "on_time": _("Delivered on time"),
        "first_time": _("Accepted within the included changes"),
        "rating": _("Reviews"),
        "response": _("Answered in time"),
        "dispute_free": _("Without upheld disputes"),
    }
    events = ngettext("%(n)s event", "%(n)s events", part["n"]) % {"n": formats.number(part["n"])}
    return Part(
        label=labels.get(name, name),
        share=rate(part["share"]),
        value=part["share"],
        weight=part["weight"],
        points=points(part["points"]),
        events=events,
    )
