"""The demo market from its files, in the order things happened. Told again it changes nothing; killed anywhere it goes on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from marketplace.accounts.models import User
from marketplace.tenancy.actor import CLI, Actor, person
from providers.demo import scene
from providers.demo.calendar import Calendar
from providers.demo.files import Market, Row
from providers.demo.founding import hand_in, organization_of, owner_of, pay_deposit, verify
from providers.demo.history import live_through
from providers.demo.shelving import Shelf
from providers.demo.showing import pause, show
from providers.scorecards.operations import publish_scores, recalculate

#: Monthly recalculations that the market has seen.
SCORED_MONTHS = 3


@dataclass(frozen=True)
class Cast:
    """Who acts besides the providers: staff, and the people of merchants by slug (the first is the owner)."""

    staff: User
    merchants: dict[str, list[User]]


def tell_market(folder: Path, *, cast: Cast, password: str, at: datetime, say: Callable[[str], None]) -> str:
    """Every company with what it offers, then what is special. `say` hears of the progress."""
    market, calendar, staff = Market(folder), Calendar(at), person(cast.staff.pk)
    parties = scene.merchants(market)
    owners: dict[str, User] = {}
    changed = 0
    for number, row in enumerate(market.providers, start=1):
        known = password if row["slug"] in market.scene["accounts"] else None
        owner = owners[row["slug"]] = owner_of(row, known, calendar.joined(row["slug"], row["standing"]))
        changed += _company(market, row, owner, staff, calendar, parties)
        if number % 10 == 0:
            say(f"Demo market: {number} of {len(market.providers)} companies")
    _scores(at)
    _specials(market, owners, cast, staff, at)
    return f"{len(market.providers)} companies, {len(market.listings)} listings, {changed} of them written now"


def _company(market: Market, row: Row, owner: User, staff: Actor, calendar: Calendar, parties: list[int]) -> int:
    by, provider_id = person(owner.pk), organization_of(owner)
    joined = calendar.joined(row["slug"], row["standing"])
    listings = market.listings_of(row["slug"])
    hand_in(provider_id, row, sorted({each["category"] for each in listings}), by, joined)
    holds = dict(market.scene["holds"])
    if row["slug"] in market.scene["unverified"]:
        holds |= {each["slug"]: {"state": "draft"} for each in listings}
    else:
        verify(provider_id, by, staff, joined)
        pay_deposit(provider_id, row, by, staff, joined)
        show(provider_id, row, by, staff, joined)
        titles = [each["title"]["zh"] for each in listings]
        live_through(provider_id, row, titles, parties, joined, calendar.start)
    if row["slug"] in market.scene["pauses"]:
        pause(provider_id, market.scene["pauses"][row["slug"]], by, calendar.start)
    return Shelf(provider_id, by, staff, calendar, joined, holds).put_out(listings)


def _scores(at: datetime) -> None:
    """The monthly recalculation, for the months it would have run in."""
    month = at.date().replace(day=1)
    months = [month]
    while len(months) < SCORED_MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    for each in reversed(months):
        recalculate(month=each, by=CLI, at=_first_morning(each, at))
        publish_scores(by=CLI, at=_first_morning(each, at))


def _first_morning(month: date, at: datetime) -> datetime:
    return min(at, at.replace(year=month.year, month=month.month, day=1, hour=3, minute=0))


def _specials(market: Market, owners: dict[str, User], cast: Cast, staff: Actor, at: datetime) -> None:
    scene.wish_for_prices(market, {slug: person(owner.pk) for slug, owner in owners.items()}, at - timedelta(hours=9))
    first, *others = cast.merchants.values()
    ruling = market.scene["penalty"]
    merchant_id = organization_of(first[0])
    scene.rule(ruling, owners[ruling["provider"]], merchant_id, person(first[0].pk), staff, at)
    for people in others:
        told = market.scene["report"]
        days = timedelta(days=told["days_ago"])
        scene.complain(told, owners[told["provider"]], organization_of(people[0]), person(people[0].pk), at - days)
    scene.compare_in_a_team(market, merchant_id, [person(user.pk) for user in first], at)
