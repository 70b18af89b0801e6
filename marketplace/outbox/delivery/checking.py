"""What stands between a claimed message and its sending; all of it in the transaction that claims, set by set.

In this order, so that the reason kept is the strongest: too late · unknown kind · program stopped · opted out or suppressed · no
consent · no address · quiet hours · what the program itself says · no usable wording · one commercial touch a day.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django.db import connection, transaction

from marketplace.outbox import queries
from marketplace.outbox.addresses import address_hash
from marketplace.outbox.channels import Letter, Settings
from marketplace.outbox.delivery.closing import Verdict, pause_after
from marketplace.outbox.directory import Address, lookup
from marketplace.outbox.kinds import Drop, Kind, Outgoing, People, Prepare, Ready, UnknownKind, kind_named
from marketplace.outbox.unsubscribe import unsubscribe_link
from marketplace.outbox.vetoes import killed
from marketplace.outbox.wording import (
    LANGUAGES,
    UNSUBSCRIBE,
    Key,
    Wording,
    WordingError,
    choose,
    languages_for,
    overrides,
    render,
)

log = logging.getLogger(__name__)
#: Where a notice to the merchant's own people goes.
CONSOLE = Address("console")
QUIET = """
SELECT a.id, next_allowed(now(), a.tz, %(start)s, %(stop)s) FROM unnest(%(ids)s::bigint[], %(zones)s::text[]) AS a (id, tz)
WHERE next_allowed(now(), a.tz, %(start)s, %(stop)s) > now()
"""
# In the order of recipients, so that two workers wait for each other and never in a circle. The earliest due message wins.
TOUCH = """
WITH wanted AS MATERIALIZED (
  SELECT a.id, a.recipient, (now() AT TIME ZONE a.tz)::date AS day, a.place
  FROM unnest(%(ids)s::bigint[], %(recipients)s::bigint[], %(zones)s::text[]) WITH ORDINALITY AS a (id, recipient, tz, place)),
made AS (
  INSERT INTO outbox_touch (merchant_id, recipient_id, local_date, message_id)
  SELECT %(merchant)s, recipient, day, id FROM wanted ORDER BY recipient, place
  ON CONFLICT (merchant_id, recipient_id, local_date) DO NOTHING RETURNING message_id)
SELECT message_id FROM made
UNION ALL
SELECT t.message_id FROM outbox_touch t JOIN wanted w ON w.id = t.message_id AND w.day = t.local_date
WHERE t.merchant_id = %(merchant)s
"""


@dataclass
class Examined:
    """Letters to send, and verdicts on everything else."""

    letters: list[Letter] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)


def database_now() -> datetime:
    """The clock of deliveries: the transaction's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        found: datetime = cursor.fetchone()[0]
    return found


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


