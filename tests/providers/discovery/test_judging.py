"""The judge: what its number means, and what it refuses to judge."""

import json
from io import StringIO
from math import log2
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from providers.discovery.judging import BadJudgements, judge, read
from providers.discovery.management.commands.judge_search import JUDGED
from tests import cast
from tests.providers.discovery.market import AT, fresh, put


def written(folder: Path, text: str) -> Path:
    path = folder / "judged.txt"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.django_db
def test_the_best_order_is_one_and_a_swap_costs_what_the_formula_says(tmp_path: Path) -> None:
    fresh()
    studio = cast.studio()
    first = put(studio, "包装设计", category="branding")
    second = put(studio, "茶叶", category="store-operation", body="包装设计", platforms=["jd"])
    put(studio, "无关", category="store-operation")
    good = written(tmp_path, f"# best first\n包装设计\n3 l{first}\n1 category:agency-operation platform:jd\n")
    (verdict,) = judge(read(good), as_of=AT)
    assert (verdict.ndcg, verdict.best) == (1.0, (3, 1))
    bad = written(tmp_path, f"包装设计\n1 l{first}\n3 l{second}\n")
    (verdict,) = judge(read(bad), as_of=AT)
    assert verdict.best == (1, 3)
    assert verdict.ndcg == pytest.approx((1 + 7 / log2(3)) / (7 + 1 / log2(3)))


@pytest.mark.parametrize("text", ["", "# nothing\n", "3 l1\n", "代运营\n客服\n3 l1\n"])
def test_a_file_without_sense_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadJudgements):
        read(written(tmp_path, text))


@pytest.mark.django_db
def test_a_market_without_what_is_graded_is_not_judged(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing that is graded"):
        call_command("judge_search", str(written(tmp_path, "代运营\n3 gone\n")))


@pytest.mark.django_db
def test_the_command_prints_every_query_and_the_mean(tmp_path: Path) -> None:
    pk, out = put(cast.studio(), "包装设计", category="branding"), StringIO()
    call_command("judge_search", str(written(tmp_path, f"包装设计\n3 l{pk}\n")), "--json", stdout=out)
    assert json.loads(out.getvalue()) == {
        "queries": 1, "ndcg_at_10": 1.0, "target": 0.85, "met": True, "per_query": {"包装设计": 1.0}
    }  # fmt: skip


def test_the_demo_markets_list_is_long_enough_and_has_the_queries_of_the_acceptance() -> None:
    asked = [each.q for each in read(JUDGED)]
    assert len(asked) == len(set(asked)) >= 60
    assert {"代运营 家具", "客服外包 晚班", "退货率", "daiyunying", "kefu", "live streaming"} <= set(asked)
