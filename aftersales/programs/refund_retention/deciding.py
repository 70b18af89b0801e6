"""Deciding about requests: the transaction that writes cases, arms and cards, for a chunk or for one request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, connections

from aftersales.measurement.models import Experiment
from aftersales.measurement.operations import current_experiment
from aftersales.programs.price_protection import rules as protection
from aftersales.programs.price_protection.windows import window_values
from aftersales.programs.refund_retention.queries import protection_settings
from aftersales.programs.refund_retention.reading import codes_read, texts_read
from aftersales.programs.refund_retention.rules import PROGRAM, Settings
from aftersales.programs.refund_retention.selection import DECIDE_CHUNK, EXECUTE_ONE, PREPARE_ONE, parameters
from marketplace.tenancy.actor import Actor

#: One transaction at a time decides for a merchant: "one money offer per buyer" spans requests that arrive at the same moment.
LOCK = 7106
PPM = 10_000
Row = tuple[str, str, str, str, str, int, int, int]


@dataclass(frozen=True)
class Decider:
    """Everything a decision depends on besides the requests themselves."""

    merchant_id: int
    settings: Settings
    policy_version: int
    run_id: int | None
    as_of: datetime
    by: Actor

    def values(self, *, codes: Sequence[str], currencies: Sequence[str]) -> dict[str, Any]:
        """The parameters shared by all chunks. Needs the merchant's scope."""
        share = {"merchant_id": self.merchant_id, "program": PROGRAM, "holdout_ppm": self.settings["holdout_percent"] * PPM}
        experiment = Experiment.objects.filter(**share, ended_at__isnull=True).first()
        if experiment is None:
            experiment = current_experiment(**share, by=self.by, at=self.as_of)
        return (
            codes_read(codes, self.settings)
            | self._protection()
            | parameters(
                self.settings,
                merchant_id=self.merchant_id,
                experiment=experiment,
                currencies=currencies,
                as_of=self.as_of,
                policy_version=self.policy_version,
                run_id=self.run_id,
                by=self.by.label,
            )
        )

    def _protection(self) -> dict[str, Any]:
        """Whether price protection can pay, and when it ends, by the policy a claim would be decided under."""
        settings = protection_settings(self.merchant_id)
        return window_values(settings or protection.DEFAULTS) | {"protects": settings is not None}


def take_turns(merchant_id: int) -> None:
    """Wait for whoever decides for this merchant; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, merchant_id])


def decide_chunk(values: dict[str, Any], texts: Sequence[tuple[int, str]], lo: int, hi: int) -> list[Row]:
    """Decide the asked requests in places (lo, hi]. Needs the merchant's scope."""
    return _decide(DECIDE_CHUNK, values | texts_read(texts, values["merchant"]) | {"lo": lo, "hi": hi})


def decide_one(values: dict[str, Any], request_id: int, text: str) -> list[Row]:
    """The same statement, narrowed to one request and prepared once per session. Needs the merchant's scope."""
    _prepare()
    said = texts_read([(request_id, text)] if text else [], values["merchant"])
    return _decide(EXECUTE_ONE, values | said | {"request": request_id})


def _prepare() -> None:
    """Once per session. The mark is on the session's own wrapper, so that a new session and another thread prepare anew."""
    wrapper = connections["default"]
    if getattr(wrapper, "retention_prepared_in", None) is not wrapper.connection:
        with wrapper.cursor() as cursor:
            cursor.execute(PREPARE_ONE)
        wrapper.__dict__["retention_prepared_in"] = wrapper.connection


def _decide(statement: str, values: dict[str, Any]) -> list[Row]:
    take_turns(values["merchant"])
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[Row] = cursor.fetchall()
    return found
