"""Which state may follow which: one table per state machine."""

#: What a person decides; the words rooms get in their handlers.
APPROVED, CHANGES_REQUESTED, REJECTED = "approved", "changes_requested", "rejected"
VERDICTS = (APPROVED, CHANGES_REQUESTED, REJECTED)

#: `sampled` was approved by rule and waits for a second look; `auto_approved` was not drawn.
REVIEW: dict[str, frozenset[str]] = {
    "waiting": frozenset({APPROVED, CHANGES_REQUESTED, REJECTED, "withdrawn", "auto_approved", "sampled"}),
    "sampled": frozenset({APPROVED, CHANGES_REQUESTED, REJECTED}),
    "auto_approved": frozenset(),
    APPROVED: frozenset(),
    CHANGES_REQUESTED: frozenset(),
    REJECTED: frozenset(),
    "withdrawn": frozenset(),
}
#: What stands in the inbox.
OPEN = ("waiting", "sampled")

REPORT: dict[str, frozenset[str]] = {
    "open": frozenset({"upheld", "dismissed"}),
    "upheld": frozenset(),
    "dismissed": frozenset(),
}
#: `active` works until it ends; `served` has ended; `lifted` was taken back on appeal and counts no points.
PENALTY: dict[str, frozenset[str]] = {
    "active": frozenset({"served", "lifted"}),
    "served": frozenset({"lifted"}),
    "lifted": frozenset(),
}
APPEAL: dict[str, frozenset[str]] = {
    "open": frozenset({"upheld", "denied", "withdrawn"}),
    "upheld": frozenset(),
    "denied": frozenset(),
    "withdrawn": frozenset(),
}


def may_become(table: dict[str, frozenset[str]], now: str, then: str) -> bool:
    """Whether the table allows this step; an unknown state allows none."""
    return then in table.get(now, frozenset())
