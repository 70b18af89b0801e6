"""Wordings of contracts: one per category, in both languages, and what was signed is never edited."""

import hashlib

import pytest
from django.utils.translation import override

from orders.service.contracts import WORDINGS, general, template_for, wording
from tests.orders.service.stories import MONTHLY, STAGES, TRIAL

#: Digests of what has been released. A changed text needs a new version beside the old one, not a new digest here.
RELEASED = {
    "general/1": "e3b0c44298fc1c14",
    "agency-operation/1": "88af2c37013611e6",
    "content-marketing/1": "6d4cf46aea47b6ea",
    "customer-service/1": "1b60a24a8f0bad91",
    "onboarding-agent/1": "fd88e8250ca03747",
    "isv-tools/1": "1701394dd7afc700",
    "visual-design/1": "87be452612eeb738",
    "lecturers/1": "806845f50003ddae",
    "around": "b003237d0269bfcc",
}


def digest(*clauses) -> str:
    text = "\n".join("\n".join((*clause.zh, *clause.en)) for clause in clauses)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_released_wordings_stay_as_they_are() -> None:
    found = {f"{code}/{version}": digest(*own) for code, versions in WORDINGS.items() for version, own in versions.items()}
    assert {**found, "around": digest(*general.BEFORE, *general.AFTER)} == RELEASED


@pytest.mark.parametrize("code", WORDINGS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_wording_is_numbered_and_filled_in(code: str, language: str) -> None:
    for terms in (STAGES, MONTHLY, TRIAL):
        with override(language):
            found = wording(f"{code}/1", terms)
        assert [paragraph.number for paragraph in found] == list(range(1, len(found) + 1))
        assert all(paragraph.title and "%" not in paragraph.text for paragraph in found)
        is_chinese = [any("\u4e00" <= letter <= "\u9fff" for letter in paragraph.text) for paragraph in found]
        assert set(is_chinese) == {language == "zh-hans"}


def test_clauses_follow_from_the_terms() -> None:
    with override("en"):
        titles = {name: [row.title for row in wording("general/1", terms)] for name, terms in (("a", STAGES), ("b", TRIAL))}
    assert "Trial" in titles["b"] and "Trial" not in titles["a"]
    assert "Term and notice" in titles["b"] and "Notice" in titles["a"]


@pytest.mark.django_db
def test_a_category_stands_in_the_wording_of_its_top() -> None:
    assert template_for("store-operation") == "agency-operation/1"
    assert template_for("nowhere") == "general/1"
