"""The demo market's figures come from its files and from running programs, from nowhere else."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import User
from tests import database
from tests.pages.text import text

pytestmark = pytest.mark.django_db(transaction=True)


def seed(folder: Path, capsys: Any) -> dict[str, Any]:
    capsys.readouterr()
    call_command("seed_demo", "--folder", str(folder), "--json")
    return json.loads(capsys.readouterr().out)


def headline(sign_in: Callable[..., Client]) -> str:
    """What the owner of the second merchant reads on the dashboard."""
    shown = text(sign_in(User.objects.get(email="owner@lumen.example")).get(reverse("dashboard")))
    return shown.split("Refunded by price protection")[1].split("Orders")[0].strip()


def test_another_price_gives_another_figure(tmp_path: Path, sign_in: Callable[..., Client], capsys: Any) -> None:
    folder = tmp_path / "demo"
    ignored = shutil.ignore_patterns("presale*", "requests*", "returns*", "market")
    shutil.copytree(settings.BASE_DIR / "demo", folder, ignore=ignored)
    first, shown = seed(folder, capsys), headline(sign_in)
    assert seed(folder, capsys)["lumen"].startswith("0 new claims")
    database.flush()
    prices = folder / "lumen/prices.csv"
    assert ",151.20," in prices.read_text()
    prices.write_text(prices.read_text().replace(",151.20,", ",150.20,"))
    second = seed(folder, capsys)
    assert (second["yunduo"], second["lumen"] != first["lumen"]) == (first["yunduo"], True)
    assert (shown != headline(sign_in), "£" in shown) == (True, True)


STORIES = ("presale.jsonl", "presale_early.jsonl", "presale_paid.jsonl", "returns.jsonl", "requests.jsonl")


@pytest.fixture
def short_demo(tmp_path: Path) -> Path:
    """The demo with the first orders of its stories only."""
    folder = tmp_path / "demo"
    shutil.copytree(settings.BASE_DIR / "demo", folder, ignore=shutil.ignore_patterns("market"))
    for name in STORIES:
        path = folder / "yunduo" / name
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if int(json.loads(line)["order_ref"][2:]) % 1000 < 40))
    return folder


def test_the_stories_show_on_every_page(short_demo: Path, sign_in: Callable[..., Client], capsys: Any) -> None:
    said = seed(short_demo, capsys)
    assert said["yunduo presale"].startswith("78 enrolled")  # of 80, two deposits are refunded
    assert said["yunduo refund requests"] == "40 requests"
    owner = sign_in(User.objects.get(email="owner@yunduo.example"))
    shown = {name: text(owner.get(reverse(name))) for name in PAGES}
    for name, words in PAGES.items():
        assert words in shown[name], name
    again = seed(short_demo, capsys)
    assert (again["yunduo presale"], again["yunduo refund requests"]) == ("told before", "told before")


#: Address → something the story makes it show.
PAGES = {
    "programs:home": "Refund retention",
    "presale_balance:home": "双11返场",
    "measurement:presale_balance": "Cannot conclude yet",
    "refund_retention:cases": "TK70",
    "refund_retention:ledger": "TK70",
    "guards:approvals": "5,000.00",
    "guards:holds": "CN¥",
    "timeline:list": "R00",
    "messages:list": "Sent",
}
