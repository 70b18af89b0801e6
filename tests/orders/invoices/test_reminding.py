"""The clock of a request: the issuer is reminded a day before, both sides are told when it is late, each once."""

from datetime import timedelta

import pytest

from marketplace.outbox.models import Message
from marketplace.tenancy.scope import scope
from orders.invoices.operations.reminding import remind
from tests.orders.escrow.stage import AT

pytestmark = pytest.mark.django_db(transaction=True)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def told(organization_id: int) -> list[str]:
    with scope(organization_id):
        found = Message.objects.filter(merchant_id=organization_id, channel="in_app", kind__startswith="orders.invoice.")
        return [kind.rsplit(".", 1)[1] for kind in found.order_by("id").values_list("kind", flat=True)]


def test_the_issuer_is_reminded_once_and_both_are_told_once_that_it_is_late(desk):
    row = desk.ask()
    assert [remind(at=row.due_at + wait) for wait in (-2 * DAY, -DAY, -HOUR, HOUR, DAY)] == [0, 1, 0, 1, 0]
    assert told(desk.provider) == ["asked", "due_soon", "overdue"]
    assert told(desk.merchant) == ["late"]


def test_where_the_reminder_was_missed_lateness_is_told_all_the_same(desk):
    row = desk.ask()
    assert (remind(at=row.due_at + DAY), remind(at=row.due_at + 2 * DAY)) == (1, 0)
    assert told(desk.provider) == ["asked", "overdue"]


def test_what_is_issued_in_time_reminds_nobody_until_it_is_sent_back(desk):
    row = desk.ask()
    desk.act("issue", row, at=AT + HOUR)
    assert remind(at=row.due_at + DAY) == 0
    desk.act("return", desk.now(row), at=row.due_at + DAY)
    again = desk.now(row)
    assert again.due_at > row.due_at
    assert [remind(at=again.due_at + wait) for wait in (-2 * DAY, -HOUR, HOUR, DAY)] == [0, 1, 1, 0]
    assert told(desk.merchant)[-1] == "late"
