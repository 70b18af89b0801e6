"""Kill switches, as the outbox sees them: functions that say which programs must not send now."""

from collections.abc import Callable

#: `veto(merchant_id, programs) -> those of the programs that are switched off`; in the merchant's scope.
Veto = Callable[[int, set[str]], set[str]]

_vetoes: list[Veto] = []


def register_veto(veto: Veto) -> None:
    """Add a veto (from `AppConfig.ready()`); adding it again changes nothing."""
    if veto not in _vetoes:
        _vetoes.append(veto)


def killed(merchant_id: int, programs: set[str]) -> set[str]:
    """Those of the programs that any veto names."""
    return {program for veto in _vetoes for program in veto(merchant_id, programs)} & programs if programs else set()
