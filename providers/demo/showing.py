"""A company's profile, its calendar and its case, as merchants see them."""

from datetime import datetime, time, timedelta
from functools import cache
from typing import Any

from marketplace.files.operations import store_image
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from providers.demo.chance import chance
from providers.demo.deciding import approve
from providers.demo.files import Row
from providers.demo.pictures import cover, monogram
from providers.profiles.content import Content
from providers.profiles.models import Case, Pause, Profile, ProfileVersion
from providers.profiles.operations import add_pause, save_capacity, save_case, save_section, submit_case, submit_profile
from providers.profiles.queries import newest_version, public_content

#: Different profile covers per field.
BANNERS = 3
HANDED_IN, ANSWERED = timedelta(days=3), timedelta(days=4)
WEEK, SIX_DAYS, ALL_DAYS = [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7]


def show(provider_id: int, row: Row, by: Actor, staff: Actor, joined: datetime) -> None:
    """Profile, capacity and case. Changes nothing where the pages say it all already."""
    _profile(provider_id, row, by, staff, joined + HANDED_IN)
    _capacity(provider_id, row, by, joined + HANDED_IN)
    if row.get("case"):
        _case(provider_id, row, by, staff, joined + timedelta(days=18))


def _profile(provider_id: int, row: Row, by: Actor, staff: Actor, at: datetime) -> None:
    wanted = _content(row)
    with scope(provider_id):
        public, newest = public_content(provider_id), newest_version(provider_id)
    if public is not None and all(getattr(public, name) == value for name, value in wanted.items()):
        return
    if newest is None or newest.state not in ("submitted",):
        save_section(provider_id=provider_id, values={**wanted, **_pictures(row)}, by=by, at=at)
        newest = submit_profile(provider_id=provider_id, by=by, at=at)
    if newest.state == ProfileVersion.State.SUBMITTED:
        approve(provider_id, "profile", newest.pk, staff, at + ANSWERED - HANDED_IN)


def _content(row: Row) -> dict[str, Any]:
    """What the file says, as `Content` holds it."""
    team = [
        {
            "name_zh": each["name"]["zh"], "name_en": each["name"]["en"], "role_zh": each["role"]["zh"],
            "role_en": each["role"]["en"], "languages": each["languages"],
        }
        for each in row["team"]
    ]  # fmt: skip
    values = {
        "name_zh": row["name"]["zh"], "name_en": row["name"]["en"], "headline_zh": row["headline"]["zh"],
        "headline_en": row["headline"]["en"], "about_zh": row["about"]["zh"], "about_en": row["about"]["en"],
        "founded_year": row["founded"], "team_size": row["people"], "cities": [row["city"]], "industries": row["industries"],
        "belts": row["belts"], "platforms": row["platforms"], "languages": row["languages"], "team": team,
    }  # fmt: skip
    typed = Content().changed(values)
    return {name: getattr(typed, name) for name in values}


def _pictures(row: Row) -> Row:
    letters = "".join(word[0] for word in row["name"]["en"].replace("-", " ").split()[:2])
    return {
        "logo": store_image(monogram(row["slug"], letters)).key,
        "cover": _banner(row["field"], row["founded"] % BANNERS),
    }


@cache
def _banner(field: str, number: int) -> str:
    """Companies of one field share a few covers."""
    return store_image(cover(field, f"{field}-{number}")).key


def _capacity(provider_id: int, row: Row, by: Actor, at: datetime) -> None:
    luck = chance("capacity", row["slug"])
    jobs, days = max(3, row["people"] // 4), luck.choice((WEEK, SIX_DAYS, SIX_DAYS, ALL_DAYS))
    hours = time(luck.choice((8, 9, 9))), time(luck.choice((18, 18, 19, 22)))
    if row["field"] == "customer-service":
        days, hours = ALL_DAYS, (time(8), time(23))
    with scope(provider_id):
        profile = Profile.objects.filter(provider_id=provider_id).first()
    if profile is None or profile.max_active_jobs != jobs or (profile.contact_days, profile.contact_until) != (days, hours[1]):
        save_capacity(
            provider_id=provider_id, max_active_jobs=jobs, contact_days=days, contact_from=hours[0], contact_until=hours[1],
            timezone="Asia/Shanghai", by=by, at=at,
        )  # fmt: skip


def pause(provider_id: int, row: Row, by: Actor, start: datetime) -> None:
    """Some days without new orders, once."""
    with scope(provider_id):
        if Pause.objects.filter(provider_id=provider_id).exists():
            return
    first = (start + timedelta(days=row["in_days"])).date()
    last = first + timedelta(days=row["days"])
    add_pause(provider_id=provider_id, from_date=first, until_date=last, note=row["note"], by=by, at=start)


def _case(provider_id: int, row: Row, by: Actor, staff: Actor, at: datetime) -> None:
    case = row["case"]
    values = {
        "title_zh": case["title"]["zh"], "title_en": case["title"]["en"], "story_zh": case["story"]["zh"],
        "story_en": case["story"]["en"], "industry": row["industries"][0], "platform": row["platforms"][0],
    }  # fmt: skip
    with scope(provider_id):
        found = Case.objects.filter(provider_id=provider_id).order_by("pk").first()
    same = found is not None and all(getattr(found, name) == value for name, value in values.items())
    if found is None or not same:
        found = save_case(provider_id=provider_id, case_id=found.pk if found else None, values=values, by=by, at=at)
    if found.state == Case.State.DRAFT:
        found = submit_case(provider_id=provider_id, case_id=found.pk, by=by, at=at)
    if found.state == Case.State.SUBMITTED:
        approve(provider_id, "case", found.pk, staff, at + timedelta(days=1))
