"""Signing up: an account, a letter, a confirmation, an organization — and nothing told about who is here."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.models import Membership, Organization, SignUp, User
from marketplace.accounts.operations import EmailTaken, finish_sign_up, sign_up
from marketplace.accounts.slugs import LONGEST, slug_of, slugs_for
from marketplace.tenancy.scope import scope
from merchants.models import MerchantProfile
from tests import cast
from tests.accounts.conftest import PASSWORD, SIGN_UP, letters_to, link_in, together, visitor

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def confirm(client: Any, email: str) -> Any:
    path = link_in(letters_to(email)[-1])
    assert client.get(path).status_code == 200
    return client.post(path)


def membership(user: User) -> Membership:
    with scope(user_id=user.pk):
        return Membership.objects.select_related("organization").get(user=user)


@pytest.mark.parametrize("kind", ["merchant", "provider"])
def test_who_signs_up_and_confirms_owns_a_new_organization(kind: str) -> None:
    client = visitor()
    found = client.post("/accounts/signup/", {**SIGN_UP, "kind": kind})
    assert (found.status_code, found.url) == (302, "/accounts/confirm-email/")
    user = User.objects.get(email="lin@guanghe.example")
    assert SignUp.objects.get(user=user).founded_at is None
    with scope(user_id=user.pk):
        assert not Membership.objects.filter(user=user).exists(), "an unconfirmed mailbox must not own anything"
    assert confirm(client, user.email).status_code == 302
    member = membership(user)
    assert (member.role, member.may_export) == ("owner", True)
    assert (member.organization.kind, member.organization.name) == (kind, "杭州光合代运营")
    assert member.organization.slug == "hang-zhou-guang-he-dai-yun-ying"
    with scope(member.organization_id):
        assert MerchantProfile.objects.filter(merchant_id=member.organization_id).exists() == (kind == "merchant")
    assert client.get("/console/").url != "/accounts/login/", "the browser that signed up is signed in"


def test_nobody_signs_in_before_the_mailbox_is_confirmed() -> None:
    visitor().post("/accounts/signup/", SIGN_UP)
    client = visitor()
    found = client.post("/accounts/login/", {"login": SIGN_UP["email"], "password": PASSWORD})
    assert found.url == "/accounts/confirm-email/"
    assert "_auth_user_id" not in client.session


def test_the_link_works_on_another_device_but_does_not_sign_in_there() -> None:
    visitor().post("/accounts/signup/", SIGN_UP)
    other = visitor()
    confirm(other, SIGN_UP["email"])
    assert "_auth_user_id" not in other.session
    assert EmailAddress.objects.get(email=SIGN_UP["email"]).verified


def test_confirming_twice_founds_once() -> None:
    client = visitor()
    client.post("/accounts/signup/", SIGN_UP)
    path = link_in(letters_to(SIGN_UP["email"])[0])
    client.post(path)
    visitor().post(path)
    user = User.objects.get(email=SIGN_UP["email"])
    assert finish_sign_up(user_id=user.pk, at=NOW) is None
    with scope(user_id=user.pk):
        assert Membership.objects.filter(user=user).count() == 1


def test_an_altered_link_confirms_nothing() -> None:
    visitor().post("/accounts/signup/", SIGN_UP)
    path = link_in(letters_to(SIGN_UP["email"])[0])
    assert b"no longer works" in visitor().get(path.replace(":", ":x", 1)).content
    visitor().post(path.replace(":", ":x", 1))
    assert not EmailAddress.objects.get(email=SIGN_UP["email"]).verified


@pytest.mark.parametrize(("language", "subject"), [("en", "Confirm your e-mail"), ("zh-hans", "确认您的邮箱")])
def test_the_letter_is_in_the_language_of_who_signs_up(language: str, subject: str) -> None:
    visitor(language).post("/accounts/signup/", SIGN_UP)
    (letter,) = letters_to(SIGN_UP["email"])
    assert letter.subject == subject
    assert User.objects.get(email=SIGN_UP["email"]).language == language


def test_a_reset_letter_is_in_its_readers_language_whoever_asks_for_it() -> None:
    acme = cast.acme()
    acme.owner.language = "zh-hans"
    acme.owner.save()
    visitor("en").post("/accounts/password/reset/", {"email": acme.owner.email})
    (letter,) = letters_to(acme.owner.email)
    assert letter.subject == "设置新密码"
    assert not re.search(r"[A-Za-z]{3,} [a-z]{3,}", letter.body.replace("Owner of acme", ""))


def test_letters_lead_to_the_sites_own_address_whatever_the_request_calls_it(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    acme = cast.acme()
    visitor().post("/accounts/password/reset/", {"email": acme.owner.email}, headers={"host": "evil.example"})
    visitor().post("/accounts/signup/", SIGN_UP, headers={"host": "evil.example"})
    assert len(mail.outbox) == 2
    assert not any("evil.example" in letter.body for letter in mail.outbox)


# Who is here is nobody's business.


def shape(client: Any, path: str, data: dict[str, str]) -> tuple[Any, ...]:
    """Everything an answer shows to who sent the form."""
    found = client.post(path, data)
    after = client.get(found.url) if found.status_code == 302 else found
    text = re.sub(r'csrfmiddlewaretoken" value="\w+"|CSRFToken&quot;: &quot;\w+&quot;', "", after.content.decode())
    return found.status_code, found.headers.get("Location"), sorted(found.cookies), sorted(client.cookies), text


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/password/reset/"])
def test_an_address_that_is_taken_looks_like_a_free_one(path: str) -> None:
    acme = cast.acme()
    taken = shape(visitor(), path, {**SIGN_UP, "email": acme.owner.email})
    free = shape(visitor(), path, SIGN_UP)
    assert taken == free
    assert len(letters_to(acme.owner.email)) == len(letters_to(SIGN_UP["email"])) == 1


def test_an_address_that_is_taken_costs_the_same_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    acme, calls = cast.acme(), []
    hasher = hashers.get_hasher()
    real = type(hasher).encode
    monkeypatch.setattr(type(hasher), "encode", lambda self, *a, **k: calls.append(1) or real(self, *a, **k))
    counts = []
    for email in (acme.owner.email, SIGN_UP["email"]):
        calls.clear()
        visitor().post("/accounts/signup/", {**SIGN_UP, "email": email})
        counts.append(len(calls))
    assert counts[0] == counts[1] > 0


def test_a_wrong_password_and_an_unknown_address_look_the_same() -> None:
    acme = cast.acme()
    known = shape(visitor(), "/accounts/login/", {"login": acme.owner.email, "password": "wrong"})
    unknown = shape(visitor(), "/accounts/login/", {"login": "nobody@acme.example", "password": "wrong"})
    assert known[:4] == unknown[:4]
    assert known[4].replace(acme.owner.email, "") == unknown[4].replace("nobody@acme.example", "")


def test_guessing_passwords_is_stopped() -> None:
    acme = cast.acme()
    client = visitor()
    for _ in range(6):
        client.post("/accounts/login/", {"login": acme.owner.email, "password": "wrong"})
    found = client.post("/accounts/login/", {"login": acme.owner.email, "password": PASSWORD})
    assert b"Too many attempts" in found.content
    assert "_auth_user_id" not in client.session


def test_signing_up_is_stopped_after_many_tries() -> None:
    client = visitor()
    codes = [client.post("/accounts/signup/", {}).status_code for _ in range(25)]
    assert (codes[0], codes[-1]) == (200, 429)


def test_two_who_sign_up_with_one_address_at_once_make_one_account() -> None:
    values: dict[str, Any] = {
        "kind": "merchant", "organization_name": "Twin", "email": "twin@x.example", "password": PASSWORD, "name": "T",
        "language": "",
    }  # fmt: skip
    found = together(*[lambda: sign_up(**values, at=NOW)] * 4)
    assert sum(isinstance(one, EmailTaken) for one in found) == 3
    assert User.objects.filter(email="twin@x.example").count() == 1


def test_what_is_wrong_is_said_and_what_was_typed_is_kept() -> None:
    found = visitor().post("/accounts/signup/", {**SIGN_UP, "password1": "short", "organization_name": "\u202e "})
    text = found.content.decode()
    assert found.status_code == 200
    assert "lin@guanghe.example" in text and "at least 8 characters" in text.lower() and 'value="provider"' in text
    assert User.objects.count() == 0


def test_a_kind_that_does_not_exist_is_refused() -> None:
    assert visitor().post("/accounts/signup/", {**SIGN_UP, "kind": "emperor"}).status_code == 200
    assert User.objects.count() == 0


# Addresses of organizations.


def test_a_name_that_exists_gets_an_address_of_its_own() -> None:
    first, second = (
        sign_up(
            kind="provider",
            organization_name="Acme Studio",
            email=f"{who}@x.example",
            password=PASSWORD,
            name=who,
            language="",
            at=NOW,
        )
        for who in ("ann", "bob")
    )
    EmailAddress.objects.update(verified=True)
    ids = [finish_sign_up(user_id=user.pk, at=NOW) for user in (first, second)]
    assert len(set(ids)) == 2
    with scope(user_id=second.pk):
        assert Organization.objects.get(pk=ids[1]).slug == "acme-studio-2"
        assert not Organization.objects.filter(pk=ids[0]).exists()


@pytest.mark.parametrize(
    ("name", "slug"),
    [("光合", "guang-he"), ("Bright Lamp Ltd.", "bright-lamp-ltd"), ("光合 Studio", "guang-he-studio"), ("🦊🦊", "shangban")],
)
def test_names_become_addresses(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@given(st.text(min_size=1, max_size=120))
def test_every_name_becomes_an_address_that_fits(name: str) -> None:
    candidates = slugs_for(name)
    found = [next(candidates) for _ in range(8)]
    assert all(re.fullmatch(r"[a-z0-9_]+(-[a-z0-9_]+)*-?", slug) and 0 < len(slug) <= LONGEST + 9 for slug in found), found
    assert len(set(found)) == 8
