"""Delivering one merchant's messages on one channel: claim and check in one transaction, call outside any, close in another.

Towards the world this is at least once, with one stable id per message: between the other side's "accepted" and our commit a
crash can make a message go out again (docs/delivery.md says when, and how rarely). In-app messages are exactly once.
"""

import logging
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from marketplace.outbox.addresses import hint
from marketplace.outbox.channels import ChannelOff, Letter, Outcome, Result, Sender, Settings, defaults_of, open_sender
from marketplace.outbox.delivery import claiming
from marketplace.outbox.delivery.checking import Examination, Examined
from marketplace.outbox.delivery.closing import Verdict, begin, begun_and_ended, close, end, verdict_of
from marketplace.outbox.delivery.fanning import fan_out
from marketplace.outbox.kinds import is_for_people
from marketplace.outbox.operations.consent import suppress_bounced
from marketplace.outbox.queries import channel_settings
from marketplace.tenancy.scope import scope

log = logging.getLogger(__name__)
#: A slice of work; then the next merchant has his turn.
SLICE_SECONDS = 2.0
#: A letter that waited longer than this behind slow ones is put back and looked at again: stops and opt-outs work within seconds.
FRESH_SECONDS = 3.0
#: Buyers' pages and invitations: whoever has the link may act.
SECRET_LINK = re.compile(r"(/(?:b|join)/)[A-Za-z0-9_\-.~]+")
Tally = dict[str, int]


def deliver(*, merchant_id: int, channel: str, seconds: float = SLICE_SECONDS) -> Tally:
    """Deliver what is due for at most about `seconds`. Returns how many messages reached each state.

    Safe to run several times at once and to kill anywhere.
    """
    tally: Tally = {}
    until = time.monotonic() + seconds
    with claiming.living_worker() as worker:
        claiming.recover(merchant_id, channel)
        _add(tally, {"dropped": claiming.drop_late(merchant_id, channel)})
        with scope(merchant_id):
            settings = channel_settings(merchant_id, channel)
        with claiming.Allowance(merchant_id, settings) as allowance:
            while time.monotonic() < until and _batch(merchant_id, settings, allowance, claiming.new_token(worker), tally):
                continue
    return {state: count for state, count in tally.items() if count}


def _add(tally: Tally, more: Mapping[str, int]) -> None:
    for state, count in more.items():
        tally[state] = tally.get(state, 0) + count


def _batch(merchant_id: int, settings: Settings, allowance: claiming.Allowance, token: UUID, tally: Tally) -> bool:
    """One batch; whether there may be more."""
    wanted = defaults_of(settings.channel).batch
    granted = allowance.take(wanted)
    if not granted:
        return False
    letters, claimed = _claim_and_check(merchant_id, settings, token, granted, tally)
    allowance.put_back(granted - len(letters))
    if letters and not defaults_of(settings.channel).transactional:
        allowance.put_back(_send(merchant_id, settings, letters, token, tally))
    return claimed > 0


def _claim_and_check(merchant_id: int, settings: Settings, token: UUID, limit: int, tally: Tally) -> tuple[list[Letter], int]:
    """Claim, check, and close what does not leave, in one transaction. The letters left, and how many were claimed."""
    with scope(merchant_id, durable=True):
        claimed = claiming.claim(merchant_id, settings.channel, token, limit)
        if not claimed:
            return [], 0
        # A merchant switches off its channel to buyers, not the letters to its own people.
        off = [] if settings.is_active else [pair for pair in claimed if not is_for_people(pair[0].kind)]
        _add(tally, close(merchant_id, token, [Verdict(message.id, "dropped", "channel_off") for message, _endpoint in off]))
        going = [pair for pair in claimed if pair not in off]
        fanned, rest = fan_out(merchant_id, going) if settings.channel == "webhook" else ([], going)
        examined = Examination(merchant_id, settings, rest).run()
        _add(tally, close(merchant_id, token, [*fanned, *examined.verdicts]))
        if defaults_of(settings.channel).transactional:
            _add(tally, _deliver_here(merchant_id, settings, examined, token))
    return examined.letters, len(claimed)


def _deliver_here(merchant_id: int, settings: Settings, examined: Examined, token: UUID) -> Tally:
    """A transactional channel delivers and closes in the claiming transaction."""
    with open_sender(merchant_id, settings) as sender:
        results = [sender.send_all(examined.letters)] if examined.letters else []  # type: ignore[attr-defined]
    pairs = [pair for answers in results for pair in zip(examined.letters, answers, strict=True)]
    begun_and_ended(merchant_id, [letter.message.id for letter, _result in pairs], token)
    return close(merchant_id, token, [_verdict(letter, result) for letter, result in pairs])


def _verdict(letter: Letter, result: Result) -> Verdict:
    return verdict_of(letter.message.id, letter.message.attempts, result, rendered(letter))


def _send(merchant_id: int, settings: Settings, letters: Sequence[Letter], token: UUID, tally: Tally) -> int:
    """Hand letters over, one by one; put back what waited too long, and say how many that were."""
    fresh_until = time.monotonic() + FRESH_SECONDS
    waiting = list(letters)
    try:
        with open_sender(merchant_id, settings) as sender:
            while waiting and time.monotonic() < fresh_until:
                _add(tally, _send_one(merchant_id, settings, sender, waiting.pop(0), token))
    except ChannelOff as error:
        with scope(merchant_id, durable=True):
            off = [Verdict(letter.message.id, "dropped", "channel_off", str(error)) for letter in waiting]
            _add(tally, close(merchant_id, token, off))
        return len(off)
    finally:
        claiming.release(merchant_id, [letter.message.id for letter in waiting], token)
    return len(waiting)


def _send_one(merchant_id: int, settings: Settings, sender: Sender, letter: Letter, token: UUID) -> Tally:
    with scope(merchant_id, durable=True):
        attempt = begin(merchant_id, letter.message.id, token)
    if attempt is None:
        return {}
    try:
        result = sender.send(letter)
    except Exception as error:  # a bug in one sender must not stop the queue: it is kept and shown
        log.exception("sending message %s of merchant %s failed", letter.message.id, merchant_id)
        result = Result(Outcome.RETRY, f"{type(error).__name__}: {error}")
    with scope(merchant_id, durable=True):
        end(merchant_id, attempt, result)
        closed = close(merchant_id, token, [_verdict(letter, result)])
        if closed and result.outcome == Outcome.BOUNCED and letter.message.recipient_id is not None:
            suppress_bounced(merchant_id=merchant_id, channel=settings.channel, address=letter.to, note=result.detail)
    return closed


def rendered(letter: Letter) -> dict[str, Any]:
    """What is kept of a letter: the address as a hint, and links to buyers' pages without what makes them work."""
    kept: dict[str, Any] = {"language": letter.language, "template": letter.template}
    if letter.payload:
        return {**kept, "payload": dict(letter.payload)}
    return {
        **kept,
        "to": hint(letter.to) if letter.message.channel in ("email", "sms") else "",
        "subject": shortened(letter.subject),
        "body": shortened(letter.body),
    }


def shortened(text: str) -> str:
    """Links that let their holder act, cut off after `/b/` or `/join/`: whoever reads the console cannot act as the reader."""
    return SECRET_LINK.sub(r"\1…", text)
