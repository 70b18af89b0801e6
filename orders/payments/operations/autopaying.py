"""Paying invoices while nobody is at the screen: permitted by a merchant, up to a limit per period, three tries, then told.

One transaction per try. It begins with the permission's row, locked: whoever stops it waits for a try that has begun, and no try
begins afterwards. Locks, in this order: permission → invoice of the permission → what paying locks (order → milestones → ledger).
Nothing else takes a permission while it holds an order.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.audit.operations import record
from marketplace.kernel.errors import NotFound, UserError
from marketplace.kernel.market import MARKET_ZONE
from marketplace.kernel.transitions import NotPossible, after
from marketplace.outbox import both
from marketplace.outbox.people import Fact, tell
from marketplace.tenancy.actor import Actor
from marketplace.tenancy.scope import scope
from orders.escrow.errors import NotEnoughInWallet
from orders.payments.autopay import TRIES, Due, Invoice, Source, Standing, source_named, sources
from orders.payments.gateways import usable
from orders.payments.models import Autopay, AutopayInvoice
from orders.payments.operations.common import change
from orders.payments.operations.starting import MOST, BadPayment, start_pay_in
from orders.payments.queries import spent_by_autopay
from orders.payments.states import AUTOPAY, AUTOPAY_INVOICE, OPEN

log = logging.getLogger(__name__)
ZONE = MARKET_ZONE
BATCH = 500
#: Nobody is at the screen: a payment that is begun waits a day for somebody.
PAYMENT_WAITS = timedelta(days=1)


def authorise(*, merchant_id: int, kind: str, subject_id: int, limit: int, gateway: str = "", by: Actor, at: datetime) -> Autopay:
    """Permit paying, or change the limit (minor units per period) or the way missing money is paid in.

    Raises NotFound, NotPossible for a subject from which nothing more comes, BadPayment.
    """
    source = source_named(kind)
    with scope(merchant_id, durable=True):
        standing = _standing(source, merchant_id, subject_id)
        if not standing.is_open:
            raise NotPossible(_("Nothing more is invoiced under it."))
        _require_sound(standing, limit, gateway)
        row = _locked(merchant_id, kind, subject_id)
        facts = {"currency": standing.currency, "limit": limit, "gateway": gateway}
        given = {"authorised_at": at, "authorised_by": by.label}
        if row is None:
            row = Autopay.objects.create(merchant_id=merchant_id, kind=kind, subject_id=subject_id, **facts, **given)
        else:
            state = after(AUTOPAY, row.state, "authorise")
            change(row, state=state, stopped_at=None, stopped_by="", **facts, **given)
        _note(row, "authorised", by, **facts)
        _say(row, source, standing, "authorised", f"{at:%Y%m%d%H%M%S}", at, limit=both.money(limit, standing.currency))
    return row


def stop(*, merchant_id: int, kind: str, subject_id: int, by: Actor, at: datetime) -> Autopay:
    """Pay nothing by itself any more, from now on. Stopping twice changes nothing. Raises NotFound."""
    source = source_named(kind)
    with scope(merchant_id, durable=True):
        row = _locked(merchant_id, kind, subject_id)
        if row is None:
            raise NotFound("There is no such autopay.")
        if row.state == "active":
            change(row, state=after(AUTOPAY, row.state, "stop"), stopped_at=at, stopped_by=by.label)
            _note(row, "stopped", by)
            _say(row, source, _standing(source, merchant_id, subject_id), "stopped", f"{at:%Y%m%d%H%M%S}", at)
    return row


def due(at: datetime, limit: int = BATCH) -> list[Due]:
    """(merchant, permission, invoice) of everything to be tried now: one statement per kind of source, as the system role."""
    with scope(using="system", read_only=True):
        return [each for source in sources() for each in source.due(at, limit)]


def sweep(*, by: Actor, at: datetime, limit: int = BATCH) -> int:
    """Try everything that is due; how many invoices were paid. Doing it twice, or again after it was killed, changes nothing."""
    paid = 0
    for merchant_id, autopay_id, invoice_id in due(at, limit):
        try:
            paid += attempt(merchant_id=merchant_id, autopay_id=autopay_id, invoice_id=invoice_id, by=by, at=at) == "paid"
        except Exception:  # one broken invoice must not keep the others waiting; nothing of its try is kept, and it comes again
            log.exception("autopay %s could not try invoice %s", autopay_id, invoice_id)
    return paid


def attempt(*, merchant_id: int, autopay_id: int, invoice_id: int, by: Actor, at: datetime) -> str:
    """One try, in a transaction of its own: "paid", "waiting", "failed"; "" when there is nothing to try (any more)."""
    with scope(merchant_id, durable=True):
        row = locked_permission(merchant_id, autopay_id)
        if row is None or row.state != "active":
            return ""
        source = source_named(row.kind)
        invoice = source.invoice(merchant_id, row.subject_id, invoice_id, at)
        known = AutopayInvoice.objects.filter(merchant_id=merchant_id, autopay=row, invoice_id=invoice_id).first()
        if invoice is None or (known is not None and (known.next_at is None or known.next_at > at)):
            return ""
        tried = known or AutopayInvoice(
            merchant_id=merchant_id, autopay=row, invoice_id=invoice_id, first_at=at, next_at=at
        )  # fmt: skip
        tried.title, tried.amount, tried.period = invoice.title[:160], invoice.amount, invoice.period
        return _try(row, tried, invoice, source, by, at)


def locked_permission(merchant_id: int, autopay_id: int) -> Autopay | None:
    """The permission, locked: one try at a time, and none while it is being stopped."""
    return Autopay.objects.select_for_update().filter(merchant_id=merchant_id, pk=autopay_id).first()


def _try(row: Autopay, tried: AutopayInvoice, invoice: Invoice, source: Source, by: Actor, at: datetime) -> str:
    if spent_by_autopay(row, invoice.period) + invoice.amount > row.limit:
        return _not_paid(row, tried, invoice, source, by, at, "over_limit")
    try:
        with transaction.atomic():
            source.pay(merchant_id=row.merchant_id, invoice_id=invoice.id, by=by, at=at)
    except NotEnoughInWallet as error:
        return _not_paid(row, tried, invoice, source, by, at, "short", missing=error.missing)
    except UserError as error:
        return _not_paid(row, tried, invoice, source, by, at, "refused", detail=str(error))
    tried.state, tried.next_at, tried.closed_at = after(AUTOPAY_INVOICE, tried.state, "pay"), None, at
    tried.tries, tried.reason, tried.detail = tried.tries + 1, "", ""
    tried.save()
    _note(row, "paid", by, invoice_id=invoice.id, amount=invoice.amount, currency=invoice.currency, attempt=tried.tries)
    standing = _standing(source, row.merchant_id, row.subject_id)
    _say(
        row, source, standing, "paid", f"{invoice.id}", at, invoice=invoice.title,
        amount=both.money(invoice.amount, invoice.currency),
    )  # fmt: skip
    return "paid"


def _not_paid(
    row: Autopay, tried: AutopayInvoice, invoice: Invoice, source: Source, by: Actor, at: datetime, reason: str,
    *, missing: int = 0, detail: str = "",
) -> str:  # fmt: skip
    """Count the try; after the third the merchant has to act. Where the wallet is short a payment is begun."""
    tried.tries, tried.reason, tried.detail = tried.tries + 1, reason, detail[:300]
    is_last = tried.tries >= len(TRIES)
    tried.state = after(AUTOPAY_INVOICE, tried.state, "give_up" if is_last else "put_off")
    tried.next_at = None if is_last else max(tried.first_at + TRIES[tried.tries], at + timedelta(days=1))
    tried.closed_at = at if is_last else None
    tried.save()
    _note(row, "failed" if is_last else "put_off", by, invoice_id=invoice.id, amount=invoice.amount, attempt=tried.tries,
          reason=detail or reason)  # fmt: skip
    url = _begin_payment(row, tried, source, missing, by, at) if reason == "short" else ""
    facts: dict[str, Fact] = {
        "invoice": invoice.title, "amount": both.money(invoice.amount, invoice.currency),
        "limit": both.money(row.limit, row.currency),
        "missing": both.money(missing, row.currency), "reason": detail, "rests": both.moment(invoice.rests_at),
        "next": both.moment(tried.next_at or invoice.rests_at),
    }  # fmt: skip
    standing = _standing(source, row.merchant_id, row.subject_id)
    _say(row, source, standing, "failed" if is_last else reason, f"{invoice.id}:{tried.tries}", at, url=url, **facts)
    return str(tried.state)


def _begin_payment(row: Autopay, tried: AutopayInvoice, source: Source, missing: int, by: Actor, at: datetime) -> str:
    """Ask for what is missing, unless that is asked for already; the payment's page, or "" where none could be begun."""
    known = tried.pay_in
    if known is None or known.state not in OPEN or known.expires_at <= at:
        if not row.gateway:
            return ""
        try:
            with transaction.atomic():
                known = start_pay_in(
                    merchant_id=row.merchant_id, amount=missing, currency=row.currency, gateway=row.gateway,
                    purpose=source.pay_in_purpose, subject_id=tried.invoice_id, memo=tried.title,
                    key=f"autopay:{tried.pk}:{tried.tries}", lasts=PAYMENT_WAITS, at=at, by=by,
                )  # fmt: skip
        except (BadPayment, NotFound):  # switched off since, or too many wait already: he is told all the same
            return ""
        change(tried, pay_in=known)
    return f"/money/in/{known.pk}/"


