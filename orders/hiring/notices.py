"""What both sides are told while a need finds its provider."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from marketplace.outbox.people import Fact, Notice, tell
from marketplace.tenancy.scope import scope

HIRERS = ("owner", "admin", "hiring")
SELLERS = ("owner", "admin", "hiring", "operator")
NOTICES = (
    Notice(
        kind="orders.lead.invited",
        subject=gettext_noop("You are invited to answer “%(title)s”"),
        body=gettext_noop("Say yes or no until %(until)s. Saying no costs nothing; silence counts as a late answer."),
        roles=SELLERS,
        label=_("Lead: invitation"),
    ),
    Notice(
        kind="orders.lead.closed",
        subject=gettext_noop("“%(title)s” is over"),
        body=gettext_noop("The need was filled, withdrawn or closed. There is nothing left to do."),
        roles=SELLERS,
        label=_("Lead: over"),
    ),
    Notice(
        kind="orders.lead.refutation_decided",
        subject=gettext_noop("“%(title)s”: decision about the bad lead"),
        body=gettext_noop("%(answer)s"),
        roles=SELLERS,
        label=_("Lead: decision about a bad lead"),
    ),
    Notice(
        kind="orders.need.answered",
        subject=gettext_noop("%(provider)s will send a proposal for “%(title)s”"),
        body=gettext_noop("Proposals come until %(until)s."),
        roles=HIRERS,
        label=_("Need: a provider takes part"),
    ),
    Notice(
        kind="orders.need.declined",
        subject=gettext_noop("%(provider)s does not take part in “%(title)s”"),
        body=gettext_noop("A place is free again: you can invite somebody else."),
        roles=HIRERS,
        label=_("Need: a provider declined"),
    ),
    Notice(
        kind="orders.need.closed",
        subject=gettext_noop("“%(title)s” was closed: nobody was chosen in time"),
        body=gettext_noop("Write it anew from the old one when it is still needed."),
        roles=HIRERS,
        label=_("Need: closed"),
    ),
    Notice(
        kind="orders.proposal.received",
        subject=gettext_noop("%(provider)s sent a proposal for “%(title)s”"),
        body=gettext_noop("It is valid until %(until)s."),
        roles=HIRERS,
        label=_("Proposal: received"),
    ),
    Notice(
        kind="orders.proposal.sealed",
        subject=gettext_noop("A sealed proposal came in for “%(title)s”"),
        body=gettext_noop("It is opened together with the others on %(until)s."),
        roles=HIRERS,
        label=_("Proposal: sealed"),
    ),
    Notice(
        kind="orders.proposal.revised",
        subject=gettext_noop("%(provider)s changed the proposal for “%(title)s”"),
        body=gettext_noop("The new offer is valid until %(until)s."),
        roles=HIRERS,
        label=_("Proposal: changed"),
    ),
    Notice(
        kind="orders.proposal.withdrawn",
        subject=gettext_noop("%(provider)s withdrew the proposal for “%(title)s”"),
        body=gettext_noop("You can choose among the others or invite somebody else."),
        roles=HIRERS,
        label=_("Proposal: withdrawn"),
    ),
    Notice(
        kind="orders.proposal.agreed",
        subject=gettext_noop("%(provider)s agreed to your counter-offer for “%(title)s”"),
        body=gettext_noop("The contract is ready: read and sign it."),
        roles=HIRERS,
        label=_("Proposal: counter-offer agreed"),
    ),
    Notice(
        kind="orders.proposal.countered",
        subject=gettext_noop("A counter-offer came for “%(title)s”"),
        body=gettext_noop("Agree or answer with another offer until %(until)s."),
        roles=SELLERS,
        label=_("Proposal: counter-offer"),
    ),
    Notice(
        kind="orders.proposal.accepted",
        subject=gettext_noop("Your proposal for “%(title)s” was accepted"),
        body=gettext_noop("The contract is ready: read and sign it."),
        roles=SELLERS,
        label=_("Proposal: accepted"),
    ),
    Notice(
        kind="orders.proposal.declined",
        subject=gettext_noop("Your proposal for “%(title)s” was not chosen"),
        body=gettext_noop("Thank you for the work. It does not change your score."),
        roles=SELLERS,
        label=_("Proposal: not chosen"),
    ),
    Notice(
        kind="orders.proposal.expired",
        subject=gettext_noop("The proposal for “%(title)s” ran out"),
        body=gettext_noop("Nobody answered in seven days. It can be put forward again while the need is open."),
        roles=SELLERS,
        label=_("Proposal: ran out"),
    ),
)


def told(organization_id: int, what: str, facts: Mapping[str, Fact], *, url: str, key: str, at: datetime) -> None:
    """Tell one of the parties, in its own scope and the caller's transaction."""
    with scope(organization_id):
        tell(organization_id=organization_id, kind=f"orders.{what}", facts=facts, url=url, effect_key=key, at=at)
