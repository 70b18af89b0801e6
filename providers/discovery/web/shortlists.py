"""A merchant's shortlists: what the team keeps of the market, and what it says about it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotAllowed, UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui.exports import csv_response
from providers.discovery.criteria import Query
from providers.discovery.news import new_since
from providers.discovery.public import access_listing, listings_by_id, sellers
from providers.discovery.web.cards import from_listing, seller_of
from providers.discovery.web.compare import MOST, compare_url
from providers.discovery.web.links import search_url
from providers.listings.models import PublicListing
from providers.shortlists import operations, queries
from providers.shortlists.models import ItemNote, Shortlist, ShortlistItem

EXPORT_COLUMNS = ("shortlist", "listing", "address", "kept_at", "notes")
NEW = "new"


class NameForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the list"), max_length=80)


class NoteForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Note for the team"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class KeepForm(forms.Form):
    """Which list a listing goes into: one there is, or a new one."""

    into = forms.ChoiceField(label=gettext_lazy("Shortlist"), widget=forms.RadioSelect)
    new_name = forms.CharField(label=gettext_lazy("Name of the new list"), max_length=80, required=False)
    note = forms.CharField(
        label=gettext_lazy("Note for the team"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, lists: list[Shortlist], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(each.pk), each.name) for each in lists]
        self.fields["into"].choices = [*choices, (NEW, _("A new list"))]  # type: ignore[attr-defined]
        self.fields["into"].initial = choices[0][0] if choices else NEW
        if not choices:
            self.fields["new_name"].initial = _("Our shortlist")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("into") == NEW and not cleaned.get("new_name", "").strip():
            self.add_error("new_name", _("Give the new list a name."))
        return cleaned


def _rights(request: HttpRequest) -> dict[str, bool]:
    rights = getattr(request, "rights", ())
    return {"may_shortlist": Permission.SHORTLIST in rights, "may_export": Permission.EXPORT in rights}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_ORDERS)
def home(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _create(request)
    return _show_home(request, NameForm())


def _show_home(request: HttpRequest, form: NameForm, status: int = 200) -> HttpResponse:
    merchant_id, now = request.organization.pk, timezone.now()
    saved = list(queries.searches(merchant_id))
    asked = [(Query.from_params(_params(each.query)), each.seen_at) for each in saved]
    for each, (query, _since), count in zip(saved, asked, new_since(asked, as_of=now), strict=True):
        each.url, each.new = search_url(query), count  # type: ignore[attr-defined]
    lists = list(queries.shortlists(merchant_id))
    names = queries.people(row.user_id for row in [*lists, *saved])
    for row in [*lists, *saved]:
        row.person = names.get(row.user_id or 0, "")  # type: ignore[attr-defined]
    context = {"lists": lists, "searches": saved, "form": form, **_rights(request)}
    return TemplateResponse(request, "shortlists/home.html", context, status=status)


def _params(query: str) -> Any:
    from django.http import QueryDict

    return QueryDict(query)


@requires(Permission.SHORTLIST)
def _create(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST)
    if form.is_valid():
        by = person(request.user.pk)
        try:
            made = operations.create_shortlist(
                merchant_id=request.organization.pk, name=form.cleaned_data["name"], by=by, at=timezone.now()
            )
        except UserError as error:
            form.add_error("name", str(error))
        else:
            return redirect("shortlists:detail", made.pk)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return _show_home(request, form, 400)


@require_safe
@requires(Permission.VIEW_ORDERS)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The list with its listings as they are offered today, and the notes of the team: six statements at any length."""
    return _show_detail(request, pk, NoteForm())


