"""What the bank gives back after it had said that it had paid."""

import pytest

from marketplace.kernel.transitions import NotPossible
from orders.payouts.operations import settling
from orders.payouts.operations.comparing import compare_books
from tests.orders.payouts.money import MONDAY, book, colleague, payout_of, with_bank
from tests.orders.payouts.test_batches import pay

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_the_bank_gives_back_after_it_paid_is_earned_again_and_the_books_compare(studio):
    row = with_bank(studio)
    pay(studio, row)
    assert book(studio) == (0, 0, 50_000)

    def bounce():
        return settling.mark_bounced(
            provider_id=studio.id, payout_id=row.pk, why="account closed", is_account_wrong=True, by=colleague("one"), at=MONDAY
        )

    for _twice in range(2):
        found = bounce()
        assert (found.state, found.bank_reference is not None, book(studio)) == ("failed", True, (50_000, 0, 0))
    assert compare_books(at=MONDAY).differences == 0
    assert payout_of(studio).account.state == "returned"


def test_what_was_never_paid_cannot_be_given_back_later(studio):
    row = with_bank(studio)
    with pytest.raises(NotPossible):
        settling.mark_bounced(
            provider_id=studio.id, payout_id=row.pk, why="", is_account_wrong=False, by=colleague("one"), at=MONDAY
        )
    assert payout_of(studio).state == "exported"
