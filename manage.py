#!/usr/bin/env python
"""Command-line entry point."""

import os
import sys


def main() -> None:
    """Run a command; a database that cannot be reached is one clear line, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    import psycopg2
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, psycopg2.OperationalError) as error:
        if _server_code(error):
            raise  # the server answered and refused: a deadlock or a timeout is not "unreachable"
        sys.exit(f"{_advice()}\n  {str(error).strip().splitlines()[0]}")


def _server_code(error: BaseException) -> str | None:
    """SQLSTATE of the error; connection failures have none."""
    return getattr(error, "pgcode", None) or getattr(error.__cause__, "pgcode", None)


def _advice() -> str:
    if os.environ.get("DATABASE_URL"):
        return "PostgreSQL is not reachable; check DATABASE_URL and that the server runs."
    return "PostgreSQL is not reachable; run `manage.py embedded start` first, or set DATABASE_URL."


if __name__ == "__main__":
    main()
