"""Letters about somebody's own account: written down in the request, sent by a worker.

A letter is a row before anything is sent, so none is lost with the broker, the mail server or a worker. Whoever sends it takes it
first, in a transaction of its own: two never send the same one. Where nobody knows whether a letter left (the process died
between the server's word and ours), it is sent again under the same Message-ID. Its text is sealed, since its link opens an
account, and forgotten once it left.
"""

import json
import logging
from datetime import datetime, timedelta
from email.utils import make_msgid

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q, QuerySet

from marketplace.accounts.models import Letter
from marketplace.kernel.sealing import Unreadable, seal, unseal

log = logging.getLogger(__name__)
PURPOSE = "account-letter"
#: A worker that holds a letter for longer is dead.
LEASE = timedelta(minutes=5)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
#: Links in letters are good for three days; a letter that could not leave by then is given up, visibly.
GIVEN_UP = timedelta(days=3)
SLICE = 50


def post_letter(*, message: EmailMessage, at: datetime) -> int:
    """Write down a letter to one mailbox, in the caller's transaction; its id."""
    parts = [[str(body), str(kind)] for body, kind in getattr(message, "alternatives", None) or []]
    text = json.dumps({"subject": message.subject, "body": message.body, "from": message.from_email, "parts": parts})
    domain = str(message.from_email).rpartition("@")[2].strip("> ") or "localhost"
    row = Letter.objects.create(
        recipient=message.to[0], sealed=seal(text, merchant_id=0, purpose=PURPOSE), message_id=make_msgid(domain=domain),
        created_at=at, due_at=at,
    )  # fmt: skip
    return int(row.pk)


def deliver_letter(*, letter_id: int, at: datetime) -> bool:
    """Send one letter that is due; whether this call sent it. Doing it twice sends nothing twice."""
    letter = _taken(letter_id, at)
    if letter is None:
        return False
    try:
        _message(letter).send()
    except (OSError, Unreadable, ValueError) as error:  # anything else leaves it taken, until the lease is over
        _put_back(letter, error, at)
        return False
    Letter.objects.filter(pk=letter.pk, state="sending").update(state="sent", sent_at=at, sealed=None, error="")
    return True


def sweep_letters(*, at: datetime) -> int:
    """Send what is due: what no worker was nudged for, what failed, and what a dead worker held; how many left."""
    return sum(deliver_letter(letter_id=pk, at=at) for pk in _due(at).order_by("due_at").values_list("pk", flat=True)[:SLICE])


def send_again(*, letter_id: int, at: datetime) -> bool:
    """Staff give a letter that was given up another chance; whether there was one."""
    found = Letter.objects.filter(pk=letter_id, state="failed", sealed__isnull=False)
    return bool(found.update(state="waiting", due_at=at, created_at=at, attempts=0))


def _due(at: datetime) -> QuerySet[Letter]:
    return Letter.objects.filter(Q(state="waiting", due_at__lte=at) | Q(state="sending", taken_at__lte=at - LEASE))


def _taken(letter_id: int, at: datetime) -> Letter | None:
    """The letter, taken and committed: from here on nobody else sends it."""
    with transaction.atomic(durable=True):
        letter: Letter | None = _due(at).select_for_update(skip_locked=True).filter(pk=letter_id).first()
        if letter is not None:
            Letter.objects.filter(pk=letter.pk).update(state="sending", taken_at=at, attempts=F("attempts") + 1)
            letter.attempts += 1
    return letter


def _message(letter: Letter) -> EmailMessage:
    if letter.sealed is None:
        raise ValueError(f"letter {letter.pk} has no text")
    given = json.loads(unseal(letter.sealed, merchant_id=0, purpose=PURPOSE))
    headers = {"Message-ID": letter.message_id}
    message = EmailMultiAlternatives(given["subject"], given["body"], given["from"], [letter.recipient], headers=headers)
    for body, kind in given["parts"]:
        message.attach_alternative(body, kind)
    return message


def _put_back(letter: Letter, error: Exception, at: datetime) -> None:
    is_over = at - letter.created_at >= GIVEN_UP
    pause = min(FIRST_PAUSE * 2 ** (letter.attempts - 1), LONGEST_PAUSE)
    log.warning("account letter %s: attempt %s failed: %s", letter.pk, letter.attempts, type(error).__name__)
    Letter.objects.filter(pk=letter.pk, state="sending").update(
        state="failed" if is_over else "waiting", due_at=at + pause, error=type(error).__name__[:80]
    )
