"""Members, roles and invitations: nobody rises above himself, nobody is left behind, and a link works once."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.models import Invitation, Membership, User
from marketplace.accounts.operations import (
    AboveOwnRole,
    AlreadyMember,
    LastOwner,
    OtherMailbox,
    TooManyInvitations,
    accept_invitation,
    add_member,
    change_member,
    ensure_user,
    invite,
    join_as_new,
    leave_organization,
    open_invitation,
    remove_member,
    resend_invitation,
    revoke_invitation,
)
from marketplace.accounts.operations import members as members_module
from marketplace.accounts.operations.invitations import LETTERS_PER_HOUR, token_of
from marketplace.accounts.policies import TRANSITIONS, VALID_FOR
from marketplace.accounts.roles import ROLE_PERMISSIONS, Permission, Role, assignable_roles
from marketplace.kernel.errors import NotAllowed, NotFound
from marketplace.outbox.delivery.engine import deliver
from marketplace.tenancy.actor import CLI, Actor, person
from marketplace.tenancy.scope import scope
from tests import cast
from tests.accounts.conftest import PASSWORD, letters_to, link_in, signed_in, together, visitor
from tests.engine.doors import rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme() -> Iterator[cast.Merchant]:
    yield cast.acme()


def member(acme: cast.Merchant, role: str, name: str = "", may_export: bool = False) -> User:
    user = ensure_user(email=f"{name or role}@acme.example", password=PASSWORD, name=name or role)
    add_member(organization_id=acme.id, user=user, role=role, may_export=may_export, by=CLI)
    return user


def membership(acme: cast.Merchant, user: User) -> Membership | None:
    with scope(acme.id):
        return Membership.objects.filter(user=user).first()


def change(acme: cast.Merchant, user: User, role: str, by: User | Actor, may_export: bool = False) -> Any:
    found = membership(acme, user)
    assert found is not None
    actor = by if isinstance(by, Actor) else person(by.pk)
    return change_member(
        organization_id=acme.id, member_id=found.pk, role=role, may_export=may_export, by=actor, at=timezone.now()
    )


def remove(acme: cast.Merchant, user: User, by: User) -> None:
    found = membership(acme, user)
    assert found is not None
    remove_member(organization_id=acme.id, member_id=found.pk, by=person(by.pk), at=timezone.now())


def invited(
    acme: cast.Merchant, email: str = "guest@x.example", role: str = "viewer", by: User | None = None, **more: Any
) -> Any:
    values: dict[str, Any] = {"may_export": False, "language": "en", "at": timezone.now(), **more}
    return invite(organization_id=acme.id, email=email, role=role, by=person((by or acme.owner).pk), **values)


def sent(acme: cast.Merchant) -> list[Any]:
    deliver(merchant_id=acme.id, channel="email")
    return mail.outbox


# The lattice.


@given(st.sampled_from(Role.values), st.sampled_from(Role.values))
def test_whoever_can_give_a_role_has_every_right_of_it(actor: str, role: str) -> None:
    can = role in assignable_roles(actor)
    assert can == (Permission.MANAGE_MEMBERS in ROLE_PERMISSIONS[actor] and ROLE_PERMISSIONS[role] <= ROLE_PERMISSIONS[actor])


def test_an_administrator_neither_makes_nor_unmakes_owners(acme: cast.Merchant) -> None:
    admin, viewer = member(acme, "admin"), member(acme, "viewer")
    with pytest.raises(AboveOwnRole):
        change(acme, viewer, "owner", admin)
    with pytest.raises(AboveOwnRole):
        change(acme, acme.owner, "viewer", admin)
    with pytest.raises(AboveOwnRole):
        invited(acme, role="owner", by=admin)
    with pytest.raises(AboveOwnRole):
        remove(acme, acme.owner, admin)


def test_nobody_promotes_himself(acme: cast.Merchant) -> None:
    admin = member(acme, "admin")
    for role in ("owner", "admin"):
        with pytest.raises(AboveOwnRole):
            change(acme, admin, role, admin, may_export=True)
    client = signed_in(admin)
    found = client.post(f"/settings/members/{membership(acme, admin).pk}/", {"role": "owner", "may_export": "on"})
    assert found.status_code == 403
    assert (membership(acme, admin).role, membership(acme, admin).may_export) == ("admin", False)


def test_who_may_not_export_cannot_allow_it(acme: cast.Merchant) -> None:
    admin, viewer = member(acme, "admin"), member(acme, "viewer")
    with pytest.raises(AboveOwnRole):
        change(acme, viewer, "viewer", admin, may_export=True)
    with pytest.raises(AboveOwnRole):
        invited(acme, by=admin, may_export=True)
    add_member(organization_id=acme.id, user=admin, role="admin", may_export=True, by=CLI)
    change(acme, viewer, "viewer", admin, may_export=True)
    assert membership(acme, viewer).may_export


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"owner", "admin"}))
def test_others_manage_nobody(acme: cast.Merchant, role: str) -> None:
    user, viewer = member(acme, role, "someone"), member(acme, "viewer", "v")
    for act in (
        lambda: change(acme, viewer, "agent", user),
        lambda: invited(acme, by=user),
        lambda: remove_member(
            organization_id=acme.id, member_id=membership(acme, viewer).pk, by=person(user.pk), at=timezone.now()
        ),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_stranger_and_somebody_just_removed_manage_nobody(acme: cast.Merchant) -> None:
    other, admin = cast.other(), member(acme, "admin")
    with pytest.raises(NotAllowed):
        invited(acme, by=other.owner)
    remove(acme, admin, acme.owner)
    with pytest.raises(NotAllowed):
        invited(acme, by=admin)


# The last owner.


def test_the_last_owner_stays(acme: cast.Merchant) -> None:
    own = membership(acme, acme.owner)
    with pytest.raises(LastOwner):
        change(acme, acme.owner, "admin", acme.owner)
    with pytest.raises(LastOwner):
        leave_organization(organization_id=acme.id, user=acme.owner, by=person(acme.owner.pk), at=timezone.now())
    with pytest.raises(LastOwner):
        remove_member(organization_id=acme.id, member_id=own.pk, by=CLI, at=timezone.now())
    second = member(acme, "owner", "second")
    second.is_active = False
    second.save()
    with pytest.raises(LastOwner):  # an account that is closed owns nothing
        leave_organization(organization_id=acme.id, user=acme.owner, by=person(acme.owner.pk), at=timezone.now())


def owners_after_both_leave(acme: cast.Merchant) -> int:
    second = member(acme, "owner", "second")

    def leave(user: User) -> Any:
        return leave_organization(organization_id=acme.id, user=user, by=person(user.pk), at=timezone.now())

    together(lambda: leave(acme.owner), lambda: leave(second))
    with scope(acme.id):
        return Membership.objects.filter(role="owner").count()


def test_two_owners_who_leave_at_once_leave_one(acme: cast.Merchant) -> None:
    assert owners_after_both_leave(acme) == 1


def test_without_the_lock_both_would_be_gone(acme: cast.Merchant, monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Barrier

    barrier = Barrier(2, timeout=10)
    real = members_module._require_other_owner

    def meet(*values: Any) -> None:
        real(*values)
        barrier.wait()

    monkeypatch.setattr(members_module, "lock_organization", lambda organization_id: None)
    monkeypatch.setattr(members_module, "_require_other_owner", meet)
    assert owners_after_both_leave(acme) == 0


# Leaving and being removed.


def test_who_is_removed_is_out_at_once_with_every_open_page(acme: cast.Merchant) -> None:
    admin = member(acme, "admin")
    client = signed_in(admin)
    assert client.get("/orders/").status_code == 200
    remove(acme, admin, acme.owner)
    assert client.get("/orders/").status_code == 403
    assert client.post("/settings/members/invite/", {"email": "x@x.example", "role": "viewer"}).status_code == 403


def test_a_form_opened_for_one_organization_does_not_act_on_another(acme: cast.Merchant) -> None:
    other = cast.other()
    user = member(acme, "admin")
    add_member(organization_id=other.id, user=user, role="admin", may_export=False, by=CLI)
    client = signed_in(user)
    client.get("/settings/members/")  # acme's: the first
    remove(acme, user, acme.owner)
    assert client.post("/settings/members/invite/", {"email": "x@x.example", "role": "viewer"}).status_code == 403
    with scope(other.id):
        assert not Invitation.objects.exists()


def test_what_a_removed_or_demoted_member_offered_is_no_longer_offered(acme: cast.Merchant) -> None:
    admin = member(acme, "admin")
    token = token_of(invited(acme, by=admin))
    remove(acme, admin, acme.owner)
    with pytest.raises(NotFound):
        open_invitation(token=token, at=timezone.now())
    second = member(acme, "owner", "second")
    token = token_of(invited(acme, by=second, role="owner"))
    change(acme, second, "admin", acme.owner)
    with pytest.raises(NotFound):
        open_invitation(token=token, at=timezone.now())


def test_a_right_that_was_lost_otherwise_takes_the_offer_with_it(acme: cast.Merchant) -> None:
    admin = member(acme, "admin")
    token = token_of(invited(acme, by=admin))
    add_member(organization_id=acme.id, user=admin, role="viewer", may_export=False, by=CLI)  # not through change_member
    with pytest.raises(NotFound):
        open_invitation(token=token, at=timezone.now())


# Invitations.


def test_a_new_person_joins_with_the_link_and_is_signed_in(acme: cast.Merchant) -> None:
    invited(acme, "lin@x.example", "finance")
    sent(acme)
    (letter,) = letters_to("lin@x.example")
    assert letter.subject == "Owner of acme invites you to “acme”"
    client = visitor()
    found = client.get(link_in(letter))
    assert (found.status_code, found.url) == (302, "/join/"), "the token must leave the address bar"
    page = client.get("/join/").content.decode()
    assert "acme" in page and "Finance" in page and token_of(invitation_of(acme)) not in page
    found = client.post("/join/", {"name": "Lin", "password": PASSWORD})
    assert (found.status_code, found.url) == (302, "/console/")
    user = User.objects.get(email="lin@x.example")
    assert membership(acme, user).role == "finance"
    assert client.get("/ledger/").status_code == 200
    assert visitor().post("/accounts/login/", {"login": "lin@x.example", "password": PASSWORD}).url == "/console/"


def invitation_of(acme: cast.Merchant) -> Invitation:
    with scope(acme.id):
        return Invitation.objects.get()


def test_somebody_with_an_account_signs_in_and_accepts(acme: cast.Merchant) -> None:
    user = ensure_user(email="lin@x.example", password=PASSWORD, name="Lin")
    token = token_of(invited(acme, "lin@x.example"))
    client = visitor()
    client.get(f"/join/{token}/")
    assert b"Sign in to accept" in client.get("/join/").content
    before = client.session.session_key
    found = client.post("/accounts/login/?next=/join/", {"login": user.email, "password": PASSWORD})
    assert found.url == "/join/"
    assert client.session.session_key != before, "signing in must change the session's key"
    assert client.post("/join/").url == "/console/"
    assert membership(acme, user).role == "viewer"


def test_another_account_cannot_take_the_place(acme: cast.Merchant) -> None:
    other = cast.other()
    token = token_of(invited(acme, "lin@x.example", "admin"))
    client = signed_in(other.owner)
    client.get(f"/join/{token}/")
    assert b"was sent to another address" in client.get("/join/").content
    client.post("/join/")
    assert membership(acme, other.owner) is None
    with pytest.raises(OtherMailbox):
        accept_invitation(token=token, user=other.owner, at=timezone.now())


def test_an_unconfirmed_mailbox_takes_no_place(acme: cast.Merchant) -> None:
    user = User.objects.create_user("lin@x.example", PASSWORD)  # nobody has shown that the mailbox is his
    with pytest.raises(OtherMailbox):
        accept_invitation(token=token_of(invited(acme, "lin@x.example")), user=user, at=timezone.now())


VARYING = r'csrfmiddlewaretoken" value="\w+"|CSRFToken&quot;: &quot;\w+&quot;|name="next" value="[^"]*"'


def gone(token: str) -> str:
    found = visitor().get(f"/join/{token}/")
    assert found.status_code == 404
    return re.sub(
        r'csrfmiddlewaretoken" value="\w+"|CSRFToken&quot;: &quot;\w+&quot;|name="next" value="[^"]*"', "", found.content.decode()
    )


def test_used_expired_withdrawn_altered_and_invented_links_look_the_same(acme: cast.Merchant) -> None:
    at = timezone.now()
    used = token_of(invited(acme, "used@x.example"))
    join_as_new(token=used, name="U", password=PASSWORD, language="", at=at)
    expired = token_of(invited(acme, "old@x.example", at=at - VALID_FOR))
    withdrawn = invited(acme, "no@x.example")
    revoke_invitation(organization_id=acme.id, invitation_id=withdrawn.pk, by=person(acme.owner.pk), at=at)
    good = token_of(invited(acme, "good@x.example"))
    tokens = [used, expired, token_of(withdrawn), good[:-1] + ("0" if good[-1] != "0" else "1"), "x" * 40, "none"]
    assert len({gone(token) for token in tokens}) == 1
    assert visitor().get(f"/join/{good}/").status_code == 302


def test_a_link_is_valid_for_seven_days_to_the_microsecond(acme: cast.Merchant) -> None:
    at = timezone.now()
    token = token_of(invited(acme, at=at))
    open_invitation(token=token, at=at + VALID_FOR - timedelta(microseconds=1))
    with pytest.raises(NotFound):
        open_invitation(token=token, at=at + VALID_FOR)


def test_sending_again_makes_the_old_link_useless(acme: cast.Merchant) -> None:
    first = invited(acme)
    old = token_of(first)
    again = resend_invitation(organization_id=acme.id, invitation_id=first.pk, by=person(acme.owner.pk), at=timezone.now())
    with pytest.raises(NotFound):
        open_invitation(token=old, at=timezone.now())
    assert open_invitation(token=token_of(again), at=timezone.now()).email == "guest@x.example"
    assert len(sent(acme)) == 1, "the letter with the old link is not sent any more"


def test_inviting_twice_replaces_what_was_offered(acme: cast.Merchant) -> None:
    invited(acme, "Guest@X.example", "viewer")
    invited(acme, "guest@x.example", "finance")
    assert invitation_of(acme).role == "finance"


def test_two_who_accept_at_once_make_one_member(acme: cast.Merchant) -> None:
    token = token_of(invited(acme))
    values: dict[str, Any] = {"token": token, "name": "G", "password": PASSWORD, "language": "", "at": timezone.now()}
    together(*[lambda: join_as_new(**values)] * 4)
    assert User.objects.filter(email="guest@x.example").count() == 1
    with scope(acme.id):
        assert Membership.objects.filter(user__email="guest@x.example").count() == 1


def test_withdrawing_and_accepting_at_once_has_one_winner(acme: cast.Merchant) -> None:
    for turn in range(4):
        made = invited(acme, f"g{turn}@x.example")
        values: dict[str, Any] = {
            "token": token_of(made),
            "name": "G",
            "password": PASSWORD,
            "language": "",
            "at": timezone.now(),
        }
        together(
            lambda values=values: join_as_new(**values),  # type: ignore[misc,arg-type]
            lambda made=made: revoke_invitation(  # type: ignore[misc]
                organization_id=acme.id, invitation_id=made.pk, by=person(acme.owner.pk), at=timezone.now()
            ),
        )
        with scope(acme.id):
            state = Invitation.objects.get(pk=made.pk).state
            joined = Membership.objects.filter(user__email=f"g{turn}@x.example").exists()
        assert (state, joined) in {("accepted", True), ("revoked", False)}


def test_a_foreign_invitation_looks_like_a_missing_one(acme: cast.Merchant) -> None:
    other = cast.other()
    made = invited(acme)
    for act in (resend_invitation, revoke_invitation):
        for wanted in (made.pk, 2**60):
            with pytest.raises(NotFound):
                act(organization_id=other.id, invitation_id=wanted, by=person(other.owner.pk), at=timezone.now())


def test_what_is_stored_opens_nothing(acme: cast.Merchant) -> None:
    token = token_of(invited(acme))
    sent(acme)
    stored = rows(acme, "SELECT row_to_json(i)::text FROM accounts_invitation i")[0][0]
    kept = rows(acme, "SELECT coalesce(rendered::text, '') || data::text || effect_key FROM outbox_message")
    assert token not in stored and not any(token in text for (text,) in kept)
    assert "/join/…" in kept[0][0]


def test_the_letter_is_in_the_invited_persons_language_and_else_in_the_inviters(acme: cast.Merchant) -> None:
    reader = ensure_user(email="zh@x.example", password=PASSWORD, name="林")
    reader.language = "zh-hans"
    reader.save()
    invited(acme, "zh@x.example", language="en")
    invited(acme, "new@x.example", language="en")
    invited(acme, "neu@x.example", language="zh-hans")
    sent(acme)
    subjects = {letter.to[0]: letter.subject for letter in mail.outbox}
    assert subjects["zh@x.example"] == subjects["neu@x.example"] == "Owner of acme邀请您加入「acme」"
    assert subjects["new@x.example"] == "Owner of acme invites you to “acme”"


def test_the_inviter_learns_nothing_about_accounts(acme: cast.Merchant) -> None:
    cast.other()
    client = signed_in(acme.owner)
    answers = []
    for email in ("owner@other.example", "nobody@x.example"):
        with CaptureQueriesContext(connection) as queries:
            found = client.post("/settings/members/invite/", {"email": email, "role": "viewer"})
        page = client.get("/settings/members/").content.decode()
        answers.append((found.status_code, found.url, len(queries), email in page, page.count("Send again")))
    assert [answer[:4] for answer in answers] == [answers[0][:4]] * 2


def test_members_are_not_invited_again_and_letters_have_a_limit(acme: cast.Merchant) -> None:
    with pytest.raises(AlreadyMember):
        invited(acme, acme.owner.email.upper())
    for number in range(LETTERS_PER_HOUR):
        invited(acme, f"g{number}@x.example")
    with pytest.raises(TooManyInvitations):
        invited(acme, "one.more@x.example")
    invited(acme, "later@x.example", at=timezone.now() + timedelta(hours=1, minutes=1))


def test_the_only_ways_of_an_invitation_are_those_of_the_table() -> None:
    assert set(TRANSITIONS) == set(Invitation.State.values)
    assert all(not TRANSITIONS[state] for state in ("accepted", "revoked"))


def test_every_act_leaves_its_audit_row(acme: cast.Merchant) -> None:
    viewer = member(acme, "viewer")
    made = invited(acme)
    resend_invitation(organization_id=acme.id, invitation_id=made.pk, by=person(acme.owner.pk), at=timezone.now())
    change(acme, viewer, "agent", acme.owner)
    remove(acme, viewer, acme.owner)
    found = rows(acme, "SELECT action FROM audit_auditevent WHERE actor = %s ORDER BY id", f"user:{acme.owner.pk}")
    assert [action for (action,) in found] == [
        "accounts.invitation.sent", "accounts.invitation.resent", "accounts.membership.changed", "accounts.membership.removed",
    ]  # fmt: skip


# The page.


def test_the_list_costs_the_same_with_one_member_and_with_thirty(acme: cast.Merchant) -> None:
    client = signed_in(acme.owner)
    client.get("/settings/members/")
    counts = []
    for extra in (0, 30):
        for number in range(extra):
            member(acme, "viewer", f"m{number}")
            invited(acme, f"i{number}@x.example") if number < 20 else None
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/settings/members/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 24, counts


def test_the_list_is_searched_filtered_sorted_and_exported(acme: cast.Merchant) -> None:
    member(acme, "finance", "zoe")
    member(acme, "viewer", "ann")
    client = signed_in(acme.owner)
    page = client.get("/settings/members/?q=zoe").content.decode()
    assert "zoe@acme.example" in page and "ann@acme.example" not in page
    page = client.get("/settings/members/?role=viewer&o=-email").content.decode()
    assert "ann@acme.example" in page and "zoe@acme.example" not in page
    assert "Nobody fits" in client.get("/settings/members/?q=nobody-like-this").content.decode()
    text = b"".join(client.get("/settings/members/export/?role=finance").streaming_content).decode()
    assert text.splitlines()[1].startswith("zoe@acme.example,zoe,finance,no,no,")


def test_a_form_with_a_mistake_keeps_what_was_typed(acme: cast.Merchant) -> None:
    found = signed_in(acme.owner).post("/settings/members/invite/", {"email": "not an address", "role": "finance"})
    page = found.content.decode()
    assert found.status_code == 400
    assert "not an address" in page and '<option value="finance" selected>' in page
