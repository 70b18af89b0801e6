"""Taking pictures says what is missing instead of failing somewhere inside."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def test_without_chromium_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHROMIUM", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="apt install chromium"):
        call_command("screens", out=str(tmp_path))


def test_without_a_site_it_says_how_to_start_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.touch()
    monkeypatch.setenv("CHROMIUM", str(browser))
    for address in ("http://127.0.0.1:9", "file:///etc"):
        with pytest.raises(CommandError, match=r"make demo|no address"):
            call_command("screens", address=address, out=str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()
