"""Disputes in which the market acts next stand in staff's inbox with their clock; the others do not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.accounts.operations import ensure_user
from orders.disputes.inbox import OURS, waiting
from orders.disputes.models import Dispute
from tests import cast
from tests.orders.disputes.test_ladder import Quarrel
from tests.orders.service import stories

pytestmark = pytest.mark.django_db(transaction=True)


def staff(*rights: str) -> Client:
    user = ensure_user(email="ann@staff.example", password=cast.PASSWORD, name="Ann", is_staff=True)
    User.objects.filter(pk=user.pk).update(is_superuser=not rights)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_it_stands_there_while_the_market_acts_next() -> None:
    quarrel = Quarrel(stories.delivered())
    assert waiting() == []
    (row,) = waiting() if quarrel.escalated() else ()
    assert row.due_at == quarrel.now.due_at
    assert "acme" in row.party
    quarrel.staff("propose", 250_00)
    assert waiting() == []
    quarrel.act("merchant", "decline")
    assert [each.due_at for each in waiting()] == [quarrel.now.due_at]
    assert OURS == ("escalated", "ruling", "appealed")


def test_the_inbox_shows_it_late_and_leads_to_where_staff_act() -> None:
    quarrel = Quarrel(stories.delivered()).escalated()
    address = reverse("admin:disputes_dispute_act", args=[quarrel.row.pk])
    page = staff("change_dispute", "view_dispute").get(reverse("admin:index") + "?kind=dispute").content.decode()
    assert (address in page, quarrel.row.number in page, " late" in page) == (True, True, True)
    Dispute.objects.using("system").update(due_at=timezone.now() + timedelta(hours=30), cap_at=timezone.now() + timedelta(days=9))
    assert "left" in staff().get(reverse("admin:index")).content.decode()


def test_who_may_not_decide_disputes_sees_none() -> None:
    quarrel = Quarrel(stories.delivered()).escalated()
    page = staff("view_review").get(reverse("admin:index")).content.decode()
    assert quarrel.row.number not in page


def test_ten_are_read_with_as_many_statements_as_one() -> None:
    first = Quarrel(stories.delivered()).escalated()

    def asked() -> int:
        with CaptureQueriesContext(connections["system"]) as system:
            waiting()
        return len(system)

    one = asked()
    for _more in range(2):
        Quarrel(stories.delivered(merchant=first.story.merchant, provider=first.story.provider)).escalated()
    assert (len(waiting()), asked()) == (3, one)
