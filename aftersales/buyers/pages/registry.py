"""Which page shows which kind of link."""

from aftersales.buyers.links import Purpose
from aftersales.buyers.pages import opt_out, presale, price_protection, refund, retention
from aftersales.buyers.pages.contract import Page

PAGES: dict[Purpose, Page] = {
    Purpose.PRICE_PROTECTION: price_protection.PAGE,
    Purpose.PRESALE: presale.PAGE,
    Purpose.RETENTION: retention.PAGE,
    Purpose.OPT_OUT: opt_out.PAGE,
    Purpose.REFUND: refund.PAGE,
}
