"""Where local state lives and how the three database roles are reached.

``settings.py`` imports this module, so it must not import Django.
"""

import hashlib
import hmac
import os
import re
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url
from environs import Env

DATABASE_NAME = "shangban"
ROLES = {"default": "shangban_app", "system": "shangban_system", "owner": "shangban_owner"}
SUPERUSER = "postgres"
# sun_path holds 108 bytes; the longest file name below is ".s.PGSQL.5432".
SOCKET_DIR_LIMIT = 90


@dataclass(frozen=True)
class Layout:
    """Paths under one state directory. Nothing is created by asking for a path."""

    state_dir: Path

    @property
    def socket_dir(self) -> Path:
        """Private directory of both sockets; moves to the temp dir when the path is too long for a socket."""
        direct = self.state_dir / "run"
        if len(os.fsencode(direct)) <= SOCKET_DIR_LIMIT and re.fullmatch(r"[A-Za-z0-9_./+-]+", str(direct)):
            return direct
        digest = hashlib.sha256(os.fsencode(self.state_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"shangban-{os.geteuid()}-{digest}"

    @property
    def postgres_dir(self) -> Path:
        return self.state_dir / "postgres"

    @property
    def pg_data(self) -> Path:
        return self.postgres_dir / "data"

    @property
    def pg_log(self) -> Path:
        return self.postgres_dir / "server.log"

    @property
    def pg_pid(self) -> Path:
        return self.pg_data / "postmaster.pid"

    @property
    def pg_socket(self) -> Path:
        return self.socket_dir / ".s.PGSQL.5432"

    @property
    def valkey_dir(self) -> Path:
        return self.state_dir / "valkey"

    @property
    def valkey_config(self) -> Path:
        return self.valkey_dir / "valkey.conf"

    @property
    def valkey_log(self) -> Path:
        return self.valkey_dir / "server.log"

    @property
    def valkey_pid(self) -> Path:
        return self.valkey_dir / "valkey.pid"

    @property
    def valkey_socket(self) -> Path:
        return self.socket_dir / "valkey.sock"

    @property
    def lock(self) -> Path:
        return self.state_dir / "embedded.lock"

    @property
    def log_dir(self) -> Path:
        return self.state_dir / "log"

    @property
    def beat_schedule(self) -> Path:
        return self.state_dir / "beat" / "schedule"


def load_secret(layout: Layout, name: str) -> str:
    """Return the secret kept in the state directory, creating it (0600) when missing.

    The file appears complete or not at all: it is written aside and hard-linked, so two processes that start
    at once agree on the one that won.
    """
    path = layout.state_dir / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{name}-")
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return path.read_text().strip()
        finally:
            Path(aside).unlink()
    return path.read_text().strip()


def role_password(key: str, role: str) -> str:
    """Derive a role's password, so that no list of passwords has to be kept."""
    return hmac.new(key.encode(), f"database role {role}".encode(), hashlib.sha256).hexdigest()


def admin_settings(layout: Layout, env: Env) -> dict[str, Any] | None:
    """Connection of the administrator who may create our roles, or ``None`` when the operator has created them.

    That is the embedded superuser, or outside production ``DATABASE_URL`` itself when ``DATABASE_OWNER_URL``
    is not given.
    """
    url = env.str("DATABASE_URL", default="")
    if not url:
        return {
            "NAME": "postgres",
            "USER": SUPERUSER,
            "PASSWORD": load_secret(layout, "database_password"),
            "HOST": str(layout.socket_dir),
            "PORT": "5432",
        }
    if env.str("DATABASE_OWNER_URL", default="") or env.str("SHANGBAN_ENV", default="development") == "production":
        return None
    parsed = dj_database_url.parse(url)
    return {key: str(parsed.get(key) or "") for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}


def role_key(layout: Layout, admin: dict[str, Any]) -> str:
    """Key of the role passwords.

    Roles belong to the whole server, so checkouts sharing one server must derive the same passwords: from the
    administrator's password where there is one, else from the secret of this state directory.
    """
    return str(admin["PASSWORD"]) or load_secret(layout, "database_password")


def role_passwords(layout: Layout, admin: dict[str, Any]) -> dict[str, str]:
    """Password per role name."""
    key = role_key(layout, admin)
    return {role: role_password(key, role) for role in ROLES.values()}


def connection_options(env: Env) -> dict[str, Any]:
    """libpq options: the planner's JIT never pays here, and only web requests are cut off by timeouts.

    What a run notes in temporary tables stays within 2 MB of the backend, however many rows it has; it is read once, in order.
    """
    flags = ["-c jit=off", "-c temp_buffers=2MB"]
    if env.str("SHANGBAN_PROCESS", default="") == "web":
        flags += [
            "-c statement_timeout=10000",
            "-c lock_timeout=3000",
            "-c idle_in_transaction_session_timeout=30000",
        ]
    return {"options": " ".join(flags), "connect_timeout": 5, "application_name": _application_name(env)}


def _application_name(env: Env) -> str:
    return f"shangban {env.str('SHANGBAN_PROCESS', default='command')}"


def database_settings(layout: Layout, env: Env) -> dict[str, dict[str, Any]]:
    """Return Django's ``DATABASES``: one database, one alias per role (see ``settings.py``).

    ``DATABASE_NAME`` overrides the database name in every alias: tests hand it to the processes they start.
    """
    admin = admin_settings(layout, env)
    name = env.str("DATABASE_NAME", default="")
    if admin is not None:
        passwords = role_passwords(layout, admin)
        aliases = {
            alias: {**admin, "NAME": DATABASE_NAME, "USER": role, "PASSWORD": passwords[role]} for alias, role in ROLES.items()
        }
    else:
        url = env.str("DATABASE_URL")
        urls = {
            "default": url,
            "system": env.str("DATABASE_SYSTEM_URL", default="") or url,
            "owner": env.str("DATABASE_OWNER_URL", default="") or url,
        }
        aliases = {alias: dict(dj_database_url.parse(value)) for alias, value in urls.items()}
    common = {"ENGINE": "marketplace.tenancy.backend", "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    for alias in aliases.values():
        alias.update(common)
        alias["OPTIONS"] = {**alias.get("OPTIONS", {}), **connection_options(env)}
        if name:
            alias["NAME"] = name
    return aliases
