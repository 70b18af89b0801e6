"""Every action the source records can be read in words."""

import re
from pathlib import Path

from marketplace.audit.words import has_words

ROOTS = ("marketplace", "merchants", "providers", "orders", "aftersales")
ACTION = re.compile(r'action="([a-z_]+\.[a-z_]+\.[a-z_]+)"')


def test_every_recorded_action_has_its_words() -> None:
    found = {action for root in ROOTS for file in Path(root).rglob("*.py") for action in ACTION.findall(file.read_text())}
    assert len(found) > 60
    assert sorted(action for action in found if not has_words(action)) == [], "add the pieces to marketplace/audit/words.py"
