"""Acts of hiring, one module per stage.

Locks are taken in one order: need → invitation → proposal → what `orders.service` locks. All of them lie with the merchant, so
an act of a provider first proves in its own scope that it is a party, and then works in the merchant's.
"""
