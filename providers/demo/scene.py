"""What is special in the demo market: prices that wait for a decision, a report, a ruling, a merchant who compares."""

from copy import deepcopy
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from django.http import QueryDict

from marketplace.accounts.models import Organization, User
from marketplace.accounts.operations import create_organization
from marketplace.accounts.queries import memberships_of
from marketplace.tenancy.actor import CLI, Actor
from marketplace.tenancy.scope import scope
from providers.demo.deciding import rule_on
from providers.demo.files import Market, Row
from providers.demo.founding import organization_of
from providers.discovery.criteria import Query
from providers.listings.models import Listing, ListingVersion, PublicListing
from providers.listings.operations import submit_listing, write_listing
from providers.moderation.models import Penalty, Report
from providers.moderation.operations import give_penalty, report
from providers.shortlists.models import SavedSearch, Shortlist
from providers.shortlists.operations import keep_listing, save_search

YUAN = 100


def merchants(market: Market) -> list[int]:
    """The organizations of the merchants who bought before."""
    kind = Organization.Kind.MERCHANT
    return [create_organization(kind=kind, slug=row["slug"], name=row["name"], by=CLI) for row in market.scene["merchants"]]


def wish_for_prices(market: Market, by: dict[str, Actor], at: datetime) -> None:
    """Published listings whose new price waits: the old one is served meanwhile."""
    for edit in market.scene["edits"]:
        row = next(row for row in market.listings if row["slug"] == edit["slug"])
        actor = by[row["provider"]]
        provider_id = _organization(actor)
        with scope(provider_id):
            listing = Listing.objects.get(provider_id=provider_id, slug=edit["slug"])
            versions = list(ListingVersion.objects.filter(provider_id=provider_id, listing=listing).order_by("-number"))
        if versions[0].state != "published":
            continue
        offer = deepcopy(versions[0].offer)
        for package in offer["packages"]:
            if package["key"] == edit["package"]:
                package["price_minor"] = edit["price"] * YUAN
        write_listing(provider_id=provider_id, listing_id=listing.pk, content={"offer": offer}, by=actor, at=at)
        submit_listing(provider_id=provider_id, listing_id=listing.pk, by=actor, at=at)


def _organization(actor: Actor) -> int:
    return organization_of(User.objects.get(pk=actor.user_id or 0))


def complain(row: Row, about: User, merchant_id: int, by: Actor, at: datetime) -> None:
    """A merchant reports a provider (by its owner), once."""
    with scope(merchant_id):
        if Report.objects.filter(merchant_id=merchant_id).exists():
            return
    slug = memberships_of(user_id=about.pk)[0].organization.slug
    report(merchant_id=merchant_id, about_kind="provider", slug=slug, reason=row["reason"], text=row["text"], by=by, at=at)


def rule(row: Row, about: User, merchant_id: int, by: Actor, staff: Actor, start: datetime) -> None:
    """A report that was upheld, and the ruling that followed."""
    at, provider_id = start - timedelta(days=row["days_ago"]), organization_of(about)
    complain(row, about, merchant_id, by, at)
    with scope(merchant_id):
        mine = Report.objects.filter(merchant_id=merchant_id).order_by("pk").first()
    with scope(provider_id):
        is_ruled = Penalty.objects.filter(provider_id=provider_id).exists()
    if mine is None or is_ruled:
        return
    rule_on(provider_id, "report", mine.pk, "approved", staff, at + timedelta(days=1), note=row["answer"])
    give_penalty(
        provider_id=provider_id, violation=row["violation"], points=row["points"], statement=row["statement"], report_id=mine.pk,
        by=staff, at=at + timedelta(days=1),
    )  # fmt: skip


def compare_in_a_team(market: Market, merchant_id: int, people: list[Actor], at: datetime) -> str:
    """Shortlists with notes, and saved searches, of one merchant."""
    _shortlists(market, merchant_id, people, at - timedelta(days=6))
    with scope(merchant_id):
        known = SavedSearch.objects.filter(merchant_id=merchant_id).exists()
    for n, row in enumerate([] if known else market.scene["searches"]):
        given = QueryDict(mutable=True)
        for name, value in parse_qsl(row["query"]):
            given.appendlist(name, value)
        save_search(
            merchant_id=merchant_id, name=row["name"], query=Query.from_params(given).params(), by=people[n % len(people)],
            at=at - timedelta(days=20),
        )  # fmt: skip
    return f"{len(market.scene['shortlists'])} shortlists, {len(market.scene['searches'])} saved searches"


def _shortlists(market: Market, merchant_id: int, people: list[Actor], at: datetime) -> None:
    for row in market.scene["shortlists"]:
        for n, item in enumerate(row["items"]):
            with scope(merchant_id):
                into = Shortlist.objects.filter(merchant_id=merchant_id, name=row["name"]).values_list("pk", flat=True).first()
                kept = Shortlist.objects.filter(
                    merchant_id=merchant_id, name=row["name"], items__listing_slug=item["listing"]
                ).exists()
            listing = PublicListing.objects.filter(slug=item["listing"]).first()
            if kept or listing is None:
                continue
            keep_listing(
                merchant_id=merchant_id, shortlist_id=into, new_name=row["name"], listing_id=listing.listing_id,
                listing_slug=listing.slug, title=listing.title_zh, note=item["note"], by=people[n % len(people)],
                at=at + timedelta(minutes=17 * n),
            )  # fmt: skip
