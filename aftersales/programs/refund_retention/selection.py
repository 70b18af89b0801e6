"""Filling in the deciding statement: the same query for a batch and for one request."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aftersales.measurement.models import Experiment
from aftersales.programs.refund_retention.rules import NEVER, OWED, Settings, cap_of

HERE = Path(__file__).parent
CARD, MONEY_CARD = "aftersales.refund_retention.offered", "aftersales.refund_retention.offered_money"


def statement(name: str) -> str:
    """A statement without its comment lines, which must not be filled in."""
    lines = (HERE / name).read_text().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))


_DECIDE, _ASKED = statement("decide.sql"), statement("asked.sql")
DECIDE_CHUNK = _DECIDE.format(asked="SELECT request_id FROM asked WHERE place > %(lo)s AND place <= %(hi)s")
DECIDE_ONE = _DECIDE.format(asked="SELECT %(request)s::bigint AS request_id")
ASK = _ASKED.format(keep="", scope="")
ASK_OPEN = _ASKED.format(keep="", scope="AND r.outcome = 'open'")


def parameters(
    settings: Settings,
    *,
    merchant_id: int,
    experiment: Experiment,
    currencies: Iterable[str],
    as_of: datetime,
    policy_version: int,
    run_id: int | None,
    by: str,
) -> dict[str, Any]:
    """The policy, the moment and the split of buyers as query parameters."""
    known = sorted(set(currencies))
    return {
        "merchant": merchant_id,
        "run": run_id,
        "by": by,
        "as_of": as_of,
        "as_of_text": as_of.isoformat(),
        "policy_version": policy_version,
        "deadline": timedelta(hours=settings["platform_deadline_hours"]),
        "hold": timedelta(minutes=settings["hold_minutes"]),
        "hold_share": settings["hold_percent"] / 100,
        "min_probability": settings["min_probability_percent"] / 100,
        "never": settings["never_retain"],
        "always_never": list(NEVER),
        "owed": list(OWED),
        "serial_days": timedelta(days=settings["serial_days"]),
        "serial_requests": settings["serial_requests"],
        "money_days": timedelta(days=settings["money_offer_days"]),
        "memory": timedelta(days=max(settings["serial_days"], settings["money_offer_days"])),
        "seed": experiment.seed,
        "experiment": experiment.pk,
        "holdout_ppm": experiment.holdout_ppm,
        "offer_intents": list(settings["offers"]),
        "offers": list(settings["offers"].values()),
        "cap_percent": settings["cap_percent"],
        "currencies": known,
        "caps": [cap_of(settings, currency) for currency in known],
        "undo_minutes": settings["undo_minutes"],
        "settle_days": settings["settle_days"],
        "channel": settings["channel"],
        "kind": CARD,
        "money_kind": MONEY_CARD,
    }
