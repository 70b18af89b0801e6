"""Every act on contracts and work, one function each.

Lock policy: the order's row first, then its milestones by id, then escrow's deal and the ledger's accounts (see `common`).
"""

from orders.service.operations.accepting import (
    accept_milestone,
    agree_split,
    decline_split,
    preview,
    propose_split,
    refund_milestone,
)
from orders.service.operations.buying import buy_package
from orders.service.operations.delivering import comment, deliver, extend_review, request_changes
from orders.service.operations.drafting import (
    Source,
    accept_contract,
    cancel_order,
    draft_order,
    extend_contract,
    revise_contract,
)
from orders.service.operations.ending import (
    cancel_late,
    continue_trial,
    end_trial,
    give_notice,
    hand_over,
    pause_order,
    resume_order,
    withdraw_notice,
)
from orders.service.operations.freezing import freeze_milestone, settle_milestone, thaw_milestone
from orders.service.operations.funding import fund_from_payment, fund_milestone
from orders.service.operations.recurring import add_variable
from orders.service.operations.timing import sweep

__all__ = [
    "Source",
    "accept_contract",
    "accept_milestone",
    "add_variable",
    "agree_split",
    "buy_package",
    "cancel_late",
    "cancel_order",
    "comment",
    "continue_trial",
    "decline_split",
    "deliver",
    "draft_order",
    "end_trial",
    "extend_contract",
    "extend_review",
    "freeze_milestone",
    "fund_from_payment",
    "fund_milestone",
    "give_notice",
    "hand_over",
    "pause_order",
    "preview",
    "propose_split",
    "refund_milestone",
    "request_changes",
    "resume_order",
    "revise_contract",
    "settle_milestone",
    "sweep",
    "thaw_milestone",
    "withdraw_notice",
]
