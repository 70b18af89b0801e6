"""One's own account: language, sessions, organizations, and the second step at sign-in."""

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client

from marketplace.accounts.models import Organization, User
from marketplace.accounts.operations import add_member, ensure_user
from marketplace.accounts.web.devices import device
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast
from tests.accounts.conftest import PASSWORD, letters_to, link_in, signed_in, visitor

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = re.compile(r'id="secret" value="([A-Z2-7]+)"')


@pytest.fixture
def acme() -> cast.Merchant:
    return cast.acme()


def enter(user: User, **headers: str) -> Client:
    client = visitor(**headers)
    found = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert found.status_code == 302, found.content
    return client


def code_for(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238, computed on its own)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def add_app(client: Client) -> str:
    """Set up an authenticator app as a person does; its secret."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = SECRET.search(page)[1]  # type: ignore[index]
    found = client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    assert found.url == "/accounts/2fa/recovery-codes/", found.content
    return secret


# Language.


def test_the_switch_is_kept_for_pages_and_letters(acme: cast.Merchant) -> None:
    client = enter(acme.owner)
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/settings/account/"})
    assert User.objects.get(pk=acme.owner.pk).language == "zh-hans"
    elsewhere = enter(acme.owner)  # another browser, which asks for English
    assert '<html lang="zh-hans"' in elsewhere.get("/settings/account/").content.decode()


def test_a_language_the_site_does_not_have_is_not_kept(acme: cast.Merchant) -> None:
    enter(acme.owner).post("/i18n/setlang/", {"language": "xx", "next": "/"})
    assert User.objects.get(pk=acme.owner.pk).language == ""


def test_name_and_language_are_saved_together_and_mistakes_are_shown(acme: cast.Merchant) -> None:
    client = enter(acme.owner)
    found = client.post("/settings/account/", {"name": "  Ada\u202e  Lovelace ", "language": "en"})
    assert found.status_code == 302
    assert User.objects.get(pk=acme.owner.pk).name == "Ada Lovelace"
    found = client.post("/settings/account/", {"name": "A", "language": "en"})
    assert (found.status_code, "at least two characters" in found.content.decode()) == (400, True)


# Sessions.


def test_every_sign_in_is_listed_and_can_be_ended(acme: cast.Merchant) -> None:
    here = enter(acme.owner, **{"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537"})
    there = enter(acme.owner, **{"user-agent": "Mozilla/5.0 (iPhone) MicroMessenger/8"})
    page = here.get("/settings/account/").content.decode()
    assert "Chrome · Windows" in page and "WeChat · iPhone" in page and "This one" in page
    other = UserSession.objects.exclude(session_key=here.session.session_key).get()
    here.post("/settings/account/sessions/end/", {"session": other.pk})
    assert there.get("/settings/account/").status_code == 302
    assert here.get("/settings/account/").status_code == 200


def test_signing_out_everywhere_leaves_only_this_session(acme: cast.Merchant) -> None:
    here, *others = (enter(acme.owner) for _ in range(3))
    here.post("/settings/account/sessions/end-all/")
    assert [client.get("/settings/account/").status_code for client in (here, *others)] == [200, 302, 302]


def test_somebody_elses_session_cannot_be_ended(acme: cast.Merchant) -> None:
    mine, theirs = enter(acme.owner), enter(cast.other().owner)
    session = UserSession.objects.get(session_key=theirs.session.session_key)
    for wanted in (session.pk, "0", "x", 2**70):
        mine.post("/settings/account/sessions/end/", {"session": wanted})
    assert theirs.get("/settings/account/").status_code == 200


def test_a_new_password_ends_every_other_session_and_writes_a_letter(acme: cast.Merchant) -> None:
    here, there = enter(acme.owner), enter(acme.owner)
    new = "another long passphrase"
    values = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", values).status_code == 302
    assert [client.get("/settings/account/").status_code for client in (here, there)] == [200, 302]
    assert letters_to(acme.owner.email)[-1].subject == "您的密码已修改"


def test_a_new_mailbox_counts_when_it_is_confirmed(acme: cast.Merchant) -> None:
    client = enter(acme.owner)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/email/", {"email": "new@acme.example", "action_add": ""})
    assert User.objects.get(pk=acme.owner.pk).email == "owner@acme.example"
    visitor().post(link_in(letters_to("new@acme.example")[-1]))
    assert User.objects.get(pk=acme.owner.pk).email == "new@acme.example"


def test_a_mailbox_of_somebody_else_is_never_confirmed_nor_told(acme: cast.Merchant) -> None:
    other, client = cast.other(), enter(acme.owner)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    answers = []
    for email in (other.owner.email, "free@x.example"):
        found = client.post("/accounts/email/", {"email": email, "action_add": ""})
        answers.append((found.status_code, found.headers.get("Location")))
    assert answers[0] == answers[1]
    visitor().post(link_in(letters_to(other.owner.email)[-1]))
    assert User.objects.get(pk=acme.owner.pk).email == "owner@acme.example"
    assert EmailAddress.objects.get(email=other.owner.email, verified=True).user == other.owner


@pytest.mark.parametrize(
    ("agent", "name"), [("", "Unknown device"), ("curl/8", "Unknown device"), ("X11; Linux Firefox/1", "Firefox · Linux")]
)
def test_devices_are_named_as_far_as_they_say(agent: str, name: str) -> None:
    from django.utils.translation import override

    with override("en"):
        assert device(agent) == name


# Organizations.


def test_the_switch_goes_to_ones_own_organizations_only_and_changes_the_sessions_key(acme: cast.Merchant) -> None:
    studio, other = cast.studio(), cast.other()
    add_member(organization_id=studio.id, user=acme.owner, role="viewer", may_export=False, by=CLI)
    client = enter(acme.owner)
    before = client.session.session_key
    found = client.post("/settings/organization/switch/", {"to": studio.id})
    assert found.url == "/console/"
    assert client.session.session_key != before
    assert client.get("/console/").url == "/desk/"
    assert client.get("/orders/").status_code == 403, "a merchant's page in a provider's console"
    for wanted in (other.id, 2**60, "x", ""):
        assert client.post("/settings/organization/switch/", {"to": wanted}).status_code == 404
    assert UserSession.objects.get(user=acme.owner).session_key == client.session.session_key


def test_leaving_needs_its_confirmation(acme: cast.Merchant) -> None:
    guest = ensure_user(email="guest@acme.example", password=PASSWORD)
    add_member(organization_id=acme.id, user=guest, role="viewer", may_export=False, by=CLI)
    client = enter(guest)
    client.post("/settings/organization/leave/")
    assert client.get("/orders/").status_code == 200
    client.post("/settings/organization/leave/", {"confirm": "yes"})
    assert client.get("/orders/").status_code == 403
    assert client.get("/settings/account/").status_code == 200, "one's own account stays open"


# The second step.


def test_the_password_alone_no_longer_opens_the_account(acme: cast.Merchant) -> None:
    secret = add_app(enter(acme.owner))
    client = visitor()
    found = client.post("/accounts/login/", {"login": acme.owner.email, "password": PASSWORD})
    assert found.url == "/accounts/2fa/authenticate/"
    assert client.get("/orders/").status_code == 302
    assert b"wrong or too old" in client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content
    Authenticator.objects.update(last_used_at=None)
    from django.core.cache import cache

    cache.clear()  # the code was used a moment ago to set the app up, and a code works once
    assert client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)}).status_code == 302
    assert client.get("/orders/").status_code == 200


def test_a_recovery_code_works_once(acme: cast.Merchant) -> None:
    owner = enter(acme.owner)
    add_app(owner)
    text = owner.get("/accounts/2fa/recovery-codes/download/").content.decode()
    code = re.findall(r"^\d{8}$", text, re.M)[0]
    answers = []
    for _ in range(2):
        client = visitor()
        client.post("/accounts/login/", {"login": acme.owner.email, "password": PASSWORD})
        answers.append(client.post("/accounts/2fa/authenticate/", {"code": code}).status_code)
    assert answers == [302, 200]


def test_secrets_are_sealed_at_rest(acme: cast.Merchant) -> None:
    secret = add_app(enter(acme.owner))
    stored = {one.type: str(one.data) for one in Authenticator.objects.filter(user=acme.owner)}
    assert set(stored) == {"totp", "recovery_codes"}
    assert secret not in stored["totp"]
    wrapped = Authenticator.objects.get(user=acme.owner, type="recovery_codes").wrap()
    assert not any(code in stored["recovery_codes"] for code in wrapped.get_unused_codes())
    from marketplace.accounts.mfa import MfaAdapter

    assert MfaAdapter().decrypt(Authenticator.objects.get(type="totp").data["secret"]) == secret


def test_guessing_codes_is_stopped(acme: cast.Merchant) -> None:
    add_app(enter(acme.owner))
    client = visitor()
    client.post("/accounts/login/", {"login": acme.owner.email, "password": PASSWORD})
    pages = [client.post("/accounts/2fa/authenticate/", {"code": f"{n:06d}"}).content for n in range(8)]
    assert b"Too many attempts" in pages[-1]


def require_it(client: Client) -> Any:
    return client.post("/settings/organization/second-step/", {"requires_mfa": "on"})


def test_owners_require_it_of_everybody_after_setting_it_up_themselves(acme: cast.Merchant) -> None:
    guest = ensure_user(email="guest@acme.example", password=PASSWORD)
    add_member(organization_id=acme.id, user=guest, role="viewer", may_export=False, by=CLI)
    owner, member = enter(acme.owner), enter(guest)
    require_it(owner)
    with scope(acme.id):
        assert not Organization.objects.get(pk=acme.id).requires_mfa, "he would have locked himself out"
    add_app(owner)
    require_it(owner)
    assert owner.get("/orders/").status_code == 200
    for found in (member.get("/orders/"), member.post("/messages/notices/read/")):
        assert (found.status_code, found.url) == (302, "/accounts/2fa/")
    assert "requires a second step" in member.get("/accounts/2fa/").content.decode()
    add_app(member)
    assert member.get("/orders/").status_code == 200
    member.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=guest, type="totp").exists(), "the last step stays while it is required"


def test_an_administrator_does_not_decide_how_members_sign_in(acme: cast.Merchant) -> None:
    admin = ensure_user(email="admin@acme.example", password=PASSWORD)
    add_member(organization_id=acme.id, user=admin, role="admin", may_export=False, by=CLI)
    client = enter(admin)
    add_app(client)
    assert require_it(client).status_code == 403


def test_changing_the_second_step_asks_who_it_is(acme: cast.Merchant) -> None:
    client = signed_in(acme.owner)  # a session that never typed the password
    assert client.get("/accounts/2fa/totp/activate/").url.startswith("/accounts/reauthenticate/")
