"""acme and the studio with a contract of which 600 yuan were released, 30 of them commission; and short words for acts."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.invoices.files import File
from orders.invoices.models import CommissionInvoice, ServiceInvoice
from orders.invoices.operations import acting, asking
from orders.invoices.operations.common import Party
from orders.invoices.titles import Title
from orders.payouts.models import Statement
from orders.payouts.operations.stating import make_statement
from providers.onboarding.credit_code import check_digit
from tests import cast
from tests.orders.escrow.stage import AT, Stage
from tests.providers.onboarding import papers

MARCH = date(2026, 3, 1)
IN_APRIL = AT + timedelta(days=30)
CODE = "91330106MA2800001" + check_digit("91330106MA2800001")
TITLE = Title("general", "acme 商贸有限公司", CODE)
BANK = ("杭州市文三路 1 号", "0571-88888888", "招商银行杭州分行", "6222020000001234")
SPECIAL = Title("special", "acme 商贸有限公司", CODE, *BANK)
PDF = papers.pdf("a fapiao")
numbers = count(10_000_001)


class Desk:
    """One contract and what is asked about it."""

    def __init__(self) -> None:
        self.stage = Stage(provider=cast.studio())
        self.merchant, self.provider = self.stage.merchant_id, self.stage.provider_id
        self.stage.hold(60_000)
        self.stage.release(60_000)

    def wish(self, amount: int, title: Title = TITLE, key: str = "") -> asking.Wish:
        return asking.Wish(title, amount, key or f"key-{next(numbers)}")

    def ask(self, amount: int = 60_000, at: datetime = AT, **how: Any) -> ServiceInvoice:
        wish = self.wish(amount, **how)
        return asking.ask_service_invoice(merchant_id=self.merchant, deal_id=self.stage.deal.pk, wish=wish, by=CLI, at=at)

    def statement(self) -> Statement:
        found = make_statement(provider_id=self.provider, month=MARCH, currency="CNY", by=CLI, at=IN_APRIL)
        assert found is not None
        return found

    def ask_commission(self, amount: int = 3_000, **how: Any) -> CommissionInvoice:
        wish, statement = self.wish(amount, **how), self.statement()
        return asking.ask_commission_invoice(provider_id=self.provider, statement_id=statement.pk, wish=wish, by=CLI, at=IN_APRIL)

    def party(self, row: Any, side: str) -> Party:
        if isinstance(row, ServiceInvoice):
            return Party(self.merchant if side == "requester" else self.provider)
        return Party(self.provider, is_market=side == "issuer")

    def act(self, name: str, row: Any, side: str = "", *, at: datetime = IN_APRIL, **how: Any) -> Any:
        """One act of people, by the side it belongs to unless another is named."""
        usual = "requester" if name in ("withdraw", "return") else "issuer"
        call = {"model": type(row), "party": self.party(row, side or usual), "pk": row.pk, "by": CLI, "at": at}
        if name in ("issue", "reverse"):
            call["made"] = made(**{"amount": row.excess if name == "reverse" else row.amount, **how})
        elif name != "withdraw":
            call["reason"] = how.get("reason", "the tax id is wrong")
        return getattr(acting, {"return": "send_back"}.get(name, name))(**call)

    def now(self, row: Any) -> Any:
        """The row as it is stored."""
        with scope(self.provider):
            return type(row).objects.get(provider_id=self.provider, pk=row.pk)


def made(
    amount: int, *, number: str = "", content: bytes = PDF, issued_on: date = MARCH, name: str = "fapiao.pdf"
) -> acting.Made:
    return acting.Made(number or str(next(numbers)), issued_on, amount, File("fapiao.pdf", PDF))


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()
