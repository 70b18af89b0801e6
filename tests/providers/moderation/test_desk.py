"""The admin's inbox and desk, as staff use them."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.models import User
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.moderation.differences import compare
from providers.moderation.kinds import DiffRow, ReviewKind, Sheet, SheetLink
from providers.moderation.models import Penalty, ReasonTemplate, Review
from providers.moderation.operations import claim_review
from tests import cast
from tests.providers.moderation import probe
from tests.providers.moderation.probe import again, carried_out, hand_in
from tests.providers.moderation.test_reports import make

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def desk(review: Review) -> str:
    return reverse("admin:moderation_review_change", args=[review.pk])


@pytest.fixture
def reasons(db: None) -> None:
    for code in probe.KIND.reasons:
        ReasonTemplate.objects.using("system").create(
            kind="probe", code=code, label_zh=f"{code} 中", label_en=f"{code} en", text_zh="请改。", text_en="Please change it."
        )


def post(client: Client, review: Review, act: str = "decide", **facts: object):
    return client.post(desk(review), {"act": act, **facts})


# One review.


def test_the_desk_decides_and_leads_back_to_the_inbox(studio: cast.Provider, kind: ReviewKind, ann: User, reasons: None) -> None:
    review = hand_in(studio.id, at=timezone.now())
    found = post(signed_in(ann), review, verdict="changes_requested", reasons=["blurred"], note="The stamp.")
    assert (found.status_code, found.url) == (302, reverse("admin:index"))
    assert [done["reasons"] for done in carried_out(studio.id)] == [["blurred"]]
    assert again(review).decided_by == f"user:{ann.pk}"


def test_deciding_and_opening_the_next_goes_to_what_is_due_first(studio: cast.Provider, kind: ReviewKind, ann: User) -> None:
    later, first, second = (
        hand_in(studio.id, subject=number, at=timezone.now() - timedelta(days=days)) for number, days in ((1, 0), (2, 9), (3, 6))
    )
    found = post(signed_in(ann), first, "decide_next", verdict="approved")
    assert found.url == desk(second)
    assert again(later).state == "waiting"


def test_a_no_without_a_reason_keeps_what_was_chosen(studio: cast.Provider, kind: ReviewKind, ann: User) -> None:
    review = hand_in(studio.id)
    found = post(signed_in(ann), review, verdict="rejected")
    text = found.content.decode()
    assert found.status_code == 422
    assert "Say why" in text
    assert re.search(r'value="rejected"[^>]*checked', text)
    assert again(review).state == "waiting"


def test_who_comes_second_reads_who_was_first(studio: cast.Provider, kind: ReviewKind, ann: User, ben: User) -> None:
    review = hand_in(studio.id)
    post(signed_in(ann), review, verdict="approved")
    found = signed_in(ben).post(desk(review), {"act": "decide", "verdict": "rejected", "note": "No."}, follow=True)
    assert "Nothing was changed" in found.content.decode()
    assert again(review).decided_by == f"user:{ann.pk}"


def test_a_claim_shows_who_looks_at_it_and_can_be_taken_over(
    studio: cast.Provider, kind: ReviewKind, ann: User, ben: User
) -> None:
    review = hand_in(studio.id)
    post(signed_in(ann), review, "claim")
    text = signed_in(ben).get(desk(review)).content.decode()
    assert "Ann is looking at this" in text
    assert post(signed_in(ben), review, verdict="approved").status_code == 422
    post(signed_in(ben), review, "take_over")
    assert again(review).claimed_by_id == ben.pk
    post(signed_in(ben), review, "release")
    assert again(review).claimed_by_id is None


def test_the_sheet_shows_changes_side_by_side_and_documents(studio: cast.Provider, ann: User) -> None:
    sheet = Sheet(
        diff=[DiffRow("Title", "Shop care for lamps", "Shop care for chairs"), DiffRow("Price", "¥1", "¥1")],
        links=[SheetLink("/desk/paper/1/", "Licence", is_document=True)],
    )
    with probe.registered(render=lambda *_ids: sheet):
        text = signed_in(ann).get(desk(hand_in(studio.id))).content.decode()
    assert "<del>lamps</del>" in text
    assert "<ins>chairs</ins>" in text
    assert 'href="/desk/paper/1/"' in text
    assert text.index("Shop care for") < text.index("¥1")


def test_markup_of_a_provider_is_shown_not_run(studio: cast.Provider, ann: User) -> None:
    bad = "<script>alert(1)</script>"
    with probe.registered(render=lambda *_ids: Sheet(diff=[DiffRow("Text", "", bad)])):
        assert bad not in signed_in(ann).get(desk(hand_in(studio.id))).content.decode()


def test_a_review_whose_room_is_gone_still_opens(studio: cast.Provider, ann: User) -> None:
    with probe.registered():
        review = hand_in(studio.id)
    text = signed_in(ann).get(desk(review)).content.decode()
    assert "What was handed in is gone" in text
    assert 'name="verdict"' not in text


def test_staff_without_the_right_read_but_do_not_decide(studio: cast.Provider, kind: ReviewKind) -> None:
    reader = User.objects.create_user("reader@staff.example", cast.PASSWORD, is_staff=True)
    review = hand_in(studio.id)
    assert signed_in(reader).get(desk(review)).status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="view_review"))
    text = signed_in(reader).get(desk(review)).content.decode()
    assert "You may read reviews but not decide them." in text
    assert post(signed_in(reader), review, verdict="approved").status_code == 403
    assert signed_in(reader).get(reverse("admin:moderation_penalty_add")).status_code == 403
    assert again(review).state == "waiting"


# Several at once.


def choose(client: Client, *reviews: Review, **facts: object):
    data = {"action": "approve_chosen", "_selected_action": [review.pk for review in reviews], **facts}
    return client.post(reverse("admin:moderation_review_changelist"), data, follow=True)


def test_approving_several_asks_first_and_leaves_out_what_deserves_a_look(
    studio: cast.Provider, kind: ReviewKind, ann: User
) -> None:
    low, normal = hand_in(studio.id, subject=1, risk="low"), hand_in(studio.id, subject=2)
    text = choose(signed_in(ann), low, normal).content.decode()
    assert "1 review will be approved" in text
    assert "1 review is left alone" in text
    assert again(low).state == "waiting"
    choose(signed_in(ann), low, normal, confirmed="1")
    assert (again(low).state, again(normal).state) == ("approved", "waiting")


def test_each_is_decided_on_its_own_and_failures_are_named(studio: cast.Provider, ann: User) -> None:
    from marketplace.kernel.errors import UserError

    def choosy(provider_id: int, subject_id: int, *facts: object) -> None:
        if subject_id == 2:
            raise UserError("its licence has expired")
        probe.carry_out(provider_id, subject_id, *facts)  # type: ignore[arg-type]

    with probe.registered(decide=choosy):
        made = [hand_in(studio.id, subject=number, risk="low") for number in (1, 2, 3)]
        text = choose(signed_in(ann), *made, confirmed="1").content.decode()
    assert "Probe 2: its licence has expired" in text.replace("Its licence", "its licence")
    assert "2 reviews approved" in text
    assert [again(review).state for review in made] == ["approved", "waiting", "approved"]


def test_what_a_colleague_looks_at_is_left_out(studio: cast.Provider, kind: ReviewKind, ann: User, ben: User) -> None:
    review = hand_in(studio.id, risk="low")
    claim_review(provider_id=studio.id, review_id=review.pk, by=person(ben.pk), at=timezone.now())
    choose(signed_in(ann), review, confirmed="1")
    assert again(review).state == "waiting"


# Rulings and reports.


def test_a_ruling_is_shown_before_it_is_given(studio: cast.Provider, ann: User) -> None:
    client, address = signed_in(ann), reverse("admin:moderation_penalty_add")
    facts = {"provider": "acme-studio", "violation": "order_abandoned", "points": "", "statement": "Order 12 was left alone."}
    text = client.post(address, facts).content.decode()
    assert "0 so far + 4 = 4 of 12" in text
    assert "Hidden for 7 days" in text
    with scope(studio.id):
        assert not Penalty.objects.exists()
    assert client.post(address, {**facts, "points": "4", "confirmed": "1"}).status_code == 302
    with scope(studio.id):
        assert Penalty.objects.get().rung == "hidden"


@pytest.mark.parametrize(("name", "says"), [("nobody", "No service provider"), ("studio", "Several fit")])
def test_a_ruling_names_one_provider(studio: cast.Provider, ann: User, name: str, says: str) -> None:
    cast.rival()
    facts = {"provider": name, "violation": "order_abandoned", "statement": "x"}
    found = signed_in(ann).post(reverse("admin:moderation_penalty_add"), facts)
    assert found.status_code == 422
    assert says in found.content.decode()


def test_a_report_opens_on_the_desk_and_leads_to_a_ruling(studio: cast.Provider, ann: User) -> None:
    made = make(cast.acme())
    found = signed_in(ann).get(reverse("admin:moderation_report_change", args=[made.pk]), follow=True)
    text = found.content.decode()
    assert "They promise the first place." in text
    assert f"?provider={studio.id}&amp;report={made.pk}" in text


# The inbox.


def test_the_inbox_has_what_is_due_first_on_top_and_marks_what_is_late(
    studio: cast.Provider, kind: ReviewKind, ann: User
) -> None:
    hand_in(studio.id, subject=1, at=timezone.now())
    hand_in(studio.id, subject=2, at=timezone.now() - timedelta(days=10))
    text = signed_in(ann).get(reverse("admin:index")).content.decode()
    assert text.index("Probe 2") < text.index("Probe 1")
    assert re.search(r"pill--bad\">\d+ days late", text)


@pytest.mark.parametrize("address", ["admin:index", "admin:moderation_review_changelist"])
def test_the_inbox_asks_the_same_however_much_waits(studio: cast.Provider, kind: ReviewKind, ann: User, address: str) -> None:
    counts = []
    client = signed_in(ann)
    for number in (1, 30):
        for subject in range(number):
            hand_in(studio.id, subject=subject + 1)
        client.get(reverse(address))
        with CaptureQueriesContext(connections["system"]) as asked:
            client.get(reverse(address))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert counts[0] <= 11  # five of them ask what waits in other rooms, one each


# The comparison.


@given(st.text(max_size=60), st.text(max_size=60))
def test_pieces_joined_are_the_texts_and_equal_texts_have_no_marks(old: str, new: str) -> None:
    left, right = compare(old, new)
    assert "".join(piece.text for piece in left) == old
    assert "".join(piece.text for piece in right) == new
    assert any(piece.is_changed for piece in [*left, *right]) == (old != new)


def test_chinese_is_compared_by_character() -> None:
    left, right = compare("每月上新二十款家具", "每月上新三十款家具")
    assert [piece.text for piece in left if piece.is_changed] == ["二"]
    assert [piece.text for piece in right if piece.is_changed] == ["三"]
