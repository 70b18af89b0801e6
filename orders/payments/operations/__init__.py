"""What can be done with payments; see the modules. Other rooms begin here.

    start_pay_in(merchant_id=…, amount=…, currency="CNY", gateway="bank", purpose="milestone", subject_id=12, at=…, by=…)

Locks, in this order: payments in (by id) → payment back → whatever `on_paid` of a purpose locks → ledger accounts.
"""

from orders.payments.operations.starting import BadPayment, start_pay_in

__all__ = ["BadPayment", "start_pay_in"]
