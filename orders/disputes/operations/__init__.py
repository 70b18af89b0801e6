"""Every act in a dispute, one function each.

Lock policy: the order's row first, then the dispute's, then its milestones (service), then escrow's deal and the ledger.
"""

from orders.disputes.operations.advancing import advance_dispute, sweep
from orders.disputes.operations.deciding import decide_appeal, propose, rule
from orders.disputes.operations.opening import open_dispute
from orders.disputes.operations.parties import act_in_dispute

__all__ = ["act_in_dispute", "advance_dispute", "decide_appeal", "open_dispute", "propose", "rule", "sweep"]
