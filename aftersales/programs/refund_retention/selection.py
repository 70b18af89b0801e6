"""Filling in the deciding statement: the same query for a batch and for one request."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aftersales.measurement.models import Experiment
from aftersales.programs.price_protection.windows import LINE_WINDOW_TO
from aftersales.programs.refund_retention.rules import NEVER, OWED, Settings, cap_of

HERE = Path(__file__).parent
CARD, MONEY_CARD = "aftersales.refund_retention.offered", "aftersales.refund_retention.offered_money"


def statement(name: str) -> str:
    """A statement without its comment lines, which must not be filled in."""
    lines = (HERE / name).read_text().splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("--"))


_DECIDE, _ASKED = statement("decide.sql"), statement("asked.sql")
DECIDE_CHUNK = _DECIDE.format(
    asked="SELECT request_id FROM asked WHERE place > %(lo)s AND place <= %(hi)s", window_to=LINE_WINDOW_TO
)
DECIDE_ONE = _DECIDE.format(asked="SELECT %(request)s::bigint AS request_id", window_to=LINE_WINDOW_TO)
#: Types of the parameters, for the statement that is prepared once per session: planning it costs more than one decision.
TYPES = {
    "timestamptz": "as_of",
    "text": "by as_of_text seed channel kind money_kind window_anchor window_days_by_category",
    "bigint": "request merchant run experiment",
    "int": "policy_version serial_requests holdout_ppm cap_percent undo_minutes settle_days window_days",
    "interval": "deadline hold serial_days money_days memory",
    "float8": "hold_share min_probability",
    "text[]": "never always_never owed offer_intents offers currencies codes code_intents intents sources actions",
    "bigint[]": "caps texts",
    "float8[]": "probabilities",
    "boolean": "promo_extension protects",
    "boolean[]": "conditionals",
}


def _prepared(body: str) -> tuple[str, str]:
    """PREPARE with numbered parameters, and the EXECUTE that fills them by name."""
    types = {name: kind for kind, names in TYPES.items() for name in names.split()}
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", body)))
    numbered = re.sub(r"%\((\w+)\)s", lambda found: f"${names.index(found[1]) + 1}", body).replace("%%", "%")
    head = f"PREPARE retention_decide_one ({', '.join(types[name] for name in names)}) AS"
    filled = ", ".join(f"%({name})s::{types[name]}" for name in names)
    return f"{head} {numbered}", f"EXECUTE retention_decide_one ({filled})"


PREPARE_ONE, EXECUTE_ONE = _prepared(DECIDE_ONE)
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
