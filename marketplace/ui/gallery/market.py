"""Samples of the market's components: fixed, so that pictures can be compared."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.ui.offers import Cell, Column, Comparison, Picture, Price, Row, Seller, ServiceCard

SELLERS = (
    Seller("云途运营", "#market", None, level=4, score="92.4", is_verified=True),
    Seller("Lumen Studio", "#market", Picture("/static/img/mark.svg"), level=2, score="77.0"),
    Seller("远桥跨境", "#market", is_newcomer=True),
)
PRICES = (Price("¥6,800", _("month"), is_least=True), Price("¥0.35", _("message")), Price("¥12,800"), Price())


def context() -> dict[str, Any]:
    """What the gallery's part about the market shows."""
    return {
        "sellers": SELLERS,
        "prices": PRICES,
        "levels": (1, 2, 3, 4),
        "service": _service(),
        "bare_service": ServiceCard("bare", str(_("A service that says little")), "#market", SELLERS[2], Price(), icon="code"),
        "packages": _packages(),
        "differing": _differing(),
    }


def _service() -> ServiceCard:
    return ServiceCard(
        slug="sample",
        title=str(_("Whole-shop operation for furniture")),
        url="#market",
        seller=SELLERS[0],
        price=PRICES[0],
        summary=str(_("One manager, two operators and one buyer of traffic; a review each month.")),
        kind=_("Shop operation"),
        tags=(_("Foshan furniture"), _("JD.com")),
        facts=(("clock", _("7 days")), ("refresh", _("Renewed 84%"))),
        reasons=(_("Score 92.4 from 42 jobs"), _("Most of its customers renew"), _("Covers Foshan furniture")),
        note=_("Newcomer"),
    )


def _packages() -> Comparison:
    columns = tuple(Column(name, price) for name, price in ((_("Basic"), PRICES[0]), (_("Plus"), PRICES[2])))
    rows = (
        Row(_("Delivered within"), (Cell(_("7 days")), Cell(_("14 days"), _("at the soonest")))),
        Row(_("Daily look at the shop"), (Cell(is_yes=True), Cell(is_yes=True))),
        Row(_("Filming on site"), (Cell(is_yes=False), Cell(is_yes=True))),
    )
    return Comparison(_("Packages"), columns, rows)


def _differing() -> Comparison:
    columns = tuple(Column(seller.name, PRICES[0], "#market", _("Shop operation")) for seller in (*SELLERS, SELLERS[0]))
    rows = (
        Row(_("Level"), tuple(Cell(str(seller.level)) for seller in (*SELLERS, SELLERS[0])), differs=True),
        Row(_("Languages"), (Cell(_("Mandarin")),) * 4),
    )
    return Comparison(_("Services side by side"), columns, rows)
