"""Who may do what with a contract: the right each act needs, by side. States are judged in `policies`."""

from marketplace.accounts.roles import Permission
from orders.service.terms import Side

_HIRE, _PAY, _SELL, _DELIVER = Permission.HIRE, Permission.PAY, Permission.SELL, Permission.DELIVER
RIGHTS: dict[tuple[Side, str], Permission] = {
    **{("merchant", act): _HIRE for act in ("draft", "revise", "accept", "cancel", "pause", "resume", "give_notice")},
    **{("merchant", act): _HIRE for act in ("withdraw_notice", "continue_trial", "end_trial", "hand_over", "cancel_late")},
    **{("merchant", act): _HIRE for act in ("accept_milestone", "request_changes", "extend_review", "split", "comment")},
    ("merchant", "fund"): _PAY,
    ("merchant", "autopay"): _PAY,
    **{("provider", act): _SELL for act in ("revise", "accept", "cancel", "give_notice", "withdraw_notice", "end_trial")},
    **{("provider", act): _SELL for act in ("split", "refund")},
    **{("provider", act): _DELIVER for act in ("deliver", "hand_over", "comment")},
}


def right_of(side: Side, act: str) -> Permission:
    """The right an act needs. Raises KeyError for an act that side has not."""
    return RIGHTS[side, act]
