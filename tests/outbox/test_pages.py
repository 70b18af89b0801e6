"""The message pages: with nothing, with ten thousand rows, and what their buttons do."""

import re
from typing import Any

import pytest
from celery.app.task import Task
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.operations import add_member, ensure_user
from marketplace.accounts.roles import Role
from marketplace.outbox import operations
from marketplace.tenancy.actor import CLI
from tests import cast
from tests.cast import Merchant
from tests.engine.doors import one, rows
from tests.outbox import letters
from tests.outbox.conftest import Receiver
from tests.outbox.letters import ALERT, COMMERCIAL, NOW, SERVICE, of, put, send, states

PAGES = ("list", "given_up", "wordings", "wording", "suppressions", "channels", "notices")
WORDING = {"kind": SERVICE, "step": "", "channel": "sms", "language": "en"}
OFFER = {"kind": COMMERCIAL, "step": "", "channel": "email", "language": "en"}


def signed_in(user: Any, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def owner(acme: Merchant) -> Client:
    return signed_in(acme.owner)


def page(client: Client, name: str, **query: str) -> str:
    found = client.get(reverse(f"messages:{name}"), query)
    assert found.status_code == 200
    return re.sub(r"\s+", " ", found.content.decode())


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_merchant_without_messages_sees_what_to_expect(acme: Merchant, name: str, language: str) -> None:
    text = page(signed_in(acme.owner, language), name)
    if name not in ("wordings", "wording", "channels"):
        assert 'class="empty"' in text


@pytest.mark.parametrize("name", PAGES)
def test_pages_cost_as_many_queries_with_ten_thousand_rows_as_with_one(
    acme: Merchant, lin: int, owner: Client, name: str
) -> None:
    put(acme, "in_app", ALERT, "first")
    send(acme, "in_app")

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page(owner, name)
        return len([query for query in seen if "outbox_" in query["sql"]])

    few = count()
    letters.put_many(acme, 10_000, lin)
    rows(acme, "UPDATE outbox_message SET state = 'dead', reason = 'gave_up' WHERE id %% 3 = 0 RETURNING 1")
    assert count() <= few + 1
    assert few <= 10


def test_the_list_is_narrowed_by_program_state_reason_channel_and_key(acme: Merchant, lin: int, owner: Client) -> None:
    put(acme, "email", SERVICE, "apple-1", recipient_id=lin)
    put(acme, "in_app", SERVICE, "pear-1", recipient_id=letters.buyer(acme, "out", opted_out_at=NOW))
    send(acme)
    send(acme, "in_app")
    for query in ({"state": "sent"}, {"channel": "email"}, {"q": "app"}):
        text = page(owner, "list", **query)
        assert ("apple-1" in text, "pear-1" in text) == (True, False), query
    for query in ({"reason": "opted_out"}, {"state": "dropped"}):
        text = page(owner, "list", **query)
        assert ("apple-1" in text, "pear-1" in text) == (False, True), query
    both = page(owner, "list", program="letters")
    assert "apple-1" in both and "pear-1" in both
    assert "apple-1" not in page(owner, "list", due_from="2999-01-01")
    assert owner.get(reverse("messages:list"), {"state": "no such", "reason": "\0", "due_from": "x"}).status_code == 200


def test_the_export_is_the_narrowed_list_and_quotes_formulas(acme: Merchant, lin: int, owner: Client) -> None:
    put(acme, key="=SUM(A1)", recipient_id=lin)
    put(acme, key="other", recipient_id=lin)
    found = owner.get(reverse("messages:export"), {"q": "=SUM"})
    text = b"".join(found.streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=SUM(A1)" in text and "other" not in text


def test_a_message_shows_its_words_its_attempts_and_its_reason(acme: Merchant, lin: int, owner: Client) -> None:
    message = put(acme, recipient_id=lin, language="en")
    send(acme)
    text = owner.get(reverse("messages:detail", args=[message])).content.decode()
    assert "Hello Lin" in text and "l•••@buyer.example" in text and "SECRET" not in text
    dropped = put(acme, key="late", recipient_id=lin, drop_after=NOW)
    send(acme)
    assert states(acme)["dropped:late"] == 1
    assert owner.get(reverse("messages:detail", args=[dropped])).status_code == 200


def test_given_up_messages_are_sent_again_one_or_all(
    acme: Merchant, lin: int, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Task, "apply_async", lambda *_, **__: None)
    letters.put_many(acme, 3, lin)
    rows(acme, "UPDATE outbox_message SET state = 'dead', reason = 'gave_up' RETURNING 1")
    first = one(acme, "SELECT min(id) FROM outbox_message")
    owner.post(reverse("messages:replay"), {"message": [first, "x", "9" * 30]})
    assert states(acme) == {"ready": 1, "dead:gave_up": 2}
    owner.post(reverse("messages:replay"), {})
    assert states(acme) == {"ready": 1, "dead:gave_up": 2}
    owner.post(reverse("messages:replay"), {"act": "all"})
    assert states(acme) == {"ready": 3}


def test_the_preview_follows_what_is_typed(acme: Merchant, owner: Client) -> None:
    def preview(body: str) -> str:
        answer = owner.post(reverse("messages:preview"), {**WORDING, "body": body}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", answer.content.decode())

    assert "Hi Lin" in preview("Hi {name}")
    assert "1 SMS" in preview("Hi")
    assert "2 SMS" in preview("x" * 161)
    assert "{nobody}" in preview("Hi {nobody}") and "callout--bad" in preview("Hi {nobody}")
    assert "&lt;script&gt;" in preview("<script>alert(1)</script>")


def test_a_commercial_text_needs_somebody_else(acme: Merchant, owner: Client) -> None:
    owner.post(reverse("messages:wording"), {**OFFER, "subject": "Offer", "body": "For {name}"})
    template = one(acme, "SELECT id FROM outbox_template WHERE state = 'pending'")
    decide = reverse("messages:decide_wording", args=[template])
    owner.post(decide, {"act": "approve"})
    assert one(acme, "SELECT state FROM outbox_template") == "pending"
    finance = ensure_user(email="finance@acme.example", password=cast.PASSWORD)
    add_member(organization_id=acme.id, user=finance, role=Role.FINANCE, may_export=False, by=CLI)
    assert "For {name}" in page(signed_in(finance), "wordings")
    signed_in(finance).post(decide, {"act": "approve"})
    assert one(acme, "SELECT state FROM outbox_template") == "active"


def test_a_text_that_cannot_be_used_stays_in_the_form(owner: Client) -> None:
    answer = owner.post(reverse("messages:wording"), {**WORDING, "body": "Dear {nobody}"})
    assert answer.status_code == 400
    assert "Dear {nobody}" in answer.content.decode()


def test_a_new_secret_is_shown_once(acme: Merchant, owner: Client, receiver: Receiver) -> None:
    owner.post(reverse("messages:add_endpoint"), {"url": receiver.url})
    assert "whsec_" in page(owner, "channels")
    assert "whsec_" not in page(owner, "channels")
    endpoint = one(acme, "SELECT id FROM outbox_endpoint")
    owner.post(reverse("messages:endpoint", args=[endpoint]), {"act": "try"})
    assert receiver.calls[0].json["type"] == "outbox.test"
    assert "HTTP 200" in page(owner, "channels")


def test_a_channels_key_is_never_shown(acme: Merchant, owner: Client) -> None:
    form = {
        "channel": "sms",
        "sms-is_active": "on",
        "sms-secret": "very-secret",
        "sms-quiet_from": "21:00",
        "sms-quiet_to": "08:00",
    }
    assert owner.post(reverse("messages:channels"), form).status_code == 302
    assert "very-secret" not in page(owner, "channels")
    assert "very-secret" not in str(rows(acme, "SELECT facts::text FROM audit_auditevent"))
    wrong = owner.post(reverse("messages:channels"), {**form, "sms-endpoint": "http://127.0.0.1/"})
    assert (wrong.status_code, "https://" in wrong.content.decode()) == (400, True)
    owner.post(reverse("messages:channels"), {**form, "sms-secret": ""})
    assert one(acme, "SELECT secret_cipher IS NOT NULL FROM outbox_channelsettings"), "an empty field keeps the key"


def test_the_list_finds_whole_addresses_only(acme: Merchant, owner: Client) -> None:
    common = {"merchant_id": acme.id, "by": CLI, "at": NOW, "note": ""}
    operations.add_suppression(**common, channel="", address="lin@buyer.example")
    operations.add_suppression(**common, channel="sms", address="13812345678")
    assert "l•••@buyer.example" in page(owner, "suppressions", q="LIN@buyer.example")
    assert "+86••••5678" in page(owner, "suppressions", q="138 1234 5678")
    assert 'class="empty"' in page(owner, "suppressions", q="lin@")
    exported = b"".join(owner.get(reverse("messages:suppressions_export")).streaming_content).decode()  # type: ignore[attr-defined]
    assert "lin@buyer.example" in exported and "'+8613812345678" in exported
    again = operations.import_suppressions(merchant_id=acme.id, text=exported, by=CLI, at=NOW)
    assert (again.added, again.known, again.bad) == (0, 2, ()), "what was exported can be imported"


def test_the_bell_counts_and_falls_silent(acme: Merchant, owner: Client) -> None:
    for number in range(3):
        put(acme, "in_app", ALERT, f"n-{number}", data={"name": f"budget {number}"})
    send(acme, "in_app")
    assert 'class="bell__count">3<' in page(owner, "list")
    assert "About budget 2." in page(owner, "notices")
    assert "关于budget 2。" in page(signed_in(acme.owner, "zh-hans"), "notices")
    owner.post(reverse("messages:read_notices"))
    assert "bell__count" not in page(owner, "list")


def test_a_notice_leads_nowhere_outside(acme: Merchant, owner: Client) -> None:
    message = put(acme, "in_app", ALERT, "n")
    send(acme, "in_app")
    for url in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        rows(acme, "UPDATE outbox_notice SET url = %s RETURNING 1", url)
        assert "evil" not in page(owner, "notices") and "javascript" not in page(owner, "notices")
    assert of(acme, message, "state") == "sent"
    assert timezone.now() > NOW
