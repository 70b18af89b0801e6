"""The switch that stops a program, or all of them."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from aftersales.guards.operations import ALL_PROGRAMS, switch_program
from aftersales.guards.queries import is_killed, killed_programs
from marketplace.audit.models import AuditEvent
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests import cast

AT = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)


def switch(merchant: cast.Merchant, program: str, *, stop: bool) -> None:
    switch_program(merchant_id=merchant.id, program=program, stop=stop, reason="drill", by=CLI, at=AT)


def killed(merchant: cast.Merchant, program: str) -> bool:
    with scope(merchant.id), connection.cursor() as cursor:
        cursor.execute("SELECT guard_killed(%s, %s)", [merchant.id, program])
        (found,) = cursor.fetchone()
        assert found == is_killed(merchant.id, program)
        return found


@pytest.mark.django_db(transaction=True)
def test_a_switch_stops_its_program_only() -> None:
    acme, other = cast.acme(), cast.other()
    switch(acme, "presale_balance", stop=True)
    assert killed(acme, "presale_balance")
    assert not killed(acme, "price_protection")
    assert not killed(other, "presale_balance")
    switch(acme, "presale_balance", stop=False)
    assert not killed(acme, "presale_balance")


@pytest.mark.django_db(transaction=True)
def test_the_switch_for_all_programs_stops_each() -> None:
    acme = cast.acme()
    switch(acme, ALL_PROGRAMS, stop=True)
    assert killed(acme, "presale_balance")
    assert killed(acme, "price_protection")
    with scope(acme.id):
        assert killed_programs(acme.id, ["presale_balance", "price_protection"]) == {"presale_balance", "price_protection"}


@pytest.mark.django_db(transaction=True)
def test_every_change_is_audited_and_saying_it_twice_is_not_a_change() -> None:
    acme = cast.acme()
    for stop in (True, True, False):
        switch(acme, "price_protection", stop=stop)
    with scope(acme.id):
        found = AuditEvent.objects.filter(action__startswith="guards.program.").order_by("id")
        assert list(found.values_list("action", flat=True)) == ["guards.program.stopped", "guards.program.resumed"]
