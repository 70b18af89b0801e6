"""The figures of paying out, in one place. Days are calendar days, amounts minor units."""

from datetime import timedelta
from typing import Final

from marketplace.kernel.money import exponent

#: From confirming a new account until money may go to it: long enough for an owner who was told to say no.
COOL_OFF: Final = timedelta(days=3)
#: The day of the week on which batches are drawn up (Monday is 0).
BATCH_WEEKDAY: Final = 0
#: A debt beyond this for as long hides the listings (G7).
DEBT_MAJOR: Final = 200
DEBT_PATIENCE: Final = timedelta(days=7)


def smallest_payout(currency: str) -> int:
    """Less than 100 of the currency stays where it is until the next week."""
    return 100 * int(10 ** exponent(currency))


def tolerated_debt(currency: str) -> int:
    """A balance below minus this is a debt that counts."""
    return DEBT_MAJOR * int(10 ** exponent(currency))
