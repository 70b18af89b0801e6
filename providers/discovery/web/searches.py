"""Saved searches of a merchant's team."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from providers.catalogue.queries import category_by_slug
from providers.discovery.criteria import Query
from providers.discovery.web.links import search_url
from providers.shortlists import operations

#: The page and the order are not what is searched for.
UNSAVED = ("page", "sort")


class SearchForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the search"), max_length=80)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SHORTLIST)
def save(request: HttpRequest) -> HttpResponse:
    """Name the search of the address and keep it."""
    query = Query.from_params(request.GET)
    if request.method == "POST":
        return _save(request, query)
    return _show(request, query, SearchForm(initial={"name": _suggested(query)}))


def _show(request: HttpRequest, query: Query, form: SearchForm, status: int = 200) -> TemplateResponse:
    context: dict[str, Any] = {
        "form": form,
        "query": query,
        "url": search_url(query),
        "is_empty": not query.q and not query.is_narrowed,
    }
    return TemplateResponse(request, "shortlists/save_search.html", context, status=status)


def _suggested(query: Query) -> str:
    category = category_by_slug(query.category) if query.category else None
    parts = [query.q, category.name if category else ""]
    return " · ".join(part for part in parts if part)[:80]


def _save(request: HttpRequest, query: Query) -> HttpResponse:
    form = SearchForm(request.POST)
    if form.is_valid():
        try:
            operations.save_search(
                merchant_id=request.organization.pk,
                name=form.cleaned_data["name"],
                query=query.params(leave_out=UNSAVED),
                by=person(request.user.pk),
                at=timezone.now(),
            )
        except UserError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Saved. What comes new is counted from now on."))
            return redirect("shortlists:home")
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        return _show(request, query, form, 400)


@require_POST
@requires(Permission.SHORTLIST)
def open_search(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to its hits, the newest first; from now on only later ones are new."""
    found = operations.open_search(merchant_id=request.organization.pk, search_id=pk, at=timezone.now())
    return redirect(search_url(Query.from_params(QueryDict(found.query)).sorted_by("newest")))


@require_POST
@requires(Permission.SHORTLIST)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    operations.delete_search(merchant_id=request.organization.pk, search_id=pk, by=person(request.user.pk), at=timezone.now())
    messages.success(request, _("The saved search was deleted."))
    return redirect("shortlists:home")
