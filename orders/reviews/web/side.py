"""Which console a request belongs to, and the addresses of its pages."""

from django.http import HttpRequest
from django.urls import reverse

from marketplace.accounts.roles import Permission
from marketplace.kernel.market import MARKET_ZONE

SPACES = {"merchant": "reviews", "provider": "desk_reviews"}
WRITES = {"merchant": Permission.HIRE, "provider": Permission.SELL}
ZONE = MARKET_ZONE


def side_of(request: HttpRequest) -> str:
    return str(request.organization.kind)


def path_to(request: HttpRequest, name: str, *args: int) -> str:
    return reverse(f"{SPACES[side_of(request)]}:{name}", args=args)


def may_write(request: HttpRequest) -> bool:
    """Whether the reader has the right; staff who look as somebody have not."""
    return WRITES[side_of(request)] in request.rights and request.look is None


def order_url(order_id: int, side: str) -> str:
    return reverse(f"{'contracts' if side == 'merchant' else 'jobs'}:detail", args=[order_id])
