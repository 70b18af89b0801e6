"""Writing a listing: one page per section, saved by button and on the way, with what is missing and a preview beside it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.files.operations import BadImage, store_image
from marketplace.kernel.market import MARKET_ZONE
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.catalogue.queries import attributes_of
from providers.listings.errors import EditedMeanwhile, NotPossibleNow
from providers.listings.operations import add_image, save_section
from providers.listings.policies import Standing
from providers.listings.problems import problems
from providers.listings.queries import standing_of
from providers.listings.sections import SECTIONS
from providers.listings.shape import BadContent
from providers.listings.web.cards import card_of
from providers.listings.web.forms import BasicsForm, FitForm, TextForm
from providers.listings.web.pictures import Pictures, UploadForm
from providers.listings.web.pricing import Pricing
from providers.listings.web.terms import Terms
from providers.moderation.queries.people import actor_name

PANELS: dict[str, Any] = {
    "basics": BasicsForm, "text": TextForm, "fit": FitForm, "price": Pricing, "terms": Terms, "images": Pictures,
}  # fmt: skip


def section_view(name: str) -> Any:
    """The page of one section."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @requires(Permission.EDIT_LISTINGS)
    def view(request: HttpRequest, slug: str) -> HttpResponse:
        if request.method == "POST":
            return _save(request, slug, name)
        standing = standing_of(provider_id=request.organization.pk, slug=slug)
        return _page(request, standing, name, PANELS[name](standing.shown))

    return view


def _save(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    data: QueryDict = request.POST
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        standing = standing_of(provider_id=request.organization.pk, slug=slug)
        panel = PANELS[name](standing.shown, data, data.get("more", ""))
        if "more" in data:
            return _page(request, standing, name, panel, revision=data.get("revision", ""))
        if not panel.is_valid():
            return _refused(request, standing, name, panel, _("Something needs to be put right; it is marked below."))
        values = panel.values()
    try:
        save_section(
            provider_id=request.organization.pk, listing_id=standing.listing.pk, section=name, values=values,
            revision=_number(data.get("revision", "")), by=person(request.user.pk), at=timezone.now(), is_final=not request.htmx,
        )  # fmt: skip
    except EditedMeanwhile as error:
        return _collided(request, slug, name, data, error)
    except (BadContent, NotPossibleNow) as error:
        return _refused(request, standing, name, panel, str(error))
    return _saved(request, slug, name)


def _saved(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    if request.htmx:
        with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
            standing = standing_of(provider_id=request.organization.pk, slug=slug)
            context = {
                **_beside(standing, request.organization.name),
                "section": SECTIONS[name],
                "revision": standing.shown.revisions.get(name, 0),
            }
            return _rendered(TemplateResponse(request, "listings/_saved.html", context))
    messages.success(request, _("Saved."))
    following = request.POST.get("then", "")
    return redirect(f"desk_listings:{following if following in SECTIONS else name}", slug)


def _refused(request: HttpRequest, standing: Standing, name: str, panel: Any, message: str) -> HttpResponse:
    if request.htmx:
        return _rendered(TemplateResponse(request, "listings/_not_saved.html", {"message": message}))
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return _page(request, standing, name, panel, revision=request.POST.get("revision", ""), refusal=message, status=422)


def _collided(request: HttpRequest, slug: str, name: str, data: QueryDict, error: EditedMeanwhile) -> HttpResponse:
    """What was typed stays in the form; what the other one saved is shown above it. The next save is made knowingly."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        standing = standing_of(provider_id=request.organization.pk, slug=slug)
        who = actor_name(error.who)
        if request.htmx:
            words = _("%(who)s saved this section meanwhile. Press Save to compare.") % {"who": who}
            return _rendered(TemplateResponse(request, "listings/_not_saved.html", {"message": words}))
        panel = PANELS[name](standing.shown, data)
        panel.is_valid()
        theirs = [line for line in _lines(standing) if line.section == name]
        conflict = {"who": who, "at": error.at, "lines": theirs, "message": str(error)}
        return _page(request, standing, name, panel, revision=str(error.revision), conflict=conflict, status=409)


def _lines(standing: Standing) -> list[Any]:
    from providers.listings.diff import lines_of

    asked = {attribute.key: attribute for attribute in attributes_of(standing.shown.category)}
    return list(lines_of(standing.shown, asked))


def _page(request: HttpRequest, standing: Standing, name: str, panel: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    version = standing.shown
    names = list(SECTIONS)
    following = names[names.index(name) + 1] if name != names[-1] else ""
    context = {
        **_beside(standing, request.organization.name),
        "section": SECTIONS[name],
        "panel": panel,
        "upload": UploadForm() if name == "images" else None,
        "following": SECTIONS.get(following),
        "revision": more.pop("revision", "") or version.revisions.get(name, 0),
        **more,
    }
    return _rendered(TemplateResponse(request, f"listings/edit_{name}.html", context, status=status))


def _rendered(response: TemplateResponse) -> TemplateResponse:
    """Drawn now, while the scope is open."""
    response.render()
    return response


def _beside(standing: Standing, name: str) -> dict[str, Any]:
    """What stands beside the form: the sections, what is missing, the preview."""
    version = standing.shown
    found = problems(version, attributes_of(version.category))
    return {
        "standing": standing,
        "listing": standing.listing,
        "version": version,
        "problems": found,
        "card": card_of(standing.listing, version, seller=name),
        "zone": MARKET_ZONE,
        "section_links": [(s, _url(standing, s.name), any(p.section == s.name for p in found)) for s in SECTIONS.values()],
    }


def _url(standing: Standing, name: str) -> str:
    return reverse(f"desk_listings:{name}", args=(standing.listing.slug,))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else -1


@require_POST
@requires(Permission.EDIT_LISTINGS)
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a picture in."""
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        standing = standing_of(provider_id=request.organization.pk, slug=slug)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a picture first."))
        return redirect("desk_listings:images", slug)
    try:
        image = store_image(form.upload())
        add_image(
            provider_id=request.organization.pk, listing_id=standing.listing.pk, image=image, by=person(request.user.pk),
            at=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("The picture is in. Say what it shows, for people who cannot see it."))
    except (BadImage, NotPossibleNow, BadContent) as error:
        messages.error(request, str(error))
    return redirect("desk_listings:images", slug)
