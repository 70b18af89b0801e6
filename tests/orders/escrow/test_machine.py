"""Any sequence of acts, and any interleaving of several people's: the books are always those of a model that counts by hand."""

import itertools
import random
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from marketplace.kernel.errors import UserError
from marketplace.ledger.queries import verify_all
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.escrow import operations as escrow
from orders.escrow.verifying import verify
from tests import cast
from tests.engine.market import all_fine
from tests.orders.escrow import stage as stages
from tests.orders.escrow.stage import AT, Stage, system, together

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = itertools.count(1)
HOLDS = [f"milestone:{n}" for n in (1, 2, 3)]
AMOUNT = st.integers(1, 9_000)
#: Nothing is shrunk: what several people do at once does not repeat.
PHASES = (Phase.explicit, Phase.generate)


def fresh(paid_in: int = 20_000) -> Stage:
    """A merchant and a provider of this example's own, under a rule with every component."""
    name = f"{next(NUMBER)}x{random.getrandbits(24):06x}"
    return Stage(merchant=cast.merchant(f"m{name}"), provider=cast.provider(f"p{name}"), paid_in=paid_in)


def commission(total: int) -> int:
    """12 fixed, 7.77 % but at least 30, 0.6 %: never more than the total; counted in the plainest way."""
    left = total - min(12, total)
    left -= min(max(total * 777 // 10_000, 30), left) if total else 0
    left -= min(total * 60 // 10_000, left)
    return total - left


@pytest.fixture
def _rules() -> None:
    stages.rule(service_rate=777, service_min=30, payment_rate=60, fixed_minor=12, currency="CNY")


class Machine(RuleBasedStateMachine):
    """One deal, every act, and a model of what every account must hold afterwards."""

    releases: Bundle[str] = Bundle("releases")

    def __init__(self) -> None:
        super().__init__()
        escrow.mature(as_of=AT + timedelta(days=10_000))  # what earlier examples left
        self.stage, self.now, self.keys = fresh(), AT, itertools.count(1)
        self.merchant = {"paid_in": -20_000, "wallet": 20_000, "escrow_held": 0, "clearing": 0}
        self.provider = {"clearing": 0, "earnings_pending": 0, "earnings": 0, "payouts_in_transit": 0, "paid_out": 0}
        self.holds: Counter[str] = Counter()
        self.released = 0
        #: [gross, net, taken back, commission given back, still pending or None, available at]
        self.made: dict[str, list[Any]] = {}
        self.seen: list[tuple[str, dict[str, Any], datetime]] = []

    def act(self, name: str, **facts: Any) -> Any:
        """Do it, and remember it for being done again."""
        found = self.stage.act(name, at=self.now, **facts)
        self.seen.append((name, facts, self.now))
        return found

    def key(self) -> str:
        return f"k{next(self.keys)}"

    @rule(amount=AMOUNT)
    def pays_in(self, amount: int) -> None:
        self.stage.pay_in(amount, self.key())
        self.merchant["paid_in"] -= amount
        self.merchant["wallet"] += amount

    @rule(key=st.sampled_from(HOLDS), amount=AMOUNT)
    def holds_money(self, key: str, amount: int) -> None:
        if key in self.holds:
            return
        if amount > self.merchant["wallet"]:
            with pytest.raises(escrow.NotEnoughInWallet) as refused:
                self.stage.hold(amount, key)
            assert refused.value.missing == amount - self.merchant["wallet"]
            return
        self.act("hold", key=key, amount=amount)
        self.holds[key] = amount
        self.merchant["wallet"] -= amount
        self.merchant["escrow_held"] += amount

    @rule(target=releases, hold=st.sampled_from(HOLDS), amount=AMOUNT)
    def releases_money(self, hold: str, amount: int) -> Any:
        key = self.key()
        if not self._fits("release", hold, key, amount):
            return multiple()
        self.act("release", hold_key=hold, key=key, amount=amount)
        self._release(hold, key, amount)
        return key

    @rule(hold=st.sampled_from(HOLDS), amount=AMOUNT)
    def refunds_money(self, hold: str, amount: int) -> None:
        key = self.key()
        if self._fits("refund", hold, key, amount):
            self.act("refund", hold_key=hold, key=key, amount=amount)
            self._back(hold, amount)

    @rule(target=releases, hold=st.sampled_from(HOLDS), percent=st.sampled_from([0, 1, 33, 50, 100]))
    def splits(self, hold: str, percent: int) -> Any:
        left, key = self.holds[hold], self.key()
        if not left:
            return multiple()
        given_ = left * percent // 100
        self.act("split", hold_key=hold, key=key, to_provider=given_)
        if given_:
            self._release(hold, key, given_)
        if left - given_:
            self._back(hold, left - given_)
        return key if given_ else multiple()

    @rule(pair=st.permutations(HOLDS), amount=AMOUNT)
    def rolls(self, pair: list[str], amount: int) -> None:
        source, target = pair[:2]
        if amount > self.holds[source] or any(name == "roll" and facts["hold_key"] == source for name, facts, _at in self.seen):
            return
        self.act("roll", hold_key=source, to_hold_key=target, amount=amount)
        self.holds[source] -= amount
        self.holds[target] += amount

    @rule(release=releases, amount=AMOUNT)
    def takes_back(self, release: str, amount: int) -> None:
        gross, net, gone, back, pending, _available = row = self.made[release]
        key = self.key()
        if amount > gross - gone:
            with pytest.raises(escrow.NotEnoughHeld):
                self.stage.reverse(amount, key=key, release_key=release, at=self.now)
            return
        stored = self.act("reverse", release_key=release, key=key, amount=amount, ruling="")
        row[2], row[3] = gone + amount, back + stored.fee_back
        # Within a unit a component of what was taken back, and exact when everything was.
        assert abs(row[3] - (gross - net) * row[2] / gross) < 3
        assert row[2] < gross or row[3] == gross - net
        from_pending = 0 if pending is None else min(amount, pending + stored.fee_back)
        if pending is not None:
            row[4] = pending + stored.fee_back - from_pending
            self.provider["earnings_pending"] += stored.fee_back - from_pending
        else:
            self.provider["earnings"] += stored.fee_back
        self.provider["earnings"] -= amount - from_pending
        self.provider["clearing"] += amount - stored.fee_back
        self.merchant["clearing"] -= amount
        self.merchant["wallet"] += amount

    @rule(days=st.integers(0, 5))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        due = [row for row in self.made.values() if row[4] is not None and row[5] <= self.now]
        assert escrow.mature(as_of=self.now) == len(due)
        for row in due:
            self.provider["earnings_pending"] -= row[4]
            self.provider["earnings"] += row[4]
            row[4] = None

    @rule(amount=AMOUNT, fails=st.booleans())
    def is_paid_out(self, amount: int, fails: bool) -> None:
        key = self.key()
        if amount > self.provider["earnings"]:
            with pytest.raises(escrow.NotEnoughEarned):
                self.stage.send_payout(amount, key)
            return
        assert self.stage.send_payout(amount, key) and not self.stage.send_payout(amount, key)
        self.stage.send_payout(amount, key, "failed" if fails else "paid")
        self.provider["earnings"] -= 0 if fails else amount
        self.provider["paid_out"] += 0 if fails else amount

    @rule(data=st.data())
    def somebody_clicks_again(self, data: st.DataObject) -> None:
        if self.seen:
            name, facts, at = data.draw(st.sampled_from(self.seen))
            self.stage.act(name, at=at, **facts)

    def _fits(self, name: str, hold: str, key: str, amount: int) -> bool:
        if hold in self.holds and amount <= self.holds[hold]:
            return True
        with pytest.raises(UserError):
            self.stage.act(name, hold_key=hold, key=key, amount=amount, at=self.now)
        return False

    def _release(self, hold: str, key: str, amount: int) -> None:
        net = amount - (commission(self.released + amount) - commission(self.released))
        self.released += amount
        self.made[key] = [amount, net, 0, 0, net, self.now + timedelta(days=7)]
        self.holds[hold] -= amount
        self.merchant["escrow_held"] -= amount
        self.merchant["clearing"] += amount
        self.provider["clearing"] -= net
        self.provider["earnings_pending"] += net

    def _back(self, hold: str, amount: int) -> None:
        self.holds[hold] -= amount
        self.merchant["escrow_held"] -= amount
        self.merchant["wallet"] += amount

    @invariant()
    def every_account_holds_what_the_model_says(self) -> None:
        books = self.stage.books
        assert books.get("merchant", {}) == {code: amount for code, amount in self.merchant.items() if amount}
        assert books.get("provider", {}) == {code: amount for code, amount in self.provider.items() if amount}

    def teardown(self) -> None:
        check_everything()


def check_everything() -> None:
    """Zero-sum, floors, every commission from the ledger alone, nothing paid twice, no more back than was there."""
    found = verify_all()
    assert (found["accounts_off"], found["transfers_off"], found["clearing_off"]) == ([], [], [])
    assert verify()["differences"] == []
    assert system("SELECT code FROM ledger_ledgeraccount WHERE floor IS NOT NULL AND balance < floor") == []
    assert system("SELECT id FROM escrow_hold WHERE released + refunded + rolled > amount") == []
    assert system("SELECT id FROM escrow_release WHERE reversed > gross") == []


@pytest.mark.usefixtures("_rules")
def test_any_sequence_of_acts_leaves_the_books_of_the_model() -> None:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    chosen = settings(max_examples=8, stateful_step_count=30, suppress_health_check=checks, phases=PHASES)
    run_state_machine_as_test(Machine, settings=chosen)


# Several people at once.

ACT = st.tuples(
    st.sampled_from(["hold", "release", "refund", "split", "roll", "reverse", "pay_in", "payout", "mature"]),
    st.sampled_from(HOLDS),
    st.integers(1, 6),
    st.integers(1, 4_000),
    st.integers(0, 3),
)
ACTORS = 4


@pytest.mark.usefixtures("_rules")
@settings(max_examples=8, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(st.lists(st.lists(ACT, min_size=6, max_size=10), min_size=ACTORS, max_size=ACTORS + 1))
def test_any_interleaving_of_four_people_keeps_the_books(scripts: list[list[tuple[Any, ...]]]) -> None:
    """Twenty-four acts and more, with keys that collide and amounts that do not fit; refusals are fine, wrong books are not."""
    stage = fresh()
    for key in HOLDS[:2]:
        stage.hold(6_000, key)
    stage.release(3_000, key="1", hold_key=HOLDS[0])
    all_fine(together(*[lambda script=script: play(stage, script) for script in scripts]))
    check_everything()
    sums = "SELECT sum(balance) FROM ledger_ledgeraccount WHERE merchant_id IN (%s, %s) AND code <> 'clearing' AND balance < 0"
    assert system(sums, stage.merchant_id, stage.provider_id) != []


def play(stage: Stage, script: list[tuple[Any, ...]]) -> None:
    for name, hold, key, amount, pause in script:
        try:
            once(stage, name, hold, str(key), amount, pause / 1_000)
        except UserError:
            continue


def once(stage: Stage, name: str, hold: str, key: str, amount: int, pause: float) -> None:
    """One act in a transaction that stays open for a moment."""
    given_ = {"deal": stage.deal, "at": AT + timedelta(days=int(key)), "by": CLI}
    with scope(stage.merchant_id, durable=True):
        if name == "hold":
            escrow.hold(**given_, key=hold, amount=amount)
        elif name in ("release", "refund"):
            getattr(escrow, name)(**given_, hold_key=hold, key=key, amount=amount)
        elif name == "split":
            escrow.split(**given_, hold_key=hold, key=f"s{key}", to_provider=amount)
        elif name == "roll":
            escrow.roll(**given_, hold_key=hold, to_hold_key=HOLDS[2] if hold != HOLDS[2] else HOLDS[0], amount=amount)
        elif name == "reverse":
            escrow.reverse(**given_, release_key=key, key=f"v{hold}{key}", amount=amount, ruling="")
        elif name == "pay_in":
            facts = {"amount": 100 * int(key), "currency": "CNY", "key": f"in{key}", "kind": "paid_in"}
            escrow.credit_wallet(merchant_id=stage.merchant_id, **facts, at=AT, by=CLI)  # type: ignore[arg-type]
        time.sleep(pause)
    if name == "payout":
        stage.send_payout(100 * int(key), f"p{key}")
    elif name == "mature":
        escrow.mature(as_of=AT + timedelta(days=int(key) + 7))
