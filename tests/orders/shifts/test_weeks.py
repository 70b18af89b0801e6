"""A week of shifts: handed in when it is over, looked at until Thursday night, accepted by silence; never money by itself."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from marketplace.kernel.errors import NotAllowed, NotFound
from marketplace.kernel.transitions import NotPossible
from marketplace.outbox.models import Message
from marketplace.tenancy.actor import BEAT, CLI
from marketplace.tenancy.scope import scope
from orders.rooms.registry import Subject, evidence_of
from orders.service.counting import counted
from orders.service.models import Milestone, ServiceOrder
from orders.shifts import operations, queries
from orders.shifts.files import BadFile
from orders.shifts.models import Timesheet
from orders.shifts.states import SIDES, TIMESHEET, TimesheetState
from orders.shifts.weeks import closes_at, monday_of, open_weeks
from tests import cast
from tests.orders.escrow.stage import together
from tests.pages.conftest import sign_in
from tests.pages.text import text
from tests.tenancy.fills import shifts as rows

__all__ = ["sign_in"]
pytestmark = pytest.mark.django_db(transaction=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = date(2026, 3, 9)  # a Monday; the fill's contract began on Friday, 6 March
MONDAY = datetime(2026, 3, 16, 2, tzinfo=UTC)  # ten in the morning
ROSTER = b"agent,starts_at,ends_at\nAmy,2026-03-09 09:00,2026-03-09 17:00\nBob,2026-03-10 09:00,2026-03-10 17:00\n"
EVENTS = b"""event_id,kind,ticket,agent,occurred_at,text
e1,first_answer,t1,Amy,2026-03-09 09:00,secret
e2,reply,t1,Amy,2026-03-09 09:10,secret
e3,closed,t2,Amy,2026-03-09 13:00,secret
"""


class Deal:
    """acme and the studio with a contract that is paid by shift."""

    def __init__(self) -> None:
        self.acme, self.studio = cast.acme(), cast.studio()
        self.order = rows.fill(self.acme, self.studio)["shift_order"]
        with scope(self.acme.id):  # the fill's own weeks are of the tests of tenancy
            self.known = set(Timesheet.objects.filter(merchant_id=self.acme.id).values_list("pk", flat=True))

    def hand_in(self, at: datetime = MONDAY, week: date = WEEK, roster: bytes = ROSTER, events: bytes = EVENTS) -> Timesheet:
        return operations.hand_in(
            provider_id=self.studio.id, order_id=self.order, week=week, roster=roster, events=events, by=CLI, at=at
        )

    def decide(self, act: str, row: Timesheet, at: datetime = MONDAY + DAY, **how: Any) -> Timesheet:
        call: dict[str, Any] = {
            "merchant_id": self.acme.id, "timesheet_id": row.pk, "version": row.version, "by": CLI, "at": at, **how
        }  # fmt: skip
        return operations.accept(**call) if act == "accept" else operations.object_to(**{"reason": "Bob was there", **call})

    def now(self, row: Timesheet) -> Timesheet:
        with scope(self.acme.id):
            return Timesheet.objects.get(merchant_id=self.acme.id, pk=row.pk)

    def told(self, organization: int) -> list[str]:
        with scope(organization):
            found = Message.objects.filter(merchant_id=organization, channel="in_app", kind__startswith="orders.timesheet.")
            return [kind.rsplit(".", 1)[1] for kind in found.order_by("id").values_list("kind", flat=True)]

    def accepted(self) -> int:
        with scope(self.studio.id):
            weeks = queries.timesheets_of(ServiceOrder.objects.get(provider_id=self.studio.id, pk=self.order))
            return sum(row.parts for row in weeks if row.state == "accepted" and row.pk not in self.known)


@pytest.fixture
def deal() -> Deal:
    return Deal()


@pytest.mark.parametrize(
    ("handed_in", "closes"),
    [
        ("2026-03-16T00:00", "2026-03-20T00:00"),  # Monday: that week's Thursday night
        ("2026-03-16T23:59", "2026-03-20T00:00"),
        ("2026-03-17T00:00", "2026-03-27T00:00"),  # Tuesday: three days are not left
        ("2026-03-19T12:00", "2026-03-27T00:00"),
        ("2026-03-22T12:00", "2026-03-27T00:00"),
    ],
)
def test_a_week_is_looked_at_until_the_first_thursday_night_that_leaves_three_days(handed_in: str, closes: str) -> None:
    beijing = timedelta(hours=8)
    at = datetime.fromisoformat(handed_in).replace(tzinfo=UTC) - beijing
    assert (closes_at(at) + beijing).isoformat() == f"{closes}:00+00:00"


def test_weeks_that_are_over_can_be_handed_in_eight_at_most() -> None:
    assert open_weeks(date(2026, 3, 6), None, MONDAY) == [date(2026, 3, 9), date(2026, 3, 2)]
    assert len(open_weeks(date(2025, 1, 1), None, MONDAY)) == 8
    assert open_weeks(date(2026, 3, 6), date(2026, 3, 7), MONDAY) == [date(2026, 3, 2)]
    assert open_weeks(date(2026, 3, 16), None, MONDAY) == []
    assert monday_of(date(2026, 3, 15)) == WEEK


def test_a_week_says_what_the_events_say_and_keeps_none_of_them(deal: Deal) -> None:
    row = deal.hand_in()
    assert (row.state, row.planned, row.parts, row.events, str(row)) == ("review", 2, 5_000, 3, "2026-03-09 – 2026-03-15")
    amy, bob = row.lines
    assert (amy["present"], amy["active"], amy["tickets"], amy["parts"]) == (240, 10, 2, 5_000)
    assert (bob["clock_in"], bob["parts"]) == (None, 0)
    assert "secret" not in str(row.lines)
    assert deal.told(deal.acme.id) == ["handed_in"]


def test_the_same_files_twice_change_nothing_and_others_are_a_new_version(deal: Deal) -> None:
    first = deal.hand_in()
    assert deal.hand_in(at=MONDAY + HOUR).handed_in_at == first.handed_in_at
    better = deal.hand_in(at=MONDAY + 2 * DAY, events=EVENTS.replace(b"13:00", b"17:00"))
    assert (better.pk, better.version, better.parts) == (first.pk, 2, 10_000)
    assert better.closes_at > first.closes_at
    assert deal.told(deal.acme.id) == ["handed_in", "handed_in"]
    with pytest.raises(NotPossible):
        deal.decide("accept", first)  # what the merchant saw is not what there is


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"at": datetime(2026, 3, 15, 15, 59, tzinfo=UTC)}, NotPossible),  # one minute before Sunday is over
        ({"week": date(2026, 2, 23)}, NotPossible),  # before the contract
        ({"week": date(2026, 3, 10)}, NotPossible),  # a Tuesday
        ({"roster": ROSTER.replace(b"2026-03-10", b"2026-03-16")}, BadFile),
        ({"roster": b"agent,starts_at,ends_at\n"}, BadFile),
        ({"events": b"event_id,kind\n"}, BadFile),
        ({"events": EVENTS.replace(b"reply", b"screenshot")}, BadFile),
    ],
)
def test_what_is_not_a_week_of_the_contract_is_refused_and_keeps_nothing(deal: Deal, how: dict, error: type) -> None:
    with pytest.raises(error):
        deal.hand_in(**how)
    with scope(deal.acme.id):
        assert set(Timesheet.objects.filter(merchant_id=deal.acme.id).values_list("pk", flat=True)) == deal.known


def test_silence_accepts_once_and_an_objection_waits_for_the_provider(deal: Deal) -> None:
    row = deal.hand_in()
    assert operations.accept_silent(by=BEAT, at=row.closes_at - HOUR) == 0
    deal.decide("object", row)
    assert operations.accept_silent(by=BEAT, at=row.closes_at + DAY) == 0
    again = deal.hand_in(at=MONDAY + 2 * DAY)
    assert (again.state, again.reason, again.version) == ("review", "", 2), "the same files may be stood by"
    assert [operations.accept_silent(by=BEAT, at=again.closes_at) for _twice in range(2)] == [1, 0]
    assert (deal.now(row).state, deal.accepted()) == ("accepted", 5_000)
    assert deal.told(deal.studio.id) == ["objected", "accepted"]


@pytest.mark.parametrize("state", TimesheetState.values)
@pytest.mark.parametrize("act", sorted(SIDES))
def test_every_act_in_every_state(deal: Deal, state: str, act: str) -> None:
    row = deal.hand_in()
    if state != "review":
        row = deal.decide({"accepted": "accept", "objected": "object"}[state], row)

    def do() -> Timesheet:
        if act == "hand_in":
            return deal.hand_in(at=MONDAY + 2 * DAY, events=EVENTS.replace(b"13:00", b"15:00"))
        return deal.decide(act, row)

    if (state, act) in TIMESHEET:
        assert do().state == TIMESHEET[TimesheetState(state), act]
    else:
        with pytest.raises(NotPossible):
            do()
        assert deal.now(row).state == state


def test_each_act_is_one_sides_and_strangers_find_nothing(deal: Deal) -> None:
    row, other, rival = deal.hand_in(), cast.other(), cast.rival()
    with pytest.raises(NotAllowed):
        deal.decide("accept", row, merchant_id=deal.studio.id)
    for stranger in (other.id, rival.id):
        with pytest.raises(NotFound):
            deal.decide("accept", row, merchant_id=stranger)
    with pytest.raises(NotAllowed):
        operations.hand_in(
            provider_id=deal.acme.id, order_id=deal.order, week=WEEK, roster=ROSTER, events=EVENTS, by=CLI, at=MONDAY
        )
    assert deal.now(row).state == "review"


def test_accepting_and_objecting_at_once_leaves_one_of_both(deal: Deal) -> None:
    row = deal.hand_in()

    def attempt(act: str) -> Callable[[], str]:
        def do() -> str:
            try:
                return deal.decide(act, row).state
            except NotPossible:
                return "refused"

        return do

    found, final = together(attempt("accept"), attempt("object")), deal.now(row).state
    # Accepting first is the end; after an objection the merchant may accept all the same.
    assert (*found, final) in {("accepted", "refused", "accepted"), ("accepted", "objected", "accepted")}
    assert deal.told(deal.studio.id).count("accepted") == 1


def test_the_journey_of_a_week_on_both_consoles(deal: Deal, sign_in: Callable[..., Client], time_machine: Any) -> None:
    time_machine.move_to(MONDAY)
    seller, buyer = sign_in(deal.studio.owner), sign_in(deal.acme.owner)
    page = reverse("desk_shifts:weeks", args=[deal.order])
    assert "Hand in a week" in text(seller.get(page))

    def upload(roster: bytes) -> Any:
        files = {"roster": SimpleUploadedFile("roster.csv", roster), "events": SimpleUploadedFile("events.csv", EVENTS)}
        return seller.post(reverse("desk_shifts:hand_in", args=[deal.order]), {"week": WEEK.isoformat(), **files})

    wrong = upload(b"agent\n")
    assert (wrong.status_code, "The file has no column" in text(wrong)) == (422, True)
    done = upload(ROSTER)
    assert done.status_code == 302
    with scope(deal.acme.id):
        row = Timesheet.objects.exclude(pk__in=deal.known).get(merchant_id=deal.acme.id)
    shown = text(buyer.get(reverse("shifts:week", args=[row.pk])))
    assert "Amy" in shown and "Absent" in shown and "0.50 of 2 shifts, read from 3 ticket events" in shown
    decide = reverse("shifts:decide", args=[row.pk])
    buyer.post(decide, {"act": "object", "version": row.version, "reason": "Bob was there"})
    assert "Bob was there" in text(seller.get(reverse("desk_shifts:week", args=[row.pk])))
    buyer.post(decide, {"act": "accept", "version": row.version})
    assert deal.now(row).state == "accepted"
    lines = b"".join(buyer.get(reverse("shifts:csv", args=[row.pk])).streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 3 and lines[1].startswith("Amy,") and lines[1].endswith(",0.5000")


def test_a_periods_count_takes_each_shift_where_it_begins_and_only_accepted_weeks(deal: Deal) -> None:
    row = deal.hand_in()
    events = EVENTS + b"e4,reply,t3,Bob,2026-03-10 09:00,\ne5,closed,t3,Bob,2026-03-10 17:00,\n"
    with scope(deal.acme.id):
        order = ServiceOrder.objects.get(merchant_id=deal.acme.id, pk=deal.order)
        whole, tail = (Milestone(order=order, period_from=date(2026, 3, day), period_until=date(2026, 4, 8)) for day in (9, 10))
        assert queries.shifts_between(order, date(2026, 3, 9), date(2026, 4, 8)) == (0, 2)
    row = deal.hand_in(at=MONDAY + HOUR, events=events)
    deal.decide("accept", row)
    with scope(deal.acme.id), translation.override("en"):
        assert queries.shifts_between(order, date(2026, 3, 9), date(2026, 4, 8)) == (15_000, 0)
        assert queries.shifts_between(order, date(2026, 3, 10), date(2026, 4, 8)) == (10_000, 0)
        assert queries.shifts_between(order, date(2026, 3, 11), date(2026, 4, 8)) == (0, 0)
        assert [each.text for each in counted(order, whole)] == ["Accepted weeks have 1.50 shifts of this period."]
        assert [each.text for each in counted(order, tail)] == ["Accepted weeks have 1.00 shifts of this period."]
        assert counted(order, Milestone(order=order)) == [], "nothing is counted of a milestone that is no period"


def test_weeks_are_in_the_bundle_of_evidence_for_the_parties_only(deal: Deal) -> None:
    row = deal.hand_in()
    subject = Subject("order", deal.order)
    with scope(deal.acme.id):
        mine = [each for each in evidence_of(subject, deal.acme.id, deal.studio.id) if each.path.startswith("shifts/2026-03-09")]
    (piece,) = mine
    assert (piece.path, piece.facts["state"], piece.facts["roster_sha256"]) == (
        "shifts/2026-03-09-version-1.json", "review", hashlib.sha256(ROSTER).hexdigest(),
    )  # fmt: skip
    assert [line["agent"] for line in json.loads(piece.content)] == ["Amy", "Bob"]
    assert piece.at == row.handed_in_at
    stranger = cast.other()
    with scope(stranger.id):
        assert evidence_of(subject, stranger.id, deal.studio.id) == []
