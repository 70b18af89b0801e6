"""Which page shows which kind of link."""

from aftersales.buyers.links import Purpose
from aftersales.buyers.pages import presale, price_protection
from aftersales.buyers.pages.contract import Page

PAGES: dict[Purpose, Page] = {
    Purpose.PRICE_PROTECTION: price_protection.PAGE,
    Purpose.PRESALE: presale.PAGE,
}
