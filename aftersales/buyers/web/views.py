"""The buyer's page: one address, whatever the link is for. Reading it has no effect; link scanners and previews only read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from aftersales.buyers.links import BadLink, Link, read_link
from aftersales.buyers.pages.contract import Page, Shown, TryLater, Unavailable
from aftersales.buyers.pages.registry import PAGES
from aftersales.buyers.queries import use_of
from marketplace.kernel.errors import NotFound
from marketplace.tenancy.scope import scope

#: How long the browser that used a link may look at what came of it.
SHOWN_AFTER_USE = 24 * 3600


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link is about, or do what it is for and come back."""
    try:
        link = read_link(token, at=timezone.now())
    except BadLink:
        return _quiet(_no_page(request))
    chosen = PAGES[link.purpose]
    if request.method == "POST":
        return _quiet(_acted(request, link, chosen))
    return _quiet(_shown(request, link, chosen))


def _shown(request: HttpRequest, link: Link, chosen: Page, *, notice: str = "") -> HttpResponse:
    """The page, in the buyer's language unless another was chosen here."""
    try:
        if chosen.is_once and not _is_own(request, link):
            return _used(request)
        shown = chosen.show(link, timezone.now())
    except Unavailable as error:
        return _no_page(request, str(error))
    except NotFound:
        return _no_page(request)
    return _rendered(request, link, shown, notice)


def _rendered(request: HttpRequest, link: Link, shown: Shown, notice: str) -> HttpResponse:
    chosen_here = "django_language" in request.COOKIES
    language = translation.get_language() if chosen_here or not shown.language else shown.language
    context = {**shown.context, "link": link, "shop_name": shown.shop, "notice": notice, "acts": PAGES[link.purpose].acts}
    with translation.override(language), scope(link.merchant_id, read_only=True):
        request.LANGUAGE_CODE = translation.get_language()
        return TemplateResponse(request, shown.template, context).render()


def _acted(request: HttpRequest, link: Link, chosen: Page) -> HttpResponse:
    form = {name: str(value) for name, value in request.POST.items()}
    if chosen.act is None or form.get("act") not in chosen.acts:
        return _shown(request, link, chosen)
    if chosen.is_once and not _is_own(request, link):
        return _used(request)
    try:
        further = chosen.act(link, form, timezone.now())
    except TryLater as error:
        return _shown(request, link, chosen, notice=str(error))
    except NotFound:
        return _no_page(request)
    if further is not None:
        return redirect("buyers:page", token=further.token)
    response = redirect("buyers:page", token=link.token)
    response.set_signed_cookie(
        _cookie(link), "1", max_age=SHOWN_AFTER_USE, path=request.path, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response


def _is_own(request: HttpRequest, link: Link) -> bool:
    """Not used yet, or used by this very browser."""
    with scope(link.merchant_id, read_only=True):
        used = use_of(link) is not None
    return not used or request.get_signed_cookie(_cookie(link), "", max_age=SHOWN_AFTER_USE) == "1"


def _cookie(link: Link) -> str:
    return f"b-{link.digest[:16]}"


def _used(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "buyers/used.html", status=200).render()


def _no_page(request: HttpRequest, text: str = "") -> HttpResponse:
    """The same friendly page for everything that is not a good link."""
    return TemplateResponse(request, "buyers/no_page.html", {"text": text}, status=404).render()


def _quiet(response: HttpResponse) -> HttpResponse:
    """The address is a secret: not sent to other sites, not indexed.

    With "no-referrer" browsers would send `Origin: null` with our own forms, and the check against forged requests refuses that.
    """
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
