"""The numbers of targeted offers. The pages print them from here."""

from datetime import timedelta

#: Coupons a provider sends within the window, and of them to the same merchant.
MOST_SENT, MOST_TO_ONE = 20, 2
WINDOW = timedelta(days=30)
#: How many days a coupon can be good for.
SHORTEST, LONGEST = 3, 60
#: The largest discount, in 1/10,000 of the price: what is given away is no price.
MOST_OFF = 8_000
#: Price models whose price a coupon lowers: those that can be ordered as they stand. The others are quoted.
DISCOUNTED = frozenset({"fixed", "milestone", "retainer", "retainer_commission", "seat_shift", "unit", "subscription"})
