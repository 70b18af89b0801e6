#!/usr/bin/env python
"""Command-line entry point."""

import os
import secrets
import sys

#: Commands that compute from what they are given. Without --merchant they need no database, broker, secret or state directory.
SELF_CONTAINED = frozenset({"build_intent_model", "classify_intent", "measure", "simulate"})


def main() -> None:
    """Run a command; a database that cannot be reached is one clear line, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    if _is_self_contained(sys.argv[1:]):
        _configure_nothing()
    import psycopg2
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, psycopg2.OperationalError) as error:
        if _server_code(error):
            raise  # the server answered and refused: a deadlock or a timeout is not "unreachable"
        sys.exit(f"{_advice()}\n  {str(error).strip().splitlines()[0]}")


def _is_self_contained(words: list[str]) -> bool:
    named = any(word == "--merchant" or word.startswith("--merchant=") for word in words)
    return bool(words) and words[0] in SELF_CONTAINED and not named


def _configure_nothing() -> None:
    """Throw-away secrets and an address that leads nowhere, so that settings read and write nothing."""
    for name in ("SECRET_KEY", "CONTACT_KEYS"):
        os.environ.setdefault(name, secrets.token_urlsafe(48))
    os.environ["DATABASE_URL"] = "postgres://nobody:nothing@127.0.0.1:9/none"


def _server_code(error: BaseException) -> str | None:
    """SQLSTATE of the error; connection failures have none."""
    return getattr(error, "pgcode", None) or getattr(error.__cause__, "pgcode", None)


def _advice() -> str:
    if os.environ.get("DATABASE_URL"):
        return "PostgreSQL is not reachable; check DATABASE_URL and that the server runs."
    return "PostgreSQL is not reachable; run `manage.py embedded start` first, or set DATABASE_URL."


if __name__ == "__main__":
    main()
