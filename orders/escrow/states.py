"""What the state of a deal allows. Released money can be taken back after the deal is closed; nothing else moves then."""

from marketplace.kernel.transitions import Table

DEAL: Table = {
    ("open", "hold"): "open",
    ("open", "release"): "open",
    ("open", "refund"): "open",
    ("open", "roll"): "open",
    ("open", "reverse"): "open",
    ("open", "charge"): "open",
    ("open", "close"): "closed",
    ("closed", "reverse"): "closed",
    ("closed", "charge"): "closed",
}