class Examination:
    """One claimed batch on its way through the checks; `open` are those that no check has taken out yet."""

    def __init__(self, merchant_id: int, settings: Settings, claimed: Sequence[tuple[Outgoing, int | None]]) -> None:
        self.merchant_id, self.settings = merchant_id, settings
        self.now = database_now()
        self.endpoints = {message.id: endpoint for message, endpoint in claimed}
        self.open: dict[int, Outgoing] = {message.id: message for message, _endpoint in claimed}
        self.kinds: dict[int, Kind] = {}
        self.ready: dict[int, Ready] = {}
        self.done = Examined()

    def take(self, message_id: int, verdict: Verdict) -> None:
        del self.open[message_id]
        self.done.verdicts.append(verdict)

    def drop(self, ids: Iterable[int], reason: str) -> None:
        for message_id in list(ids):
            self.take(message_id, Verdict(message_id, "dropped", reason))

    def where(self, condition: Callable[[Outgoing], bool]) -> list[int]:
        return [message_id for message_id, message in self.open.items() if condition(message)]

    def commercial(self, message: Outgoing) -> bool:
        """By its row or by its kind, whichever is stricter; only people can be touched."""
        commercial = "commercial" in (message.consent_class, self.kinds[message.id].consent_class)
        return commercial and message.recipient_id is not None

    def run(self) -> Examined:
        """Every check in order."""
        self.drop(self.where(lambda m: m.drop_after is not None and m.drop_after < self.now), "late")
        self._know_kinds()
        self._ask_vetoes()
        self._find_addresses()
        self._respect_opt_outs()
        self.drop(self.where(lambda m: self.commercial(m) and not self._address(m).commercial_consent), "no_consent")
        self.drop(self.where(lambda m: not self._address(m).to), "no_address")
        self._respect_quiet_hours()
        self._ask_programs()
        letters = self._put_into_words()
        self._cap_touches(letters)
        self.done.letters = [letter for message_id, letter in letters.items() if message_id in self.open]
        return self.done

    def _address(self, message: Outgoing) -> Address:
        return message.address or Address("")

    def _know_kinds(self) -> None:
        for message_id, message in list(self.open.items()):
            try:
                self.kinds[message_id] = kind_named(message.kind)
            except UnknownKind:
                self.take(message_id, Verdict(message_id, "dead", "unknown_kind", message.kind))

    def _ask_vetoes(self) -> None:
        stoppable = [message_id for message_id in self.open if self.kinds[message_id].people is None]
        stopped = killed(self.merchant_id, {self.kinds[message_id].program for message_id in stoppable})
        self.drop([message_id for message_id in stoppable if self.kinds[message_id].program in stopped], "killed")

    def _find_addresses(self) -> None:
        people = sorted({m.recipient_id for m in self.open.values() if m.recipient_id is not None})
        found = lookup(self.merchant_id, self.settings.channel, people) if people else {}
        own = self._find_own_people()
        for message_id, message in self.open.items():
            if message.recipient_id is not None:
                address = found.get(message.recipient_id)
            elif self.settings.channel == "webhook":
                address = Address(str(self.endpoints[message_id] or ""))
            else:
                address = CONSOLE if self.settings.channel == "in_app" else own.get(message_id)
            if address is not None and address.timezone not in _zones():
                address = replace(address, timezone="UTC")
            self.open[message_id] = replace(message, address=address)

    def _find_own_people(self) -> dict[int, Address]:
        """Where letters to the organization's own people go: each kind knows its own; those that know the same are asked once."""
        asked: dict[People, list[Outgoing]] = {}
        for message in self.open.values():
            people = self.kinds[message.id].people
            if self.settings.channel == "email" and message.recipient_id is None and people is not None:
                asked.setdefault(people, []).append(message)
        found: dict[int, Address] = {}
        for people, messages in asked.items():
            found.update(people(self.merchant_id, messages))
        return found

    def _respect_opt_outs(self) -> None:
        people = {m.recipient_id for m in self.open.values() if m.recipient_id is not None}
        if not people:
            return
        hashes = {
            m.id: address_hash(self._address(m).to, merchant_id=self.merchant_id)
            for m in self.open.values()
            if m.recipient_id is not None and self._address(m).to and self.settings.channel in ("email", "sms")
        }
        recipients, addresses = queries.suppressed(self.merchant_id, self.settings.channel, people, hashes.values())
        self.drop(self.where(lambda m: self._address(m).opted_out or m.recipient_id in recipients), "opted_out")
        self.drop(self.where(lambda m: hashes.get(m.id, "") in addresses), "suppressed")

    def _respect_quiet_hours(self) -> None:
        people = [m for m in self.open.values() if m.recipient_id is not None]
        if self.settings.quiet is None or not people:
            return
        start, stop = self.settings.quiet
        values: dict[str, Any] = {
            "start": start,
            "stop": stop,
            "ids": [m.id for m in people],
            "zones": [self._address(m).timezone for m in people],
        }
        with connection.cursor() as cursor:
            cursor.execute(QUIET, values)
            waits: list[tuple[int, datetime]] = cursor.fetchall()
        for message_id, allowed in waits:
            drop_after = self.open[message_id].drop_after
            late = drop_after is not None and allowed > drop_after
            self.take(
                message_id,
                Verdict(message_id, "dropped", "quiet_hours")
                if late
                else Verdict(message_id, "ready", "quiet_hours", run_at=allowed),
            )

    def _ask_programs(self) -> None:
        """Kind by kind; what an organization's own people are told is one program's, whatever it is about."""
        asked: dict[tuple[Prepare, str], list[Outgoing]] = {}
        for message in self.open.values():
            kind = self.kinds[message.id]
            asked.setdefault((kind.prepare, "" if kind.people else kind.name), []).append(message)
        for (prepare, _name), messages in asked.items():
            self._ask_program(prepare, messages)

    def _ask_program(self, prepare: Prepare, asked: list[Outgoing]) -> None:
        """The program looks again, at all its kinds at once. Where it fails, that kind's messages wait; the others go on."""
        kinds = sorted({message.kind for message in asked})
        try:
            with transaction.atomic():
                answers = prepare(self.merchant_id, asked)
        except Exception as error:  # another room's code: its failure is kept with the message and shown
            if len(kinds) > 1:  # whichever it is
                for kind in kinds:
                    self._ask_program(prepare, [message for message in asked if message.kind == kind])
                return
            log.exception("prepare of %s failed", kinds[0])
            for message in asked:
                said = f"{type(error).__name__}: {error}"
                pause = pause_after(message.attempts)
                self.take(message.id, Verdict(message.id, "ready", "prepare_failed", said, pause=pause))
            return
        for message in asked:
            answer = answers.get(message.id, Drop("not_due"))
            if isinstance(answer, Drop):
                self.drop([message.id], answer.reason)
            else:
                self.ready[message.id] = answer

    def _put_into_words(self) -> dict[int, Letter]:
        own = overrides(self.merchant_id, {m.kind for m in self.open.values()}) if self.settings.channel != "webhook" else {}
        letters = {}
        for message in list(self.open.values()):
            try:
                letters[message.id] = self._letter(message, own)
            except WordingError as error:
                self.take(message.id, Verdict(message.id, "dead", "wording", str(error)))
        return letters

    def _letter(self, message: Outgoing, own: dict[Key, Wording]) -> Letter:
        kind, ready, address = self.kinds[message.id], self.ready[message.id], self._address(message)
        letter = Letter(message, self.merchant_id, address.to, "", url=ready.url)
        if self.settings.channel == "webhook":
            return replace(letter, payload=message.data if ready.payload is None else ready.payload)
        link = unsubscribe_link(self.merchant_id, message.recipient_id)
        commercial = self.commercial(message)

        def words(*wishes: str) -> tuple[Wording, str, str]:
            wording = choose(kind, message.step, self.settings.channel, languages_for(*wishes), own)
            if wording is None:
                raise WordingError(f"no wording for step {message.step or 'default'} on this channel")
            values = {UNSUBSCRIBE: link, **ready.context, **ready.by_language.get(wording.language, {})}
            return wording, *render(wording, values, channel=self.settings.channel, commercial=commercial)

        wording, subject, body = words(message.language, address.language)
        # A buyer reads one language; the merchant's people read theirs, whoever opens the console.
        others = LANGUAGES if self.settings.channel == "in_app" and message.recipient_id is None else ()
        texts = {wording.language: {"subject": subject, "body": body}}
        for language in others:
            _wording, its_subject, its_body = words(language)
            texts[language] = {"subject": its_subject, "body": its_body}
        return replace(
            letter,
            language=wording.language,
            subject=subject,
            body=body,
            template=wording.source,
            unsubscribe=link if commercial else "",
            texts=texts,
        )

    def _cap_touches(self, letters: dict[int, Letter]) -> None:
        commercial = sorted((letters[one].message for one in self.where(self.commercial)), key=lambda m: (m.run_at, m.id))
        if not commercial:
            return
        values: dict[str, Any] = {
            "merchant": self.merchant_id,
            "ids": [m.id for m in commercial],
            "recipients": [m.recipient_id for m in commercial],
            "zones": [self._address(m).timezone for m in commercial],
        }
        with connection.cursor() as cursor:
            cursor.execute(TOUCH, values)
            winners = {message_id for (message_id,) in cursor.fetchall()}
        self.drop([m.id for m in commercial if m.id not in winners], "frequency_cap")
