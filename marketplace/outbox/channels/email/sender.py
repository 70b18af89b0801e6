"""SMTP, through Django's e-mail backend. One connection serves a batch; a broken one is opened anew."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings as site
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from marketplace.outbox.channels import Letter, Outcome, Result, Settings
from marketplace.outbox.kinds import is_for_people

#: "No such mailbox": RFC 5321 reply codes whose enhanced status (RFC 3463) says that the address is wrong for good.
NO_MAILBOX = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")


class SmtpSender:
    """Sends letters over one connection."""

    def __init__(self, connection: BaseEmailBackend, settings: Settings) -> None:
        self.connection, self.settings = connection, settings

    def send(self, letter: Letter) -> Result:
        try:
            sent = self.connection.send_messages([self._email(letter)])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            return _refused(code, text)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            return _refused(error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            self.connection.close()
            return Result(Outcome.RETRY, f"{type(error).__name__}: {error}"[:300])
        if not sent:
            return Result(Outcome.RETRY, "the server took nothing")
        return Result(Outcome.SENT, reference=letter.stable_id)

    def _email(self, letter: Letter) -> EmailMessage:
        config = {} if is_for_people(letter.message.kind) else self.settings.config
        address = config.get("from_email") or site.DEFAULT_FROM_EMAIL
        headers = {"Message-ID": f"<{letter.stable_id}@{_domain()}>", "Auto-Submitted": "auto-generated"}
        if letter.unsubscribe:
            headers["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        return EmailMessage(
            subject=letter.subject,
            body=letter.body,
            from_email=formataddr((config.get("from_name") or "", address)),
            to=[letter.to],
            reply_to=[config["reply_to"]] if config.get("reply_to") else None,
            headers=headers,
            connection=self.connection,
        )


def _domain() -> str:
    return urlsplit(site.PUBLIC_URL).hostname or "localhost"


def _refused(code: int, text: bytes | str) -> Result:
    said = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"[:300]
    if code < 500:
        return Result(Outcome.RETRY, said)
    return Result(Outcome.BOUNCED if any(status in said for status in NO_MAILBOX) else Outcome.REFUSED, said)


@contextmanager
def open_sender(merchant_id: int, settings: Settings) -> Iterator[SmtpSender]:
    connection = get_connection()
    try:
        yield SmtpSender(connection, settings)
    finally:
        connection.close()
