"""Telling an organization's own people: who gets a letter, in which language, how often, and what cannot stop it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext_noop, override

from marketplace.accounts.models import Membership, User
from marketplace.accounts.operations import add_member, ensure_user
from marketplace.kernel.errors import NotFound
from marketplace.outbox.channels.email.config import DEFAULTS
from marketplace.outbox.kinds import UnknownKind
from marketplace.outbox.models import Notice as Delivered
from marketplace.outbox.operations import enqueue, reset_wording, save_channel
from marketplace.outbox.people import Notice, NoticeRegistered, register_notice, tell
from marketplace.outbox.vetoes import _vetoes, register_veto
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.engine.doors import rows
from tests.outbox.letters import send, states

#: Message ids of the site's own catalogue, so that the test reads real translations.
SAVED = Notice(kind="tests.people.told", subject="Search", body="%(what)s", roles=("owner", "finance"), label="told")
register_notice(SAVED)
LEFT = "SELECT effect_key, state, reason FROM outbox_message WHERE channel = 'in_app' AND state <> 'sent'"


@pytest.fixture
def acme(transactional_db: None) -> cast.Merchant:
    return cast.acme()


def member(acme: cast.Merchant, name: str, role: str, language: str = "") -> User:
    person = ensure_user(email=f"{name}@acme.example", password=cast.PASSWORD, name=name)
    person.language = language
    person.save()
    add_member(organization_id=acme.id, user=person, role=role, may_export=False, by=CLI)
    return person


def said(acme: cast.Merchant, key: str = "thing:1", **more: Any) -> int:
    with scope(acme.id):
        return tell(
            organization_id=acme.id, effect_key=key, **{"kind": SAVED.kind, "facts": {"what": "x"}, "at": timezone.now(), **more}
        )


def test_each_member_with_one_of_the_roles_gets_a_letter_in_his_own_language(acme: cast.Merchant) -> None:
    member(acme, "zoe", "finance", "en")
    member(acme, "lin", "finance", "zh-hans")
    member(acme, "vera", "viewer", "en")
    with override("en"):  # whose request it is must not matter
        assert said(acme, facts={"what": {"zh": "代运营", "en": "Agency operation"}}, url="/desk/x/") == 3
    assert send(acme) == {"sent": 3}
    letters = {m.to[0].split("@")[0]: (m.subject, m.body) for m in mail.outbox}
    assert set(letters) == {"owner", "zoe", "lin"}
    assert letters["zoe"][0] == "Search"
    assert "Hello zoe," in letters["zoe"][1] and "Agency operation" in letters["zoe"][1]
    assert letters["lin"][0] == letters["owner"][0] == "搜索"
    assert "代运营" in letters["lin"][1] and "Hello" not in letters["lin"][1]
    assert all("http://127.0.0.1:8000/desk/x/" in body for _subject, body in letters.values())


def test_what_people_are_told_is_prepared_at_once_and_what_is_broken_harms_nothing_else(acme: cast.Merchant) -> None:
    other = Notice(kind="tests.people.warned", subject="Search", body="%(what)s", label="warned")
    register_notice(other)

    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            assert send(acme, "in_app") == {"sent": 2}
        return len(found)

    said(acme, "thing:1")
    said(acme, "thing:2")
    of_one_kind = statements()
    said(acme, "thing:3")
    said(acme, "thing:4", kind=other.kind)
    assert statements() == of_one_kind

    with scope(acme.id):
        enqueue(merchant_id=acme.id, kind=other.kind, channel="in_app", effect_key="broken", data={})
    said(acme, "thing:5")
    send(acme, "in_app")
    assert rows(acme, LEFT) == [("broken", "ready", "prepare_failed")]


def test_the_bell_has_one_notice_with_every_language(acme: cast.Merchant) -> None:
    said(acme, url="/desk/x/")
    assert send(acme, "in_app") == {"sent": 1}
    with scope(acme.id):
        notice = Delivered.objects.get()
    assert (notice.texts["zh"]["subject"], notice.texts["en"]["subject"], notice.url) == ("搜索", "Search", "/desk/x/")
    assert notice.recipient_id is None


def test_the_same_effect_is_told_once_and_another_again(acme: cast.Merchant) -> None:
    assert [said(acme), said(acme), said(acme, "thing:2")] == [1, 0, 1]
    assert send(acme) == {"sent": 2}
    assert send(acme, "in_app") == {"sent": 2}


def test_nothing_is_told_where_the_act_is_rolled_back(acme: cast.Merchant) -> None:
    with pytest.raises(RuntimeError), scope(acme.id):
        tell(organization_id=acme.id, kind=SAVED.kind, effect_key="x", facts={"what": "x"}, at=timezone.now())
        raise RuntimeError
    assert states(acme) == {}


def test_who_left_before_the_letter_went_gets_none(acme: cast.Merchant) -> None:
    left = member(acme, "zoe", "finance")
    said(acme)
    with scope(acme.id):
        Membership.objects.filter(user=left).delete()
    assert send(acme) == {"sent": 1, "dropped": 1}
    assert [m.to for m in mail.outbox] == [["owner@acme.example"]]


def test_a_letter_nobody_needs_any_more_stays_unsent_while_the_notice_is_kept(acme: cast.Merchant) -> None:
    said(acme, at=datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=1))
    assert send(acme) == {"dropped": 1}
    assert send(acme, "in_app") == {"sent": 1}


def test_neither_a_kill_switch_nor_the_merchants_own_email_settings_stop_or_disguise_it(acme: cast.Merchant) -> None:
    save_channel(
        merchant_id=acme.id, channel="email", is_active=False, config={"from_email": "shop@acme.example", "from_name": "Acme"},
        per_minute=DEFAULTS.per_minute, quiet=None, by=CLI, at=timezone.now(),
    )  # fmt: skip
    veto = lambda merchant_id, programs: programs  # noqa: E731 - everything is stopped
    register_veto(veto)
    try:
        said(acme)
        assert send(acme) == {"sent": 1}
    finally:
        _vetoes.remove(veto)
    assert mail.outbox[0].from_email == "no-reply@localhost"


def test_what_is_kept_of_a_letter_names_its_reader_by_a_hint(acme: cast.Merchant) -> None:
    said(acme)
    send(acme)
    assert rows(acme, "SELECT rendered ->> 'to' FROM outbox_message WHERE channel = 'email'") == [("o•••@acme.example",)]


def test_a_missing_fact_and_an_unknown_kind_fail_where_they_are_told(acme: cast.Merchant) -> None:
    with pytest.raises(KeyError), scope(acme.id):
        tell(organization_id=acme.id, kind=SAVED.kind, effect_key="x", facts={}, at=timezone.now())
    with pytest.raises(UnknownKind), scope(acme.id):
        tell(organization_id=acme.id, kind="tests.people.unheard_of", effect_key="x", facts={}, at=timezone.now())


def test_two_rooms_cannot_claim_one_kind() -> None:
    register_notice(SAVED)
    with pytest.raises(NoticeRegistered):
        register_notice(Notice(kind=SAVED.kind, subject=gettext_noop("Search"), body="other"))


def test_their_words_are_not_the_merchants_to_edit(acme: cast.Merchant, client: Any) -> None:
    client.force_login(acme.owner)
    page = client.get("/messages/templates/").content.decode()
    assert "tests.letters.alerted" in page, "the page must list what is the merchant's"
    assert SAVED.kind not in page
    with pytest.raises(NotFound):
        reset_wording(merchant_id=acme.id, kind=SAVED.kind, step="", channel="email", language="en", by=CLI, at=timezone.now())
