"""Pages of providers and of people who report."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.moderation.models import Appeal, Report
from providers.moderation.operations import decide
from tests import cast
from tests.providers.moderation.test_penalties import give
from tests.providers.moderation.test_reports import make, review_of


def signed_in(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def owner(studio: cast.Provider) -> Client:
    return signed_in(studio.owner)


STANDING = "/desk/standing/"


def test_a_provider_without_rulings_is_told_so(owner: Client) -> None:
    text = owner.get(STANDING).content.decode()
    assert "No points. Keep it like this." in text
    assert "No rulings" in text


def test_a_provider_sees_points_what_follows_and_until_when_to_appeal(studio: cast.Provider, owner: Client, ann: User) -> None:
    penalty = give(studio, 5, ann, timezone.now())
    text = owner.get(STANDING).content.decode()
    assert "Your listings are hidden until" in text
    assert penalty.ruling in text
    assert "Misleading listing" in text
    assert reverse("moderation:appeal", args=[penalty.pk]) in text
    assert "虚假宣传" in signed_in(studio.owner, "zh-hans").get(STANDING).content.decode()


def test_an_appeal_is_handed_in_and_taken_back(studio: cast.Provider, owner: Client, ann: User) -> None:
    penalty = give(studio, 5, ann, timezone.now())
    address = reverse("moderation:appeal", args=[penalty.pk])
    assert owner.get(address).status_code == 200
    assert owner.post(address, {"text": "It was put right."}).status_code == 302
    with scope(studio.id):
        appeal = Appeal.objects.get()
    assert appeal.text == "It was put right."
    assert owner.get(address).content.decode().count("<textarea") == 0
    assert owner.post(reverse("moderation:withdraw_appeal", args=[appeal.pk])).status_code == 302
    assert owner.get(address).content.decode().count("<textarea") == 1


def test_an_appeal_without_words_keeps_the_page_and_says_what_to_do(studio: cast.Provider, owner: Client, ann: User) -> None:
    penalty = give(studio, 5, ann, timezone.now())
    found = owner.post(reverse("moderation:appeal", args=[penalty.pk]), {"text": "x" * 4001})
    assert found.status_code == 422
    assert "x" * 4001 in found.content.decode()


def test_after_seven_days_the_form_is_gone(studio: cast.Provider, owner: Client, ann: User) -> None:
    penalty = give(studio, 5, ann, timezone.now() - timedelta(days=8))
    address = reverse("moderation:appeal", args=[penalty.pk])
    assert "cannot be appealed any more" in owner.get(address).content.decode()
    assert owner.post(address, {"text": "Late."}).status_code == 422
    with scope(studio.id):
        assert not Appeal.objects.exists()


@pytest.mark.parametrize("number", [1, 19])
def test_the_page_asks_the_same_however_many_rulings(studio: cast.Provider, owner: Client, ann: User, number: int) -> None:
    for _each in range(number):
        give(studio, 1, ann, timezone.now())
    with CaptureQueriesContext(connection) as asked:
        owner.get(STANDING)
    assert len([q for q in asked if "moderation_" in q["sql"]]) == 6


# Reports.


def test_a_report_is_sent_from_a_page_and_answered(studio: cast.Provider, ann: User) -> None:
    client = signed_in(cast.acme().owner)
    address = "/report/?about=provider:acme-studio"
    assert "acme-studio" in client.get(address).content.decode()
    assert client.post(address, {"reason": "price", "text": "Twice as much."}).status_code == 302
    assert "Being looked at" in client.get("/report/sent/").content.decode()
    decide(
        provider_id=studio.id, review_id=review_of(studio).pk, verdict="approved", note="They corrected it.",
        by=person(ann.pk), at=timezone.now(),
    )  # fmt: skip
    text = client.get("/report/sent/?state=upheld").content.decode()
    assert "They corrected it." in text
    assert "No reports here" in client.get("/report/sent/?state=dismissed").content.decode()
    csv = b"".join(client.get("/report/sent/export.csv")).decode()
    assert "Twice as much." in csv


def test_a_report_keeps_what_was_typed(studio: cast.Provider) -> None:
    client = signed_in(cast.acme().owner)
    found = client.post("/report/?about=provider:acme-studio", {"text": "I forgot to choose."})
    assert found.status_code == 422
    assert "I forgot to choose." in found.content.decode()


@pytest.mark.parametrize("about", ["provider:nobody", "listing:nothing", "moon:1", "provider", "provider:"])
def test_what_is_not_there_cannot_be_reported(studio: cast.Provider, about: str) -> None:
    assert signed_in(cast.acme().owner).get(f"/report/?about={about}").status_code == 404


def test_reporting_oneself_is_refused_in_words(studio: cast.Provider, owner: Client) -> None:
    found = owner.post("/report/?about=provider:acme-studio", {"reason": "price", "text": "Me."})
    assert found.status_code == 422
    assert "This is your own" in found.content.decode()


@pytest.mark.parametrize("number", [1, 15])
def test_the_list_of_reports_asks_the_same_however_many(studio: cast.Provider, number: int) -> None:
    acme = cast.acme()
    for each in range(number):
        cast.provider(f"reported-{each}")
        make(acme, slug=f"reported-{each}", at=timezone.now())
    with scope(acme.id):
        assert Report.objects.count() == number
    client = signed_in(acme.owner)
    with CaptureQueriesContext(connection) as asked:
        client.get("/report/sent/")
    assert len([q for q in asked if "moderation_" in q["sql"]]) == 3