def _standing(source: Source, merchant_id: int, subject_id: int) -> Standing:
    found = source.standing(merchant_id, subject_id)
    if found is None:
        raise NotFound("There is nothing that could be paid by itself.")
    return found


def _require_sound(standing: Standing, limit: int, gateway: str) -> None:
    if not 0 < limit <= MOST:
        raise BadPayment(_("Enter an amount above zero."))
    if limit < standing.usual:
        amount: dict[str, Fact] = {"amount": both.money(standing.usual, standing.currency)}
        raise BadPayment(_("One period costs %(amount)s: with a lower limit nothing would be paid.") % amount)
    if gateway and gateway not in [each.name for each in usable(standing.currency)]:
        raise BadPayment(_("This way of paying does not take this currency. Choose another."))


def _locked(merchant_id: int, kind: str, subject_id: int) -> Autopay | None:
    rows = Autopay.objects.select_for_update().filter(merchant_id=merchant_id, kind=kind, subject_id=subject_id)
    return rows.first()


def _note(row: Autopay, what: str, by: Actor, **facts: object) -> None:
    about = {"autopay_id": row.pk, "subject": f"{row.kind}:{row.subject_id}", **facts}
    record(merchant_id=row.merchant_id, by=by, action=f"payments.autopay.{what}", facts=about)


def _say(
    row: Autopay, source: Source, standing: Standing, what: str, key: str, at: datetime, *, url: str = "", **facts: Fact
) -> None:  # fmt: skip
    tell(
        organization_id=row.merchant_id, kind=f"payments.autopay.{what}", facts={"title": standing.title, **facts},
        url=url or source.url(row.subject_id), effect_key=f"autopay:{row.pk}:{what}:{key}", at=at,
    )  # fmt: skip
