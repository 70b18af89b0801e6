"""Acts on measured outcomes."""

from orders.outcomes.operations.counting import count
from orders.outcomes.operations.listening import listen
from orders.outcomes.operations.settling import settle, settle_at_end, sweep_merchant

__all__ = ["count", "listen", "settle", "settle_at_end", "sweep_merchant"]
