"""The web server's access log, without what must not be written down: some links open their pages for whoever has them."""

import re
from typing import Any

from gunicorn.glogging import Logger as GunicornLogger

#: Buyers' pages, invitations, confirmations and new passwords: whoever has the link may act.
LINK = re.compile(r"(/b/|/join/|/confirm-email/|/password/reset/key/)[A-Za-z0-9_.:~-]+")


def redacted(text: str) -> str:
    """A line of the log with the secret part of every link left out."""
    return LINK.sub(r"\1…", text)


class Logger(GunicornLogger):  # type: ignore[misc]
    """Gunicorn's own, with redacted requests and referrers."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        found = super().atoms(resp, req, environ, request_time)
        return {name: redacted(value) if isinstance(value, str) else value for name, value in found.items()}
