"""From a row of the files to what a listing's version says. Yuan become fen, days become moments."""

from collections.abc import Callable
from typing import Any

from providers.catalogue.models import Category
from providers.demo.calendar import Calendar
from providers.demo.files import Row

YUAN = 100
PERIODS = (1, 3, 6, 12)
UNITS = {
    "project": {"code": "project", "zh": "次", "en": "project"},
    "month": {"code": "month", "zh": "月", "en": "month"},
    "session": {"code": "session", "zh": "人", "en": "person"},
    "own": {"code": "own", "zh": "套餐", "en": "package"},
}
UNIT_OF = {
    "fixed": "project", "milestone": "project", "retainer": "month", "retainer_commission": "month", "subscription": "month",
    "metered": "month", "session": "session", "unit": "own",
}  # fmt: skip


def content_of(row: Row, category: Category, calendar: Calendar) -> dict[str, Any]:
    """Everything but the pictures."""
    return {
        "category": category,
        **_both("title", row["title"]), **_both("summary", row["summary"]), **_both("body", row["body"]),
        "attributes": row["attributes"], "platforms": row["platforms"], "industries": row["industries"], "belts": row["belts"],
        "languages": row["languages"], "pricing_model": row["pricing"], "currency": "CNY",
        "offer": _offer(row, calendar), "terms": _terms(row["terms"]),
    }  # fmt: skip


def _both(name: str, pair: Row) -> Row:
    return {f"{name}_zh": pair["zh"], f"{name}_en": pair["en"]}


def _named(row: Row) -> Row:
    return {"name_zh": row["zh"], "name_en": row["en"]}


def _offer(row: Row, calendar: Calendar) -> Row:
    offer: Row = {}
    if row["pricing"] != "quote":
        offer["unit"] = UNITS[_unit(row)]
    parts: dict[str, Callable[[Any], Any]] = {
        "packages": _packages, "scope": _scope, "extras": _extras, "milestones": _milestones, "commission": _commission,
        "editions": _editions, "metered": _metered,
    }  # fmt: skip
    for name, part in parts.items():
        if row.get(name):
            offer[name] = part(row[name])
    if row.get("min_months"):
        offer["min_months"] = row["min_months"]
    if row.get("editions"):
        offer["periods"] = list(PERIODS)
    if row.get("sessions"):
        offer["sessions"] = [_session(n, each, calendar) for n, each in enumerate(row["sessions"], start=1)]
    if row.get("hint"):
        offer |= _both("hint", row["hint"])
    return offer


def _unit(row: Row) -> str:
    """Seats are priced by the month where a package runs a month, by the package otherwise."""
    if row["pricing"] == "seat_shift":
        return "month" if all(_is_monthly(each) for each in row["packages"]) else "own"
    return UNIT_OF[row["pricing"]]


def _is_monthly(package: Row) -> bool:
    return package.get("days") in (30, 60)


def _packages(rows: list[Row]) -> list[Row]:
    return [
        {"key": f"p{n}", **_named(row), "price_minor": row["price"] * YUAN, "revisions": row["revisions"]}
        | ({"delivery_days": row["days"]} if row.get("days") and not all(_is_monthly(each) for each in rows) else {})
        for n, row in enumerate(rows, start=1)
    ]


def _scope(rows: list[Row]) -> list[Row]:
    return [{"label_zh": row["zh"], "label_en": row["en"], "cells": row["cells"]} for row in rows]


def _extras(rows: list[Row]) -> list[Row]:
    return [{"key": f"x{n}", **_named(row), "price_minor": row["price"] * YUAN} for n, row in enumerate(rows, start=1)]


def _milestones(rows: list[Row]) -> list[Row]:
    return [{**_named(row), "share": row["percent"] * 100} for row in rows]


def _commission(row: Row) -> Row:
    return {
        "rate": row["rate"], "baseline_minor": row["baseline"] * YUAN, "floor_minor": None, "cap_minor": row["cap"] * YUAN,
        "excludes_returns": row["excludes_returns"],
    }  # fmt: skip


def _editions(rows: list[Row]) -> list[Row]:
    return [
        {
            "key": f"e{n}",
            **_named(row),
            "prices": {str(months): price * YUAN for months, price in zip(PERIODS, row["prices"], strict=True)},
        }
        for n, row in enumerate(rows, start=1)
    ]


def _metered(row: Row) -> Row:
    tiers = [{"upto": tier["upto"], "price_minor": tier["fen"]} for tier in row["tiers"]]
    return {
        **_both("unit", row["unit"]), "base_minor": row["base"] * YUAN, "included": row["included"], "per": row["per"],
        "tiers": tiers, "cap_minor": None,
    }  # fmt: skip


def _session(number: int, row: Row, calendar: Calendar) -> Row:
    return {
        "key": f"s{number}", "starts_at": calendar.class_day(row["in_days"], row["hour"]).isoformat(), "minutes": row["minutes"],
        "seats": row["seats"], "price_minor": row["price"] * YUAN, **_both("place", row["place"]), "online": row["online"],
    }  # fmt: skip


def _terms(row: Row) -> Row:
    kept: Row = {name: row[name] for name in ("lead_days", "trial_days", "response_hours", "notice_days") if name in row}
    return {**kept, **_both("hours", row["hours"]), **_both("cancellation", row["cancellation"])}
