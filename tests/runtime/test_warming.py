"""What a web process reads before its first visitor: every template compiles, and what rooms registered is loaded once."""

import gc
import sys
from typing import Any

import pytest
from django.template import engines

from marketplace import warming


def test_everything_is_read_before_the_first_visitor(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Any] = []
    monkeypatch.setattr(gc, "freeze", lambda: said.append("frozen"))
    monkeypatch.setattr(sys, "setswitchinterval", said.append)
    monkeypatch.setattr(warming, "_warm_ups", [*warming._warm_ups])
    asked: list[int] = []

    def ask() -> None:
        asked.append(1)

    warming.register_warm_up(ask)
    warming.register_warm_up(ask)
    warming.warm()
    assert (asked, said) == ([1], [warming.SWITCH_SECONDS, "frozen"])
    assert "pypinyin" in sys.modules  # what the first search would wait for
    cached = engines["django"].engine.template_loaders[0].get_template_cache  # type: ignore[attr-defined]
    assert any("service/detail.html" in str(key) for key in cached)
