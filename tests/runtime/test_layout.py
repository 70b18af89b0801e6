"""Where state lives and how roles are reached."""

import stat
from pathlib import Path

import pytest
from environs import Env

from marketplace.embedded.layout import Layout, database_settings, load_secret, role_password


def test_sockets_live_in_the_state_directory_when_the_path_is_short(tmp_path: Path):
    layout = Layout(Path("/srv/shangban"))
    assert layout.socket_dir == Path("/srv/shangban/run")


@pytest.mark.parametrize("state_dir", ["/srv/" + "x" * 90, "/srv/with space", "/srv/商伴"])
def test_sockets_move_to_the_temp_dir_when_a_path_cannot_carry_them(state_dir: str):
    layout = Layout(Path(state_dir))
    assert len(str(layout.pg_socket)) < 104
    assert layout.socket_dir != Layout(Path(state_dir + "x")).socket_dir


def test_a_secret_is_made_once_and_only_the_owner_reads_it(tmp_path: Path):
    layout = Layout(tmp_path)
    secret = load_secret(layout, "secret_key")
    assert load_secret(layout, "secret_key") == secret
    assert len(secret) >= 50
    assert load_secret(layout, "contact_key") != secret
    files = list((tmp_path / "secrets").iterdir())
    assert sorted(file.name for file in files) == ["contact_key", "secret_key"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def settings_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **variables: str):
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SYSTEM_URL", "DATABASE_NAME", "SHANGBAN_PROCESS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return database_settings(Layout(tmp_path), Env())


def test_each_alias_has_its_own_role(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    databases = settings_with(monkeypatch, tmp_path)
    assert {alias: entry["USER"] for alias, entry in databases.items()} == {
        "default": "shangban_app",
        "system": "shangban_system",
        "owner": "shangban_owner",
    }
    assert {entry["NAME"] for entry in databases.values()} == {"shangban"}
    assert len({entry["PASSWORD"] for entry in databases.values()}) == 3


def test_an_administrators_url_is_turned_into_the_three_roles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    url = "postgresql://postgres:pa%24s@db.example:5433/postgres"
    databases = settings_with(monkeypatch, tmp_path, DATABASE_URL=url)
    entry = databases["default"]
    assert (entry["HOST"], str(entry["PORT"]), entry["NAME"]) == ("db.example", "5433", "shangban")
    assert entry["PASSWORD"] == role_password("pa$s", "shangban_app")


def test_given_urls_are_used_as_they_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    databases = settings_with(
        monkeypatch,
        tmp_path,
        DATABASE_URL="postgresql://app:1@db/shop",
        DATABASE_OWNER_URL="postgresql://boss:2@db/shop",
        DATABASE_SYSTEM_URL="postgresql://sys:3@db/shop",
    )
    assert [databases[alias]["USER"] for alias in ("default", "owner", "system")] == ["app", "boss", "sys"]


def test_only_web_requests_are_cut_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert "statement_timeout" not in settings_with(monkeypatch, tmp_path)["default"]["OPTIONS"]["options"]
    web = settings_with(monkeypatch, tmp_path, SHANGBAN_PROCESS="web")["default"]["OPTIONS"]["options"]
    for option in ("statement_timeout=10000", "lock_timeout=3000", "idle_in_transaction_session_timeout=30000"):
        assert option in web
