"""The market is told through the doors people use: twice is once, killed is continued, a changed file shows on the page."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from marketplace.accounts.models import User
from marketplace.accounts.operations import ensure_user
from marketplace.audit.models import AuditEvent
from marketplace.tenancy.scope import scope
from providers.demo import shelving
from providers.demo.founding import organization_of
from providers.demo.telling import Cast, tell_market
from providers.listings.models import Listing, ListingVersion, PublicListing
from providers.moderation.models import Penalty, Review
from providers.onboarding.models import Application, Qualification
from providers.profiles.models import PublicProvider
from providers.scorecards.models import PublicScore, ScoreEvent
from providers.shortlists.models import SavedSearch, ShortlistItem
from tests import cast
from tests.pages.text import text

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
#: One of each kind: long on the market, sent back, unverified, ruled against, reported, edited.
CHOSEN = ("qinghe", "zhiyao", "xinsuo", "yunge", "tingfeng", "banshan")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path)


def make_folder(tmp_path: Path) -> Path:
    """The market with six of its companies."""
    source = settings.BASE_DIR / "demo" / "market"
    shutil.copytree(source, tmp_path / "market")
    _keep(tmp_path / "market" / "providers.json", "slug")
    for path in (tmp_path / "market" / "listings").glob("*.json"):
        _keep(path, "provider")
    scene = json.loads((source / "scene.json").read_text("utf-8"))
    scene["edits"] = [edit for edit in scene["edits"] if edit["slug"].startswith("banshan")]
    (tmp_path / "market" / "scene.json").write_text(json.dumps(scene), "utf-8")
    return tmp_path / "market"


def _keep(path: Path, name: str) -> None:
    rows = [row for row in json.loads(path.read_text("utf-8")) if row[name] in CHOSEN]
    path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")


def tell(folder: Path) -> str:
    """With the people there are, made by the first telling: making the cast writes audit rows of its own."""
    staff = User.objects.filter(email="staff@shangban.example").first()
    if staff is None:
        staff = ensure_user(email="staff@shangban.example", password=cast.PASSWORD, is_staff=True)
        cast.acme()
        cast.other()
    people = {slug: [User.objects.get(email=f"owner@{slug}.example")] for slug in ("acme", "other")}
    return tell_market(folder, cast=Cast(staff, people), password=cast.PASSWORD, at=NOW, say=lambda line: None)


def counts() -> dict[str, int]:
    """Rows of everything the market writes, over all tenants."""
    models = (
        AuditEvent, Application, Qualification, Listing, ListingVersion, PublicListing, PublicProvider, ScoreEvent, Review,
        Penalty, ShortlistItem, SavedSearch, User,
    )  # fmt: skip
    return {model.__name__: model.objects.using("system").count() for model in models}


def test_told_twice_it_changes_nothing(folder: Path) -> None:
    tell(folder)
    first = counts()
    assert "0 of them written now" in tell(folder)
    assert counts() == first
    assert (first["PublicProvider"], first["Penalty"], first["SavedSearch"]) == (5, 1, 3)


class Killed(BaseException):
    """What a kill looks like from inside."""


@pytest.mark.parametrize("step", ["start_listing", "add_image", "submit_listing", "approve"])
def test_killed_half_way_it_goes_on(step: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fourth time a step is taken, the process dies right after it; the next start ends where an undisturbed one would."""
    calls = []
    real = getattr(shelving, step)

    def dying(*args: Any, **named: Any) -> Any:
        found = real(*args, **named)
        calls.append(step)
        if len(calls) == 4:
            raise Killed
        return found

    with monkeypatch.context() as patched:
        patched.setattr(shelving, step, dying)
        with pytest.raises(Killed):
            tell(folder)
    tell(folder)
    wanted = {row["slug"] for row in _rows(folder)} - {"zhiyao-label", "xinsuo-live-books"}
    assert set(PublicListing.objects.values_list("slug", flat=True)) == wanted
    assert ListingVersion.objects.using("system").exclude(number=1).values_list("number", flat=True).distinct().count() == 1


def _rows(folder: Path) -> list[dict[str, Any]]:
    return [row for path in (folder / "listings").glob("*.json") for row in json.loads(path.read_text("utf-8"))]


def test_a_changed_price_is_seen_on_the_page(folder: Path, client: Client) -> None:
    tell(folder)
    address = "/listings/qinghe-evening/"
    assert "3,600" in text(client.get(address))
    path = folder / "listings" / "customer-service.json"
    rows = json.loads(path.read_text("utf-8"))
    next(row for row in rows if row["slug"] == "qinghe-evening")["packages"][0]["price"] = 3710
    path.write_text(json.dumps(rows), "utf-8")
    assert "1 of them written now" in tell(folder)
    shown = text(client.get(address))
    assert ("3,710" in shown, "3,600" in shown) == (True, False)


def test_a_changed_file_does_not_let_a_waiting_price_through(folder: Path) -> None:
    tell(folder)
    path = folder / "listings" / "visual-design.json"
    rows = json.loads(path.read_text("utf-8"))
    next(row for row in rows if row["slug"] == "banshan-detail")["packages"][0]["price"] = 1690
    path.write_text(json.dumps(rows), "utf-8")
    assert "1 of them written now" in tell(folder)
    assert "0 of them written now" in tell(folder)
    public = PublicListing.objects.get(slug="banshan-detail")
    assert [package["price_minor"] for package in public.offer["packages"]] == [1690_00, 4500_00, 6800_00]


def test_what_stops_half_way_stops_there(folder: Path) -> None:
    tell(folder)
    states = dict(Listing.objects.using("system").values_list("slug", "state"))
    assert (states["zhiyao-label"], states["xinsuo-live-books"], states["zhiyao-farm-page"]) == ("draft", "draft", "published")
    waiting = Review.objects.using("system").filter(state="waiting").values_list("kind", flat=True)
    assert sorted(waiting) == ["listing", "qualification", "report", "verification"]
    sent_back = ListingVersion.objects.using("system").get(listing__slug="zhiyao-label")
    assert (sent_back.state, sent_back.reasons) == ("changes_requested", ["unclear_scope"])


def test_levels_come_from_events(folder: Path) -> None:
    tell(folder)
    best, newest = (User.objects.get(email=f"owner@{slug}.example") for slug in ("qinghe", "zhiyao"))
    scores = {score.provider_id: score for score in PublicScore.objects.all()}
    assert scores[organization_of(best)].level == 4
    assert scores[organization_of(newest)].newcomer
    with scope(organization_of(best)):
        assert ScoreEvent.objects.filter(provider_id=organization_of(best), kind="accepted").count() >= 25


def test_the_owner_signs_in_and_sees_the_desk(folder: Path, client: Client) -> None:
    tell(folder)
    owner = User.objects.get(email="owner@qinghe.example")
    assert owner.check_password(cast.PASSWORD)
    client.force_login(owner)
    assert "清河客服" in text(client.get("/desk/", follow=True))
