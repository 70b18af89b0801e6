"""Alipay: its own page for computers (alipay.trade.page.pay), refunds, signed callbacks."""
