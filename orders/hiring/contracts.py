"""An accepted offer as the terms of a contract."""

from marketplace.kernel.money import format_major
from orders.hiring.quotes import Quote, stages_of
from orders.service.terms import CommissionTerms, MilestoneTerms, RecurringTerms, Terms


def terms_of(quote: Quote, *, title: str, category: str, auto_accept_days: int) -> Terms:
    """What is signed: the offer's scope with its lines, milestones or monthly fee, commission and revisions.

    A fixed price is one milestone with the need's title. `category` is a slug.
    """
    stages = stages_of(quote, title[:80])
    return Terms(
        title=title,
        category=category,
        model=quote.model,  # type: ignore[arg-type]  # an offer's models are some of a contract's
        currency=quote.currency,
        scope=f"{quote.scope}\n\n{lines_of(quote)}",
        milestones=tuple(
            MilestoneTerms(stage.name, stage.amount, due_days=stage.due_days, deliverable=stage.deliverable) for stage in stages
        ),
        recurring=_recurring(quote) if quote.is_monthly else None,
        revisions=quote.revisions,
        auto_accept_days=auto_accept_days,
    )


def lines_of(quote: Quote) -> str:
    """The lines as they are signed, in no language: name, quantity × price = amount."""
    return "\n".join(
        f"- {item.name}: {item.quantity} × {format_major(item.unit_minor, quote.currency)}"
        f" = {format_major(item.amount, quote.currency)} {quote.currency}"
        for item in quote.items
    )


def _recurring(quote: Quote) -> RecurringTerms:
    share = quote.commission
    return RecurringTerms(
        monthly_minor=quote.total,
        min_months=quote.min_months,
        notice_days=quote.notice_days,
        commission=None
        if share is None
        else CommissionTerms(share.rate, share.baseline, None, share.cap, share.excludes_returns),
    )
