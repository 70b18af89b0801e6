"""Whom an invoice is made out to: what was typed is tidied and checked, field by field."""

from dataclasses import replace

import pytest

from orders.invoices.errors import BadField
from orders.invoices.titles import Title, checked
from tests.orders.invoices.conftest import CODE, SPECIAL, TITLE


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tax_id": CODE[:-1] + ("0" if CODE[-1] != "0" else "1")}, "tax_id"),
        ({"tax_id": "91330106"}, "tax_id"),
        ({"title": " "}, "title"),
        ({"sort": "proforma"}, "sort"),
        ({"sort": "special"}, "address"),
        ({"account": "12"}, "account"),
        ({"phone": "call me"}, "phone"),
        ({"email": "nobody"}, "email"),
    ],
)
def test_a_title_that_cannot_stand_says_which_field(change, field):
    with pytest.raises(BadField) as refused:
        checked(replace(TITLE, **change))
    assert refused.value.field == field


def test_what_was_typed_is_tidied():
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in CODE.lower())
    found = checked(Title("general", "  acme   Ltd ", f" {wide} "))
    assert (found.title, found.tax_id) == ("acme Ltd", CODE)


def test_a_special_fapiao_with_everything_passes():
    assert checked(SPECIAL) == SPECIAL
