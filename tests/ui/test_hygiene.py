"""The content security policy and the kit's rules, held on the sources."""

import re

import pytest

from marketplace.ui.facts import HIDDEN_KEYS
from marketplace.ui.labels import FACTS, REASONS, STATUSES
from tests.ui.sources import ROOT, python_files, stylesheets, templates

COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgba?\(|\bhsla?\(|\boklch\(")
TOKEN = re.compile(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
TEXT_ON = {
    "canvas": ("ink", "ink-soft", "ink-quiet", "accent"),
    "surface": ("ink", "ink-soft", "ink-quiet", "accent", "good", "warn", "bad", "info"),
    "surface-sunken": ("ink", "ink-soft", "ink-quiet", "accent"),
    "surface-hover": ("ink", "ink-soft", "ink-quiet", "accent"),
    "accent": ("on-accent",),
    "accent-strong": ("on-accent",),
    "accent-soft": ("ink", "info"),
    "good-soft": ("good", "ink"),
    "warn-soft": ("warn", "ink"),
    "bad-soft": ("bad", "ink"),
    "info-soft": ("info", "ink"),
    "muted-soft": ("muted", "ink-quiet"),
    "panel": ("on-panel", "on-panel-soft"),
    "panel-shape": ("on-panel", "on-panel-soft"),
    "panel-shape-far": ("on-panel", "on-panel-soft"),
}


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_carry_no_inline_style_or_script(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle\s*=|<style|javascript:|hx-on|\son[a-z]+\s*=", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("path", stylesheets(), ids=lambda path: path.name)
def test_colours_live_in_the_tokens_only(path):
    if path.name != "tokens.css":
        assert COLOUR.findall(path.read_text(encoding="utf-8")) == []


def test_every_icon_exists():
    sprite = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    text = "".join(path.read_text(encoding="utf-8") for path in templates())
    used = set(re.findall(r'{% icon "([^"]+)"', text))
    assert used and used <= known


def test_every_class_of_a_template_is_styled():
    css = "".join(path.read_text(encoding="utf-8") for path in stylesheets())
    styled = set(re.findall(r"\.([a-z][\w-]*)", css))
    text = "".join(re.sub(r"{[%{].*?[%}]}", " ", path.read_text(encoding="utf-8")) for path in templates())
    used = {name for value in re.findall(r'class="([^"]*)"', text) for name in value.split()}
    # Two are the admin site's own; `muted` is the end of a tone that a tag chooses.
    known = {"htmx-indicator", "card__table", "popup", "hiddenfields", "muted"}
    assert {name for name in used if not name.endswith("-")} - styled <= known


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, two: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_meets_wcag_aa(theme):
    tokens = {name: pair[theme] for name, *pair in TOKEN.findall((ROOT / "static/css/tokens.css").read_text())}
    weak = {
        f"{text} on {ground}": round(_contrast(tokens[text], tokens[ground]), 2)
        for ground, texts in TEXT_ON.items()
        for text in texts
        if _contrast(tokens[text], tokens[ground]) < 4.5
    }
    assert weak == {}


def test_every_stored_state_has_a_label():
    sources = "".join(path.read_text(encoding="utf-8") for path in python_files() if path.name == "models.py")
    choices = re.findall(r"class (?:State|Status)\(models\.TextChoices\):\n((?:        .*\n)+)", sources)
    stored = {value for block in choices for value in re.findall(r'= "([a-z_]+)"', block)}
    assert stored and stored - set(STATUSES) == set()


def test_every_input_of_a_claim_has_a_label():
    folder = ROOT / "aftersales/programs/price_protection"
    sources = [(folder / name).read_text(encoding="utf-8") for name in ("claim.sql", "claiming.py")]
    # The inputs, and what coupons and gifts add to them; the statement's other object is its answer.
    built = " ".join(
        re.findall(
            r"(?:INPUTS = \"\"\"|\|\| jsonb_strip_nulls\()jsonb_build_object\((.*?)\)(?:\"|\))", "\n".join(sources), re.DOTALL
        )
    )
    keys = set(re.findall(r"'([a-z_]+)',", built))
    assert len(keys) > 10 and keys - set(FACTS) - HIDDEN_KEYS == set()


def test_every_reason_has_words():
    sources = "".join(path.read_text(encoding="utf-8") for path in python_files() if "ingest" in path.parts)
    codes = set(re.findall(r'(?:Skip|Quarantine|_Refused|BadAmount)\(\s*"([a-z_]+)"', sources))
    sql = (ROOT / "aftersales/programs/price_protection/selection.sql").read_text(encoding="utf-8")
    codes |= set(re.findall(r"THEN '([A-Z_]+)'", sql))
    assert len(codes) > 15 and codes - set(REASONS) == set()
