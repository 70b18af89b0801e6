"""Policies and claims in sentences a merchant reads."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aftersales.models import Claim
from aftersales.web.forms import EXCLUSION_LABELS
from marketplace.ui import formats


def policy_sentences(settings: dict[str, Any], currency: str) -> list[str]:
    """What a policy means, one rule a sentence."""
    return [
        text for text in (_window(settings), _comparison(settings), *_limits(settings, currency), *_exceptions(settings)) if text
    ]


def _window(settings: dict[str, Any]) -> str:
    days = settings["window_days"]
    anchor = {"delivered": _("delivery"), "paid": _("payment"), "completed": _("completion")}[settings["window_anchor"]]
    return ngettext(
        "Every line is protected until the end of %(days)s day after %(anchor)s, in the shop's time zone.",
        "Every line is protected until the end of %(days)s days after %(anchor)s, in the shop's time zone.",
        days,
    ) % {"days": days, "anchor": anchor}


def _comparison(settings: dict[str, Any]) -> str:
    if settings["price_point"] == "lowest":
        found = _("The buyer gets the difference to the lowest price in that time.")
    else:
        found = _("The buyer gets the difference to the price at the time of the claim.")
    coupons = {"public": _("Coupons anybody may claim count."), "held": _("Coupons the buyer holds count.")}
    said = coupons.get(settings["coupon_basis"])
    return _("%(first)s %(second)s") % {"first": found, "second": said} if said else found


def _limits(settings: dict[str, Any], currency: str) -> list[str]:
    found = []
    if settings["max_claims_per_line"]:
        found.append(
            ngettext("A line is paid at most %(n)s time.", "A line is paid at most %(n)s times.", settings["max_claims_per_line"])
            % {"n": settings["max_claims_per_line"]}
        )
    if settings["min_diff"]:
        found.append(_("Differences below %(amount)s are not paid.") % {"amount": formats.money(settings["min_diff"], currency)})
    if settings["returns"] == "deduct":
        found.append(_("Only units the buyer kept count."))
    else:
        found.append(_("Returns are ignored: this policy can be previewed, not paid."))
    if settings["price_error_hold"]:
        found.append(
            _("A drop of more than %(percent)s%% is held for a person, in case it is a mistake.")
            % {"percent": settings["price_error_hold"]}
        )
    if settings["headroom"]:
        found.append(_("An order never gets back more than was paid for it."))
    return found


def _exceptions(settings: dict[str, Any]) -> list[str]:
    found = []
    if settings["promo_extension"]:
        found.append(_("Sales with extended protection are honoured."))
    if settings["exclude"]:
        names = _(", ").join(str(EXCLUSION_LABELS[name]) for name in settings["exclude"])
        found.append(_("Not protected: %(names)s.") % {"names": names})
    if settings["gift_policy"] != "ignore":
        found.append(
            _("The value of gifts no longer given is deducted.")
            if settings["gift_policy"] == "deduct"
            else _("Lines whose gift is no longer given are not protected.")
        )
    if settings["payout"] == "voucher":
        found.append(_("Refunds are given as vouchers."))
    if settings.get("notice"):
        found.append(_("The buyer is told what was paid back."))
    if settings["late_claims"]:
        found.append(_("A run pays a drop inside the window even when it finds it later; who asks must ask inside the window."))
    return found


def claim_sentences(claim: Claim) -> list[str]:
    """From the inputs of a claim to its amount."""
    inputs = claim.inputs
    if claim.state == Claim.State.REFUSED or "basis" not in inputs or inputs.get("price") is None:
        return []

    def money(key: str) -> str:
        return formats.money(int(inputs[key]), claim.currency)

    found = [
        _("The buyer kept %(kept)s of %(quantity)s units; these cost %(basis)s.")
        % {"kept": claim.units, "quantity": inputs["quantity"], "basis": money("basis")},
        _("At %(price)s a unit they now cost %(current)s.") % {"price": money("price"), "current": money("current")},
    ]
    if inputs.get("coupon"):
        found.append(
            _("That is with coupon %(code)s, %(amount)s off.") % {"code": inputs["coupon"], "amount": money("coupon_amount")}
        )
    if inputs.get("gift_gone"):
        found.append(_("That counts gifts worth %(amount)s that are no longer given.") % {"amount": money("gift_gone")})
    if inputs.get("protected") or inputs.get("goodwill"):
        earlier = formats.money(int(inputs.get("protected", 0)) + int(inputs.get("goodwill", 0)), claim.currency)
        found.append(_("%(earlier)s was given back on them before.") % {"earlier": earlier})
    found.append(_("The difference is %(difference)s.") % {"difference": money("difference")})
    if inputs.get("tax_amount"):
        found.append(_("Tax of %(tax)s is added.") % {"tax": money("tax_amount")})
    if claim.reason == "CAPPED":
        found.append(
            _("Only %(amount)s of it can be paid, because no more is left of the payment or cap.")
            % {"amount": formats.money(claim.amount, claim.currency)}
        )
    return found
