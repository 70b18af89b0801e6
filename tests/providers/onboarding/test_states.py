"""The transition tables: what each state allows."""

import pytest

from marketplace.kernel.transitions import NotPossible, after
from providers.onboarding import states
from providers.onboarding.states import APPLICATION, EXIT, QUALIFICATION, TRANSFER

TABLES = {
    "application": (APPLICATION, states.ApplicationState),
    "qualification": (QUALIFICATION, states.QualificationState),
    "exit": (EXIT, states.ExitState),
    "transfer": (TRANSFER, states.TransferState),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_state_is_known_and_can_be_reached(name):
    table, known = TABLES[name]
    first = known.values[0]
    assert {state for state, _act in table} | set(table.values()) == set(known.values)
    reached, grown = {first}, True
    while grown:
        found = reached | {after for (before, _act), after in table.items() if before in reached}
        grown, reached = found != reached, found
    assert reached == set(known.values)


@pytest.mark.parametrize("name", TABLES)
def test_what_is_not_in_the_table_is_refused(name):
    table, known = TABLES[name]
    acts = {act for _state, act in table}
    for state in known.values:
        for act in acts:
            if (state, act) in table:
                assert after(table, state, act) == table[state, act]
            else:
                with pytest.raises(NotPossible):
                    after(table, state, act)


def test_a_renewal_that_is_refused_leaves_the_company_verified():
    for act in ("request_changes", "reject", "withdraw"):
        assert after(APPLICATION, "renewing", act) == "verified"
        assert after(QUALIFICATION, "renewing", act) == "approved"
