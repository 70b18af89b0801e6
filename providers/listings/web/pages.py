"""A provider's listings: the list, one listing with what can be done, its versions side by side."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.market import MARKET_ZONE
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from marketplace.ui.formats import language, local_datetime
from providers.catalogue.queries import attributes_of
from providers.listings.diff import Line, diff, lines_of, said
from providers.listings.operations import start_listing
from providers.listings.policies import Standing
from providers.listings.problems import problems
from providers.listings.projection import public_row
from providers.listings.queries import listings_of, standing_of
from providers.listings.sections import SECTIONS
from providers.listings.shape import BadContent
from providers.listings.sheet import asked_of
from providers.listings.states import VersionState
from providers.listings.web.cards import card_of
from providers.listings.web.filters import ListingFilter
from providers.listings.web.forms import CategoryForm
from providers.moderation.queries.people import actor_names
from providers.onboarding.gate import may

PER_PAGE = 20
ZONE = MARKET_ZONE


@require_safe
@requires(Permission.VIEW_CONSOLE)
def listing_list(request: HttpRequest) -> HttpResponse:
    found = ListingFilter(request.GET, queryset=_ordered(request), request=request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page_obj": page,
        "has_listings": bool(page.paginator.count) or listings_of(request.organization.pk).exists(),
        "may_edit": Permission.EDIT_LISTINGS in request.rights,
        "may_export": Permission.EXPORT in request.rights,
        "gate": may(request.organization.pk, "list", at=timezone.now()),
        "zone": ZONE,
    }
    return TemplateResponse(request, "listings/list.html", context)


def _ordered(request: HttpRequest) -> Any:
    return listings_of(request.organization.pk).order_by("-updated_at", "-pk")


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as CSV, filtered as on the page."""
    provider_id, query = request.organization.pk, request.GET.copy()

    def rows() -> Iterator[list[str]]:
        with scope(provider_id, read_only=True):
            for row in ListingFilter(query, queryset=_ordered(request), request=request).qs.iterator():
                yield [
                    row.slug, row.title_zh, row.title_en, str(row.category), str(row.get_state_display()),
                    str(row.version_number), str(VersionState(row.version_state).label), local_datetime(row.updated_at, ZONE),
                ]  # fmt: skip

    columns = [
        _("Address"), _("Title in Chinese"), _("Title in English"), _("Category"), _("Status"), _("Version"),
        pgettext("listing", "Review"), pgettext("listing", "Changed"),
    ]  # fmt: skip
    return csv_response("listings.csv", columns, rows())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDIT_LISTINGS)
def new(request: HttpRequest) -> HttpResponse:
    """Category and title; everything else is written in the editor."""
    if request.method != "POST":
        return TemplateResponse(request, "listings/new.html", {"form": CategoryForm()})
    form = CategoryForm(request.POST)
    if form.is_valid():
        try:
            made = start_listing(
                provider_id=request.organization.pk, by=person(request.user.pk), at=timezone.now(), **form.cleaned_data
            )
            return redirect("desk_listings:basics", made.slug)
        except BadContent as error:
            form.add_error(None, str(error))
    return TemplateResponse(request, "listings/new.html", {"form": form}, status=422)


@require_safe
@requires(Permission.VIEW_CONSOLE)
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Where it stands, what is missing, who acts next."""
    standing = standing_of(provider_id=request.organization.pk, slug=slug)
    version = standing.shown
    verdict = may(request.organization.pk, "list", version.category.slug, at=timezone.now())
    context = {
        "standing": standing,
        "listing": standing.listing,
        "version": version,
        "published": standing.published,
        "problems": problems(version, attributes_of(version.category)) if standing.is_editable else [],
        "reasons": verdict.reasons,
        "review_reasons": reason_texts(version.reasons) if version.state in ("changes_requested", "rejected") else [],
        "acts": standing.acts if Permission.EDIT_LISTINGS in request.rights else [],
        "may_edit": Permission.EDIT_LISTINGS in request.rights,
        "sections": list(SECTIONS.values()),
        "card": card_of(standing.listing, version, seller=request.organization.name),
        "zone": ZONE,
    }
    return TemplateResponse(request, "listings/detail.html", context)


def reason_texts(codes: list[str]) -> list[str]:
    """The reviewers' reasons in the reader's language."""
    from providers.moderation.models import ReasonTemplate

    found = {row.code: row for row in ReasonTemplate.objects.filter(kind="listing", code__in=codes)}
    return [getattr(found[code], f"text_{language()}") if code in found else code for code in codes]


@require_safe
@requires(Permission.VIEW_CONSOLE)
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version, and two of them side by side (`?old=1&new=3`; by default the newest against what came before)."""
    standing = standing_of(provider_id=request.organization.pk, slug=slug)
    names = actor_names(version.updated_by for version in standing.versions)
    old, new_one = _chosen(request, standing)
    asked = asked_of(old, new_one)
    rows = diff(old, new_one, asked) if old is not None else []
    only_changes = request.GET.get("all") != "1"
    context = {
        "standing": standing,
        "listing": standing.listing,
        "versions": [(version, names.get(version.updated_by, "")) for version in standing.versions],
        "old": old,
        "new": new_one,
        "sections": [
            (section, shown)
            for section in SECTIONS.values()
            if (shown := [r for r in rows if r.section == section.name and (r.is_changed or not only_changes)])
        ],
        "only_changes": only_changes,
        "changed": sum(row.is_changed for row in rows),
        "may_edit": Permission.EDIT_LISTINGS in request.rights and standing.is_editable,
        "zone": ZONE,
    }
    return TemplateResponse(request, "listings/versions.html", context)


def _chosen(request: HttpRequest, standing: Standing) -> tuple[Any, Any]:
    by_number = {str(version.number): version for version in standing.versions}
    for name in ("old", "new"):
        if request.GET.get(name, "") not in (*by_number, ""):
            raise Http404
    new_one = by_number.get(request.GET.get("new", "")) or standing.newest
    old = by_number.get(request.GET.get("old", ""))
    if old is None:
        before = standing.published if standing.published and standing.published.number < new_one.number else None
        old = before or next((version for version in standing.versions if version.number < new_one.number), None)
    return old, new_one


@require_safe
@requires(Permission.VIEW_CONSOLE)
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """What merchants will see."""
    standing = standing_of(provider_id=request.organization.pk, slug=slug)
    version = standing.shown
    asked = {attribute.key: attribute for attribute in attributes_of(version.category)}
    found = {line.key: line for line in lines_of(version, asked, said) if line.section in ("fit", "price", "terms")}
    lines = [line for key, line in found.items() if not _is_said_in_the_readers_language(key, found)]
    context = {
        "standing": standing,
        "listing": standing.listing,
        "version": version,
        "public": public_row(standing.listing, version),
        "card": card_of(standing.listing, version, seller=request.organization.name),
        "sections": [
            (section, shown)
            for section in SECTIONS.values()
            if (shown := [line for line in lines if line.section == section.name])
        ],
        "public_url": reverse("market:listing", args=(standing.listing.slug,)),
    }
    return TemplateResponse(request, "listings/preview.html", context)


def _is_said_in_the_readers_language(key: str, found: Mapping[str, Line]) -> bool:
    """Whether a line is the other language's half of one that the reader can read."""
    other = "zh" if language() == "en" else "en"
    return key.endswith(f"_{other}") and f"{key[:-2]}{language()}" in found
