"""Acts on offers, one keyword-only function each."""

from orders.offers.operations.refusing import refuse_offers, take_offers
from orders.offers.operations.sending import Offer, send_offers, withdraw_offer

__all__ = ["Offer", "refuse_offers", "send_offers", "take_offers", "withdraw_offer"]
