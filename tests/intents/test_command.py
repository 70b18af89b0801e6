"""`classify_intent`: one line in, one line out, with nothing configured."""

import json
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from aftersales.programs.refund_retention.intents.classifying import classify, classify_all
from aftersales.programs.refund_retention.intents.labels import ACTIONS, LABELS

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"intent", "probability", "source", "action", "conditional"}
SOURCES = {"reason_code", "lexicon", "model", "abstained"}


def _run(data: bytes, *words: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own: no database, broker, secret or state directory; warnings are errors."""
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", "classify_intent", *words],
        cwd=ROOT,
        input=data,
        capture_output=True,
        env={"PATH": os.environ["PATH"], "STATE_DIR": "/proc/nowhere"},
        timeout=120,
        check=False,
    )


def _answers(data: bytes) -> list[dict[str, object]]:
    done = _run(data, "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]


def test_one_answer_a_line_in_order_also_for_blank_lines() -> None:
    found = _answers("退款怎么还没到\n\n   \nit arrived broken\nlast line without an end".encode())
    assert [row["intent"] for row in found] == ["status", "unknown", "unknown", "quality", "unknown"]
    assert all(set(row) == KEYS for row in found)


def test_nothing_in_nothing_out() -> None:
    assert _answers(b"") == []


def test_bytes_that_are_no_text_and_lines_without_end() -> None:
    found = _answers(b"\xff\xfe\x00\n" + b"a" * 3_000_000 + b"\n" + "衣服破了\x00个洞\r\n".encode() + b"\xe5\n")
    assert len(found) == 4
    assert found[2]["intent"] == "quality"


def test_line_separators_inside_a_line_do_not_end_it() -> None:
    assert len(_answers("不要了\u2028\u0085\x0b\x0c退\n".encode())) == 1


def test_plain_output_names_the_intent_first() -> None:
    assert _run("不想要了\n".encode()).stdout.decode() == "changed_mind\t不想要了\n"


def test_many_lines() -> None:
    lines = ["不想要了", "where is my refund", "", "师傅没来安装"] * 2_500
    found = _answers("\n".join(lines).encode() + b"\n")
    assert [row["intent"] for row in found] == ["changed_mind", "status", "unknown", "install"] * 2_500


@settings(max_examples=150)
@given(st.lists(st.text(), max_size=6))
def test_every_text_gets_one_label(texts: list[str]) -> None:
    found = classify_all((text, "") for text in texts)
    assert len(found) == len(texts)
    for got in found:
        assert got.intent in LABELS and got.source in SOURCES
        assert 0 <= got.probability <= 1
        assert got.action in {*ACTIONS.values(), "exchange", "repair"}


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from("退款 不 没 取消 质量 问题 如果 就 了 吗 refund not keep broken if , ? 换 发错".split()), max_size=40
    )
)
def test_many_and_one_at_a_time_agree(words: list[str]) -> None:
    text = "".join(words)
    assert classify_all([("好", ""), (text, ""), ("", "")])[1] == classify(text)
