"""An accepted offer as the terms of a contract."""

from marketplace.kernel.money import format_major
from orders.hiring.quotes import Quote, stages_of
from orders.service.terms import CommissionTerms, MilestoneTerms, RecurringTerms, Terms, UnitTerms


def terms_of(quote: Quote, *, title: str, category: str, auto_accept_days: int) -> Terms:
    """What is signed: the offer's scope with its lines, milestones, units or fee of a period, commission and revisions.

    A fixed price is one milestone with the need's title, and so are units that are counted once. `category` is a slug.
    """
    stages = stages_of(quote, title[:80])
    return Terms(
        title=title,
        category=category,
        model=quote.model,  # type: ignore[arg-type]  # an offer's models are a contract's
        currency=quote.currency,
        scope=f"{quote.scope}\n\n{lines_of(quote)}",
        milestones=tuple(
            MilestoneTerms(stage.name, stage.amount, due_days=stage.due_days, deliverable=stage.deliverable) for stage in stages
        ),
        recurring=_recurring(quote) if quote.is_standing else None,
        units=UnitTerms(quote.items[0].name, quote.items[0].unit_minor, quote.items[0].quantity) if quote.is_counted else None,
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
        period_minor=quote.total if quote.period_months > 1 else None,
        period_months=quote.period_months,
        min_months=quote.min_months,
        notice_days=quote.notice_days,
        commission=None
        if share is None
        else CommissionTerms(share.rate, share.baseline, None, share.cap, share.excludes_returns),
    )
