"""What a contract asks of the database on its whole way, over HTTP: a statement more is a decision, not an accident.

Everything counts, also transactions, savepoints and the scope: a hundred merchants at once wait for each other with each of them.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.orders.service.stories import FIXED, drafted
from tests.orders.service.test_pages import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
#: Statements of each step, transactions and all: what they took when they were cut, and a few to spare. The provider is on trial:
#: its orders are counted anew under a lock when it signs.
BUDGETS = {
    "wording": 26, "first signature": 21, "second signature": 110, "contract": 22, "fund": 36, "deliver": 40, "accept form": 19,
    "release": 68, "closed contract": 22,
}  # fmt: skip


def asked(ask: Callable[[], HttpResponse], code: int = 200) -> int:
    with CaptureQueriesContext(connection) as found:
        assert ask().status_code == code
    return len(found)


def test_a_contract_from_its_wording_to_the_released_money_keeps_its_budgets() -> None:
    story = drafted(FIXED).pay(1_000_00)
    merchant, provider = signed_in(story.merchant), signed_in(story.provider)
    base, job = f"/contracts/{story.order_id}", f"/desk/jobs/{story.order_id}"
    signature = {"hash": story.offered.hash, "read": "on"}
    for client, path in ((merchant, f"{base}/"), (provider, f"{job}/"), (merchant, f"{base}/contract/")):
        client.get(path)  # what is kept between requests

    def post(client: Client, path: str, **data: Any) -> int:
        return asked(lambda: client.post(path, data), 302)

    found = {
        "wording": asked(lambda: merchant.get(f"{base}/contract/")),
        "first signature": post(merchant, f"{base}/accept/", **signature),
        "second signature": post(provider, f"{job}/accept/", **signature),
        "contract": asked(lambda: merchant.get(f"{base}/")),
    }
    milestone = story.milestone().pk
    found |= {
        "fund": post(merchant, f"/contracts/milestones/{milestone}/fund/"),
        "deliver": post(provider, f"/desk/jobs/milestones/{milestone}/deliver/", note="Done."),
        "accept form": asked(lambda: merchant.get(f"/contracts/milestones/{milestone}/accept/")),
        "release": post(merchant, f"/contracts/milestones/{milestone}/accept/"),
        "closed contract": asked(lambda: merchant.get(f"{base}/")),
    }
    assert (story.states(), story.order.state) == (["accepted"], "completed")
    assert {step: n for step, n in found.items() if n > BUDGETS[step]} == {}, found
