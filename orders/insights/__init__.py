"""Spend and effect, the provider's funnel, the market's liquidity."""
