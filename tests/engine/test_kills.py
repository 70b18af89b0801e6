"""SIGKILL to real worker processes at random instants, then one undisturbed run: as if nothing had happened.

The instants are drawn from a seed that a failure prints; KILL_SEED repeats one.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from orders.store.ingest import operations as importing
from orders.store.models import ImportBatch
from tests import cast
from tests.engine import doors
from tests.engine.market import AS_OF, assert_paid, execute, fallen_prices

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = int(os.environ.get("KILLS", "4"))
ORDERS = 1_200


@pytest.fixture
def dice() -> Iterator[random.Random]:
    seed = int(os.environ.get("KILL_SEED", "0")) or random.SystemRandom().randrange(1, 2**31)
    print(f"KILL_SEED={seed}")
    yield random.Random(seed)


def start(*arguments: Any, **environment: str) -> "subprocess.Popen[bytes]":
    """A management command as its own process, on this test's database (which DATABASE_NAME names)."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *map(str, arguments)]
    return subprocess.Popen(
        command,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "marketplace.settings", **environment},
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def wait_for(process: "subprocess.Popen[bytes]", has_begun: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while process.poll() is None and not has_begun():
        assert time.monotonic() < until, "the process never began"
        time.sleep(0.005)


def kill(process: "subprocess.Popen[bytes]") -> bool:
    """Whether it was still at work when it was killed."""
    was_running = process.poll() is None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    _out, said = process.communicate(timeout=20)
    assert was_running or process.returncode == 0, said.decode()
    return was_running


def run_process(merchant: cast.Merchant) -> "subprocess.Popen[bytes]":
    arguments = ("run_program", "price_protection", "--merchant", merchant.slug, "--as-of", AS_OF, "--json")
    return start(*arguments, SANDBOX_FAULTS="timeout=0.0005,busy=0.05,twice=0.05")


def runs(merchant: cast.Merchant) -> int:
    return int(doors.one(merchant, "SELECT count(*) FROM aftersales_programrun"))


def took(process: "subprocess.Popen[bytes]", has_begun: Callable[[], bool]) -> float:
    """Seconds an undisturbed process works."""
    wait_for(process, has_begun)
    begun = time.monotonic()
    _out, said = process.communicate(timeout=60)
    assert process.returncode == 0, said.decode()
    return time.monotonic() - begun


def test_a_run_killed_anywhere_is_finished_by_the_next(tmp_path: Path, dice: random.Random) -> None:
    rehearsal = cast.merchant("rehearsal")
    fallen_prices(tmp_path, rehearsal, ORDERS)
    length = took(run_process(rehearsal), lambda: runs(rehearsal) > 0)
    killed = 0
    for number in range(KILLS):
        merchant = cast.merchant(f"victim-{number}")
        fallen_prices(tmp_path, merchant, ORDERS)
        process = run_process(merchant)
        wait_for(process, lambda merchant=merchant: runs(merchant) > 0)
        time.sleep(dice.uniform(0, length))
        killed += kill(process)
        for _ in range(3):
            doors.run_program(merchant, AS_OF)
        assert_paid(merchant, ORDERS)
    assert killed, "no process was at work when it was killed"


def test_one_run_killed_again_and_again_pays_once(tmp_path: Path, dice: random.Random) -> None:
    acme = cast.acme()
    fallen_prices(tmp_path, acme, ORDERS)
    for number in range(KILLS):
        process = run_process(acme)
        wait_for(process, lambda number=number: runs(acme) > number)
        time.sleep(dice.uniform(0, 0.3))
        kill(process)
    for _ in range(3):
        doors.run_program(acme, AS_OF)
    assert_paid(acme, ORDERS)


# Imports.


def scattered_file(directory: Path) -> Path:
    """A sheet whose invoices are scattered through it, with cancellations."""
    dice = random.Random(7)
    rows = []
    for number in range(9_000):
        invoice = 100_000 + dice.randrange(1_200)
        sku, price = 20_000 + number % 300, f"{1 + number % 9}.{number % 100:02}"
        day = 1 + invoice % 27
        rows.append(
            {
                "Invoice": invoice,
                "StockCode": sku,
                "Description": "THING",
                "Quantity": 1 + number % 7,
                "InvoiceDate": f"2010-03-{day:02} 10:00:00",
                "Price": price,
                "Customer ID": 12_000 + invoice % 50,
                "Country": "United Kingdom",
            }
        )
    taken_back = dice.sample(rows, 600)
    cancelled = {"Quantity": -1, "InvoiceDate": "2010-04-02 10:00:00"}
    back = [{**row, **cancelled, "Invoice": f"C{200_000 + n // 3}"} for n, row in enumerate(taken_back)]
    return doors.table_file(directory / "sheet.csv", rows + back)


CONTENT = """
SELECT (SELECT count(*) FROM store_shoporder), (SELECT sum(captured_amount) FROM store_shoporder),
       (SELECT count(*) FROM store_stagedrow),
       md5(string_agg(concat_ws(',', o.external_ref, l.line_no, k.code, l.quantity, l.paid_amount, l.returned_quantity), ';'
                      ORDER BY o.external_ref, l.line_no))
FROM store_shoporderline l JOIN store_shoporder o ON o.id = l.order_id JOIN store_sku k ON k.id = l.sku_id
"""


def imports(merchant: cast.Merchant) -> int:
    return int(doors.one(merchant, "SELECT count(*) FROM store_importbatch WHERE state <> 'waiting'"))


def import_process(merchant: cast.Merchant, path: Path) -> "subprocess.Popen[bytes]":
    return start("import_orders", path, "--shop", merchant.shop_name, "--format", "online-retail", "--json")


def test_an_import_killed_anywhere_is_completed_by_the_next(tmp_path: Path, dice: random.Random) -> None:
    path = scattered_file(tmp_path)
    whole = cast.merchant("rehearsal")
    length = took(import_process(whole, path), lambda: imports(whole) > 0)
    expected = doors.rows(whole, CONTENT)
    killed = 0
    for number in range(KILLS):
        merchant = cast.merchant(f"victim-{number}")
        for _ in range(2):
            process = import_process(merchant, path)
            wait_for(process, lambda merchant=merchant: imports(merchant) > 0)
            time.sleep(dice.uniform(0, length))
            killed += kill(process)
        doors.import_orders(merchant, path, "online-retail")
        assert doors.rows(merchant, CONTENT) == expected
        again = doors.import_orders(merchant, path, "online-retail")
        assert (again["lines_new"], again["lines_updated"]) == (0, 0)
    assert killed, "no process was at work when it was killed"


@pytest.mark.parametrize("is_guarded", [True, False], ids=["cursor", "control without the cursor"])
def test_the_cursor_commits_with_its_rows(is_guarded: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that stops between staging and storing goes on where it was; one that forgot where, stores rows twice."""
    path, acme, whole = scattered_file(tmp_path), cast.acme(), cast.other()
    doors.import_orders(whole, path, "online-retail")
    file = {"path": path, "file_name": "sheet.csv", "format_name": "online-retail", "stored": False}
    options = {"shop": acme.context, "by": CLI, **file}
    batch = importing.open_batch(**options)
    with monkeypatch.context() as stopped, pytest.raises(KeyboardInterrupt):
        stopped.setattr(importing, "apply", interrupt)
        importing.run_batch(batch=batch, shop=acme.context, path=path, at=timezone.now())
    if not is_guarded:
        with scope(acme.id):
            ImportBatch.objects.update(state="staging", rows_read=0)
    again = importing.open_batch(**options)
    assert again.pk == batch.pk
    importing.run_batch(batch=again, shop=acme.context, path=path, at=timezone.now())
    assert (doors.rows(acme, CONTENT) == doors.rows(whole, CONTENT)) is is_guarded


@pytest.mark.parametrize("state", ["staging", "applying"])
def test_an_import_whose_staged_rows_were_lost_begins_again(state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The staging table is not logged: after a crash of the server it is empty."""
    path, acme, whole = scattered_file(tmp_path), cast.acme(), cast.other()
    doors.import_orders(whole, path, "online-retail")
    options = {"path": path, "file_name": "sheet.csv", "format_name": "online-retail", "stored": False}
    batch = importing.open_batch(shop=acme.context, by=CLI, **options)
    with monkeypatch.context() as stopped, pytest.raises(KeyboardInterrupt):
        stopped.setattr(importing, "apply" if state == "staging" else "match_refunds", interrupt)
        importing.run_batch(batch=batch, shop=acme.context, path=path, at=timezone.now())
    with scope(acme.id):
        ImportBatch.objects.update(state=state)
    assert execute(acme, "DELETE FROM store_stagedrow") > 0
    importing.run_batch(batch=batch, shop=acme.context, path=path, at=timezone.now())
    assert doors.rows(acme, CONTENT) == doors.rows(whole, CONTENT)


def interrupt(**_: Any) -> bool:
    raise KeyboardInterrupt


def test_two_imports_of_one_shop_do_not_mix(tmp_path: Path) -> None:
    """The second is told to wait, or finds the work done."""
    acme, path = cast.acme(), scattered_file(tmp_path)
    processes = [import_process(acme, path) for _ in range(2)]
    said = [process.communicate(timeout=60)[1].decode() for process in processes]
    for process, text in zip(processes, said, strict=True):
        assert process.returncode == 0 or "Another import of this shop is running" in text
    assert {process.returncode for process in processes} != {1}
    again = doors.import_orders(acme, path, "online-retail")
    assert (again["lines_new"], again["unchanged"]) == (0, 9_000)
    assert execute(acme, "DELETE FROM store_stagedrow") == 0
