"""Checking a policy's values, for every program: a check returns the value to store or raises BadPolicy naming the parameter."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from marketplace.kernel.errors import UserError

Check = Callable[[str, Any], Any]


class BadPolicy(UserError):
    """A policy value that is not allowed, or a policy that may not pay."""


def choice(*allowed: str, **synonyms: str) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        found = synonyms.get(str(value), value)
        if found not in allowed:
            raise BadPolicy(_("%(name)s must be one of %(allowed)s.") % {"name": name, "allowed": ", ".join(allowed)})
        return str(found)

    return check


def flag(name: str, value: Any) -> bool:
    known = {True: True, False: False, "on": True, "off": False, "true": True, "false": False}
    if not isinstance(value, bool | str) or value not in known:
        raise BadPolicy(_("%(name)s must be on or off.") % {"name": name})
    return known[value]


def whole(low: int, high: int, *, nothing: tuple[Any, ...] = ()) -> Callable[[str, Any], int | None]:
    def check(name: str, value: Any) -> int | None:
        if nothing and (value is None or value in nothing):
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            range_ = {"name": name, "low": low, "high": high}
            raise BadPolicy(_("%(name)s must be a whole number from %(low)s to %(high)s.") % range_)
        return value

    return check


def checked(settings: Mapping[str, Any], checks: Mapping[str, Check], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter with an allowed value, defaults filled in. Raises BadPolicy for an unknown parameter or a bad value."""
    unknown = sorted(set(settings) - set(checks))
    if unknown:
        names = {"name": unknown[0], "known": ", ".join(checks)}
        raise BadPolicy(_("Unknown parameter %(name)s; known are %(known)s.") % names)
    return {name: check(name, settings.get(name, defaults[name])) for name, check in checks.items()}