def _show_detail(request: HttpRequest, pk: int, form: NoteForm, item_id: int | None = None, status: int = 200) -> HttpResponse:
    found = queries.access_shortlist(merchant_id=request.organization.pk, pk=pk)
    items = queries.items_of(found)
    listings = listings_by_id(item.listing_id for item in items)
    providers, scores = sellers(listing.provider_id for listing in listings.values())
    notes: list[ItemNote] = [note for item in items for note in item.shown_notes]  # type: ignore[attr-defined]
    names = queries.people([found.user_id, *(item.user_id for item in items), *(note.user_id for note in notes)])
    deletes_any = Permission.MANAGE_MEMBERS in getattr(request, "rights", ())
    for note in notes:
        note.person, note.may_go = names.get(note.user_id or 0, ""), deletes_any or note.user_id == request.user.pk  # type: ignore[attr-defined]
    for item in items:
        listing = listings.get(item.listing_id)
        seller = seller_of(providers.get(listing.provider_id), scores.get(listing.provider_id)) if listing else None
        item.person = names.get(item.user_id or 0, "")  # type: ignore[attr-defined]
        item.card = from_listing(listing, seller) if listing and seller else None  # type: ignore[attr-defined]
        item.form = form if item.pk == item_id else NoteForm(auto_id=f"note-{item.pk}-%s")  # type: ignore[attr-defined]
    offered = [item.listing_slug for item in items if item.listing_id in listings]
    context = {
        "shortlist": found,
        "items": items,
        "compare": compare_url(offered[:MOST]) if len(offered) > 1 else "",
        "compared": min(len(offered), MOST),
        "name_form": NameForm(initial={"name": found.name}),
        **_rights(request),
    }
    return TemplateResponse(request, "shortlists/detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SHORTLIST)
def add(request: HttpRequest) -> HttpResponse:
    """Keep the listing named by `l` in a list of the team."""
    slug = (request.POST.get("l") or request.GET.get("l") or "").replace("\x00", "")
    if not slug:
        return TemplateResponse(request, "shortlists/add.html", {"listing": None})
    listing = access_listing(slug)
    if request.method == "POST":
        return _keep(request, listing)
    lists = list(queries.shortlists(request.organization.pk))
    return _show_add(request, listing, lists, KeepForm(lists=lists))


def _show_add(
    request: HttpRequest, listing: PublicListing, lists: list[Shortlist], form: KeepForm, status: int = 200
) -> TemplateResponse:
    kept = queries.kept_in(request.organization.pk, listing.pk)
    providers, scores = sellers([listing.provider_id])
    seller = seller_of(providers.get(listing.provider_id), scores.get(listing.provider_id))
    context = {
        "listing": listing,
        "card": from_listing(listing, seller),
        "form": form,
        "kept": [each for each in lists if each.pk in kept],
        "back": _back(request),
    }
    return TemplateResponse(request, "shortlists/add.html", context, status=status)


def _back(request: HttpRequest) -> str:
    """Where the reader came from, when that is a page of ours."""
    came = request.POST.get("back") or request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return came if ours else reverse("shortlists:home")


def _keep(request: HttpRequest, listing: PublicListing) -> HttpResponse:
    organization_id = request.organization.pk
    with scope(organization_id, user_id=request.user.pk, read_only=True):
        lists = list(queries.shortlists(organization_id))
    form = KeepForm(request.POST, lists=lists)
    if form.is_valid():
        into, new = form.cleaned_data["into"], form.cleaned_data["new_name"]
        try:
            item = operations.keep_listing(
                merchant_id=organization_id,
                shortlist_id=None if into == NEW else int(into),
                new_name=new,
                listing_id=listing.pk,
                listing_slug=listing.slug,
                title=listing.title,
                note=form.cleaned_data["note"],
                by=person(request.user.pk),
                at=timezone.now(),
            )
        except operations.NameTaken as error:
            form.add_error("new_name", str(error))
        except operations.TooMany as error:
            form.add_error("into", str(error))
        else:
            messages.success(request, _("Saved. Your team sees it in this list."))
            return redirect("shortlists:detail", item.shortlist_id)
    with scope(organization_id, user_id=request.user.pk, read_only=True):
        return _show_add(request, listing, lists, form, 400)


@require_POST
@requires(Permission.SHORTLIST)
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    form = NameForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the list a name of at most 80 characters."))
        return redirect("shortlists:detail", pk)
    try:
        operations.rename_shortlist(
            merchant_id=request.organization.pk, shortlist_id=pk, name=form.cleaned_data["name"], by=person(request.user.pk)
        )
    except operations.NameTaken as error:
        messages.error(request, str(error))
    return redirect("shortlists:detail", pk)


@require_POST
@requires(Permission.SHORTLIST)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    operations.delete_shortlist(
        merchant_id=request.organization.pk, shortlist_id=pk, by=person(request.user.pk), at=timezone.now()
    )
    messages.success(request, _("The list was deleted."))
    return redirect("shortlists:home")


@require_POST
@requires(Permission.SHORTLIST)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    item = operations.drop_listing(merchant_id=request.organization.pk, item_id=pk, by=person(request.user.pk), at=timezone.now())
    messages.success(request, _("Taken out of the list."))
    return redirect("shortlists:detail", item.shortlist_id)


@require_POST
@requires(Permission.SHORTLIST)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    form = NoteForm(request.POST, auto_id=f"note-{pk}-%s")
    if not form.is_valid():
        with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
            item = queries.access_item(merchant_id=request.organization.pk, pk=pk)
            return _show_detail(request, item.shortlist_id, form, pk, 400)
    item = operations.write_note(
        merchant_id=request.organization.pk,
        item_id=pk,
        text=form.cleaned_data["text"],
        by=person(request.user.pk),
        at=timezone.now(),
    )
    return redirect(f"{reverse('shortlists:detail', args=[item.shortlist_id])}#item-{pk}")


@require_POST
@requires(Permission.SHORTLIST)
def drop_note(request: HttpRequest, pk: int) -> HttpResponse:
    organization_id = request.organization.pk
    try:
        item = operations.delete_note(
            merchant_id=organization_id,
            note_id=pk,
            of_anybody=Permission.MANAGE_MEMBERS in request.rights,
            by=person(request.user.pk),
            at=timezone.now(),
        )
    except NotAllowed as error:
        messages.error(request, str(error))
        with scope(organization_id, user_id=request.user.pk, read_only=True):
            item = queries.access_note(merchant_id=organization_id, pk=pk).item
    return redirect(f"{reverse('shortlists:detail', args=[item.shortlist_id])}#item-{item.pk}")


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    found = queries.access_shortlist(merchant_id=request.organization.pk, pk=pk)
    return csv_response("shortlist.csv", EXPORT_COLUMNS, _rows(request, found))


def _rows(request: HttpRequest, found: Shortlist) -> Iterator[tuple[str, ...]]:
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        for item in queries.items_of(found):
            yield _export_row(request, found, item)


def _export_row(request: HttpRequest, found: Shortlist, item: ShortlistItem) -> tuple[str, ...]:
    address = request.build_absolute_uri(reverse("market:listing", args=[item.listing_slug]))
    notes = " / ".join(each.text for each in item.shown_notes)  # type: ignore[attr-defined]
    return found.name, item.title, address, item.created_at.isoformat(), notes
