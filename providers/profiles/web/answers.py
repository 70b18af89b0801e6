"""The merchant's side of a case: the signed link, its own numbers, and taking an answer back."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.ui.formats import language
from providers.catalogue.lists import label
from providers.profiles import operations, queries
from providers.profiles.cases.showing import public_figures
from providers.profiles.cases.text import figure_rows, full_rows
from providers.profiles.web.common import shown

PAGE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.APPROVE)
def link(request: HttpRequest, token: str) -> HttpResponse:
    """What a provider says about us, with our own numbers; POST confirms or refuses."""
    if request.method == "POST":
        return _answer(request, token)
    return shown(request, "profiles/answer.html", lambda: _asked(request, token))


def _asked(request: HttpRequest, token: str) -> dict[str, Any]:
    asked = operations.open_link(merchant_id=request.organization.pk, token=token, at=timezone.now())
    case, here = asked.case, language()
    other = "en" if here == "zh" else "zh"
    return {
        "token": token,
        "case": case,
        "provider_name": asked.provider_name,
        "title": getattr(case, f"title_{here}") or getattr(case, f"title_{other}"),
        "story": getattr(case, f"story_{here}") or getattr(case, f"story_{other}"),
        "industry": label(case.industry) if case.industry else "",
        "figures": full_rows(asked.figures),
        "may_confirm": bool(asked.enough),
    }


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    confirm = request.POST.get("answer") == "confirm"
    operation = operations.confirm_case if confirm else operations.refuse_case
    try:
        operation(merchant_id=request.organization.pk, token=token, by=person(request.user.pk), at=timezone.now())
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
        return redirect("case_answers:link", token)
    messages.success(
        request, _("Confirmed. Thank you.") if confirm else _("Refused. Neither your name nor your numbers are shown.")
    )
    return redirect("case_answers:list")


@require_safe
@requires(Permission.APPROVE)
def answer_list(request: HttpRequest) -> HttpResponse:
    """Every answer we gave, with what is shown about us."""

    def context() -> dict[str, Any]:
        page = Paginator(queries.consents(request.organization.pk), PAGE).get_page(request.GET.get("page"))
        for consent in page.object_list:
            consent.pk_text = str(consent.pk)
            consent.rows = figure_rows(public_figures(consent.figures))
        return {"page_obj": page}

    return shown(request, "profiles/answers.html", context)


@require_POST
@requires(Permission.APPROVE)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a confirmation back."""
    try:
        operations.withdraw_consent(
            merchant_id=request.organization.pk, consent_id=pk, by=person(request.user.pk), at=timezone.now()
        )
        messages.success(request, _("Taken back: your name and numbers are gone from the provider's page."))
    except NotFound:
        raise
    except UserError as error:
        messages.error(request, str(error))
    return redirect("case_answers:list")
