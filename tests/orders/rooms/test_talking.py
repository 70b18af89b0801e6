"""Saying something: once, in order, sealed, and by the two it concerns only."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.utils import ProgrammingError

from marketplace.kernel.errors import NotAllowed, NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.outbox.models import Message as Letter
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.rooms import registry
from orders.rooms.attachments import attachment
from orders.rooms.models import Conversation, Decision, Message
from orders.rooms.operations import (
    NothingSaid,
    TooMuch,
    answer_decision,
    bytes_of,
    mark_read,
    note,
    open_conversation,
    post_message,
    tell_unread,
)
from orders.rooms.operations.talking import MOST_A_MINUTE
from orders.rooms.queries import files_of, organizations_to_tell, thread, unread_count
from orders.rooms.registry import Subject
from orders.rooms.seals import first_broken
from orders.rooms.states import ACTS, DECISION_TABLE, DecisionState
from tests import cast
from tests.orders.rooms.stories import NOW, Story, begun

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def story() -> Story:
    return begun()


@pytest.fixture
def contract() -> Iterator[set[tuple[int, int]]]:
    """Pairs with a contract, as an upper room would know them."""
    known: set[tuple[int, int]] = set()

    def check(merchant_id: int, provider_id: int) -> bool:
        return (merchant_id, provider_id) in known

    registry.register_contract_check(check)
    yield known
    registry._checks.remove(check)


def everything(story: Story) -> list[Message]:
    return list(Message.objects.filter(merchant_id=story.merchant.id).order_by("number"))


def test_a_subject_has_one_conversation_however_often_it_is_opened(story: Story) -> None:
    assert begun(story.merchant, story.provider).talk.pk == story.talk.pk
    assert begun(story.merchant, story.provider, number=2).talk.pk != story.talk.pk


def test_both_sides_read_what_was_said_in_order(story: Story) -> None:
    story.say("merchant", "How much?")
    story.say("provider", "That depends.")
    for side in ("merchant", "provider"):
        with scope(story.id_of(side)):
            shown = thread(story.fresh(), side=side, user_id=1)
        assert [(m.number, m.side, m.text) for m in shown.messages] == [
            (1, "merchant", "How much?"),
            (2, "provider", "That depends."),
        ]


def test_a_double_click_says_it_once(story: Story) -> None:
    first, second = (story.say("merchant", "Hello", key="same") for _ in range(2))
    assert first.pk == second.pk
    assert story.say("provider", "Hello", key="same").pk != first.pk, "each side has its own keys"
    assert story.fresh().message_count == 2


def test_nothing_and_too_much_are_refused(story: Story) -> None:
    with pytest.raises(NothingSaid):
        story.say("merchant", " \n ")
    with pytest.raises(TooMuch):
        story.say("merchant", "x" * 5001)
    with pytest.raises(TooMuch):
        story.say("merchant", "", files=[attachment(b"a", name="a.txt")] * 6)
    for number in range(MOST_A_MINUTE):
        story.say("merchant", f"{number}")
    with pytest.raises(TooMuch):
        story.say("merchant", "one more")
    assert story.say("merchant", "later", minutes=2).number == MOST_A_MINUTE + 1


def test_a_stranger_neither_writes_nor_reads(story: Story) -> None:
    story.say("merchant", "Hello")
    for stranger in (cast.other(), cast.rival()):
        with pytest.raises(NotFound):
            post_message(organization_id=stranger.id, conversation_id=story.talk.pk, text="x", key="x", by=CLI, at=NOW)
        with scope(stranger.id):
            assert not Message.objects.filter(conversation_id=story.talk.pk).exists()
    assert story.fresh().message_count == 1


def test_what_was_said_cannot_be_changed_or_deleted_even_by_a_party(story: Story) -> None:
    said = story.say("merchant", "I pay 100.")
    for change in ("UPDATE workrooms_message SET text = 'I pay 1.'", "DELETE FROM workrooms_message"):
        with pytest.raises(ProgrammingError, match="permission denied"), scope(story.merchant.id), connection.cursor() as cursor:
            cursor.execute(f"{change} WHERE id = %s", [said.pk])


def test_a_record_that_was_changed_no_longer_fits_together(story: Story) -> None:
    for text in ("one", "two", "three"):
        story.say("merchant", text, files=[attachment(text.encode(), name="a.txt")])

    def broken() -> int | None:
        with scope(story.merchant.id):
            rows = everything(story)
            files = files_of(story.merchant.id, [row.pk for row in rows])
            return first_broken(rows, {key: [file.sha256 for file in kept] for key, kept in files.items()})

    assert broken() is None
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE workrooms_message SET text = 'zwei' WHERE number = 2")
    assert broken() == 2


def test_contact_details_are_covered_until_there_is_a_contract(story: Story, contract: set[tuple[int, int]]) -> None:
    said = story.say("provider", "Call 13800138000")
    assert (said.text, said.masked, said.hidden) == ("Call 13800138000", "Call •••••", ["phone"])
    assert story.fresh().last_text == "Call •••••"
    with scope(story.merchant.id):
        assert not thread(story.fresh(), side="merchant", user_id=1).is_open
        contract.add((story.merchant.id, story.provider.id))
        assert thread(story.fresh(), side="merchant", user_id=1).is_open


def test_a_number_in_pieces_is_covered_across_messages(story: Story) -> None:
    story.say("provider", "138")
    story.say("merchant", "138?")
    story.say("provider", "0013")
    assert story.say("provider", "8000").masked == "•••••"


def test_the_badge_counts_conversations_this_person_has_not_seen(story: Story) -> None:
    owner = story.merchant.owner.pk
    other = begun(story.merchant, story.provider, number=2)

    def count(side: str = "merchant", user: int = owner) -> int:
        with scope(story.id_of(side)):
            return unread_count(story.id_of(side), side, user)

    assert count() == 0
    story.say("provider", "one")
    story.say("provider", "two")
    other.say("provider", "three")
    assert (count(), count("provider", story.provider.owner.pk)) == (2, 0)
    mark_read(organization_id=story.merchant.id, conversation_id=story.talk.pk, up_to=1, by=story.by("merchant"), at=NOW)
    assert count() == 2, "only the first of two was read"
    mark_read(organization_id=story.merchant.id, conversation_id=story.talk.pk, up_to=2, by=story.by("merchant"), at=NOW)
    assert (count(), count(user=story.provider.owner.pk)) == (1, 2), "a mark is a person's own"


def test_a_mark_never_moves_back(story: Story) -> None:
    story.say("provider", "one")
    story.say("provider", "two")
    common = {"organization_id": story.merchant.id, "conversation_id": story.talk.pk, "by": story.by("merchant"), "at": NOW}
    assert mark_read(up_to=2, **common)
    assert not mark_read(up_to=1, **common)
    with scope(story.provider.id):
        assert thread(story.fresh(), side="provider", user_id=1).seen_up_to == everything(story)[-1].pk


def letters(organization_id: int) -> int:
    with scope(organization_id):
        return Letter.objects.filter(merchant_id=organization_id, kind="rooms.message.unread", channel="email").count()


def test_a_letter_goes_out_after_a_quarter_of_an_hour_once_for_each_time_somebody_fell_behind(story: Story) -> None:
    def tell(minutes: int) -> int:
        at = NOW + timedelta(minutes=minutes)
        due = organizations_to_tell(at - timedelta(minutes=15))
        assert set(due) <= {story.merchant.id, story.provider.id}
        return sum(tell_unread(organization_id=one, at=at) for one in due)

    story.say("provider", "Hello")
    assert (tell(14), tell(16), tell(17)) == (0, 1, 0)
    story.say("provider", "Hello?", minutes=20)
    assert tell(60) == 0, "they were told of this conversation, and have not looked"
    mark_read(organization_id=story.merchant.id, conversation_id=story.talk.pk, up_to=2, by=story.by("merchant"), at=NOW)
    story.say("provider", "Good morning", minutes=100)
    assert (tell(110), tell(120)) == (0, 1)
    assert (letters(story.merchant.id), letters(story.provider.id)) == (2, 0)


def test_who_answers_before_the_letter_gets_none(story: Story) -> None:
    story.say("provider", "Hello")
    story.say("merchant", "Hi", minutes=5)
    at = NOW + timedelta(minutes=16)
    assert tell_unread(organization_id=story.merchant.id, at=at) == 0
    assert tell_unread(organization_id=story.provider.id, at=NOW + timedelta(minutes=21)) == 1


@pytest.mark.parametrize("state", DecisionState.values)
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("side", ["merchant", "provider"])
def test_a_decision_goes_the_way_of_the_table_and_no_other(story: Story, state: str, act: str, side: str) -> None:
    """The provider wrote it: the merchant answers, the provider withdraws."""
    story.say("provider", "We deliver on Friday", is_decision=True)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE workrooms_decision SET state = %s, closed_at = CASE WHEN %s = 'proposed' THEN NULL ELSE now() END",
            [state, state],
        )
    with scope(story.merchant.id):
        decision = Decision.objects.get(merchant_id=story.merchant.id)

    def attempt() -> str:
        try:
            return answer_decision(
                organization_id=story.id_of(side), decision_id=decision.pk, act=act, by=story.by(side), at=NOW
            ).state
        except (NotPossible, NotAllowed) as error:
            return type(error).__name__

    is_own = side == "provider"
    allowed = (act == "withdraw") == is_own
    expected = DECISION_TABLE.get((state, act), "NotPossible") if allowed else "NotAllowed"
    assert attempt() == expected
    with scope(story.merchant.id):
        assert Decision.objects.get(pk=decision.pk).state == (expected if expected in DecisionState.values else state)


def test_an_event_stands_among_the_messages_and_wakes_nobody(story: Story) -> None:
    for _ in range(2):
        with scope(story.merchant.id):
            note(
                merchant_id=story.merchant.id, provider_id=story.provider.id, subject=Subject("listing", 1), code="x.done",
                facts={"name": "Lamp"}, side="provider", key="x:1", by=CLI, at=NOW,
            )  # fmt: skip
    registry.register_note("x.done", "%(name)s was done")
    with scope(story.merchant.id):
        shown = everything(story)
        assert [(m.kind, registry.note_text(m.code, m.facts)) for m in shown] == [("note", "Lamp was done")]
        assert unread_count(story.merchant.id, "merchant", story.merchant.owner.pk) == 0
    assert organizations_to_tell(NOW + timedelta(hours=1)) == []


def test_a_file_is_kept_sealed_and_read_by_both(story: Story) -> None:
    said = story.say("merchant", "", files=[attachment(b"secret,figures\n", name="../plan.csv")])
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT sealed FROM workrooms_sharedfilechunk")
        assert b"secret" not in bytes(cursor.fetchone()[0])
    for side in ("merchant", "provider"):
        with scope(story.id_of(side)):
            file = files_of(story.merchant.id, [said.pk])[said.pk][0]
        assert b"".join(bytes_of(file, organization_id=story.id_of(side))) == b"secret,figures\n"
        assert file.name == "plan.csv"


def in_threads(count: int, act: "object") -> list[object]:
    """Run `act(number)` at the same time in as many threads; results or errors."""
    start, found = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        try:
            start.wait()
            found[number] = act(number)  # type: ignore[operator]
        except Exception as error:  # noqa: BLE001  the caller looks at it
            found[number] = error  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


def test_many_at_once_are_numbered_without_gaps_and_sealed_in_a_row(story: Story) -> None:
    found = in_threads(8, lambda n: story.say(("merchant", "provider")[n % 2], f"{n}", key=f"t{n}").number)
    assert sorted(found) == list(range(1, 9))  # type: ignore[type-var]
    with scope(story.merchant.id):
        assert first_broken(everything(story), {}) is None


def test_without_the_lock_two_at_once_collide(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the test above would notice if the conversation were not locked."""
    from orders.rooms.operations import talking

    real, both = talking.access_conversation, threading.Barrier(2)

    def unlocked(*, organization_id: int, pk: int, lock: bool = False) -> Conversation:
        found = real(organization_id=organization_id, pk=pk)
        both.wait(5)
        return found

    monkeypatch.setattr(talking, "access_conversation", unlocked)
    found = in_threads(2, lambda n: story.say("merchant", f"{n}", key=f"t{n}").number)
    assert any(isinstance(one, Exception) for one in found)


def test_two_who_open_it_at_once_get_the_same_conversation(story: Story) -> None:
    def opened(_number: int) -> int:
        with scope(story.merchant.id):
            made = open_conversation(
                merchant_id=story.merchant.id,
                provider_id=story.provider.id,
                subject=Subject("order", 7),
                title="T",
                by=CLI,
                at=NOW,
            )
        return made.pk

    assert len(set(in_threads(6, opened))) == 1
