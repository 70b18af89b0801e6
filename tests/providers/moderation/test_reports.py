"""Reports: made in confidence, answered always."""

from datetime import timedelta

import pytest

from marketplace.accounts.models import User
from marketplace.audit.models import AuditEvent
from marketplace.kernel.errors import NotAllowed, NotFound, UserError
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.moderation.errors import AlreadyAsked
from providers.moderation.kinds import kind_named
from providers.moderation.models import Report, Review
from providers.moderation.operations import decide, report
from providers.moderation.operations.reports import PER_DAY
from tests import cast
from tests.providers.moderation.probe import MONDAY


@pytest.fixture
def acme(db: None) -> cast.Merchant:
    return cast.acme()


def make(merchant: cast.Merchant | cast.Provider, **changes: object) -> Report:
    facts = {
        "about_kind": "provider", "slug": "acme-studio", "reason": "misleading", "text": "They promise the first place.",
        "by": person(merchant.owner.pk), "at": MONDAY, **changes,
    }  # fmt: skip
    return report(merchant_id=merchant.id, **facts)  # type: ignore[arg-type]


def review_of(provider: cast.Provider) -> Review:
    with scope(provider.id):
        return Review.objects.get(kind="report")


@pytest.mark.parametrize(("verdict", "state"), [("approved", "upheld"), ("rejected", "dismissed")])
def test_the_reporter_hears_how_it_ended(studio: cast.Provider, acme: cast.Merchant, ann: User, verdict: str, state: str) -> None:
    made = make(acme)
    decide(
        provider_id=studio.id, review_id=review_of(studio).pk, verdict=verdict, note="We spoke to them.", by=person(ann.pk),
        at=MONDAY,
    )  # fmt: skip
    with scope(acme.id):
        assert Report.objects.get(pk=made.pk).state == state
        letter = Message.objects.get(kind=f"moderation.report.{state}", channel="email")
        assert letter.data["facts"] == {"title": "acme-studio", "answer": "We spoke to them."}


def test_the_provider_never_learns_who_reported(studio: cast.Provider, acme: cast.Merchant, ann: User) -> None:
    make(acme)
    decide(provider_id=studio.id, review_id=review_of(studio).pk, verdict="approved", by=person(ann.pk), at=MONDAY)
    with scope(studio.id):
        assert review_of(studio).opened_by == "system:report"
        assert not AuditEvent.objects.filter(user_id=acme.owner.pk).exists()
        assert not Report.objects.exists()
        assert not Message.objects.exists()


def test_staff_read_who_and_what(studio: cast.Provider, acme: cast.Merchant) -> None:
    made = make(acme)
    with scope(studio.id):
        sheet = kind_named("report").render(studio.id, made.pk)
    shown = [str(fact.value) for fact in sheet.facts]
    assert "They promise the first place." in shown
    assert "Owner of acme" in shown
    with scope(cast.rival().id), pytest.raises(NotFound):
        kind_named("report").render(cast.rival().id, made.pk)


def test_the_same_report_is_made_once_while_it_is_open(studio: cast.Provider, acme: cast.Merchant, ann: User) -> None:
    make(acme)
    with pytest.raises(AlreadyAsked):
        make(acme)
    decide(provider_id=studio.id, review_id=review_of(studio).pk, verdict="rejected", note="No.", by=person(ann.pk), at=MONDAY)
    assert make(acme).state == "open"


def test_a_flood_of_reports_is_stopped(studio: cast.Provider, acme: cast.Merchant) -> None:
    for number in range(PER_DAY):
        cast.provider(f"flooded-{number}")
        make(acme, slug=f"flooded-{number}")
    with pytest.raises(NotAllowed):
        make(acme)
    assert make(acme, at=MONDAY + timedelta(days=1, seconds=1)).state == "open"


@pytest.mark.parametrize("change", [{"slug": "nobody"}, {"slug": "acme"}, {"about_kind": "moon"}])
def test_what_is_not_public_cannot_be_reported(studio: cast.Provider, acme: cast.Merchant, change: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        make(acme, **change)


@pytest.mark.parametrize("change", [{"reason": "weather"}, {"text": " "}, {"text": "x" * 4001}])
def test_a_report_says_what_is_wrong(studio: cast.Provider, acme: cast.Merchant, change: dict[str, str]) -> None:
    with pytest.raises(UserError):
        make(acme, **change)


def test_nobody_reports_themselves(studio: cast.Provider) -> None:
    with pytest.raises(NotAllowed):
        make(studio)
