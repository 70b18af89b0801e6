"""Telling staff what is wrong with something public, and what became of it."""

from collections.abc import Iterator

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.kernel.errors import NotFound, UserError
from marketplace.tenancy.actor import person
from marketplace.tenancy.scope import scope
from marketplace.ui import formats
from marketplace.ui.exports import csv_response
from marketplace.ui.kit import Tab
from providers.moderation.errors import AlreadyAsked
from providers.moderation.models import Report
from providers.moderation.operations import report
from providers.moderation.operations.reports import LONGEST
from providers.moderation.queries import own
from providers.moderation.queries.reasons import templates_of
from providers.moderation.reportable import about_label, reportable_named
from providers.moderation.workdays import MARKET_ZONE

PAGE = 20


class ReportForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("What is wrong?"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=gettext_lazy("What happened"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Say what you saw, when and where. The provider does not learn who reported."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [(row.code, row.label) for row in templates_of("reported")]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.VIEW_CONSOLE)
def make(request: HttpRequest) -> HttpResponse:
    """The form for one subject, named as `listing:<slug>`; without one, where to find it."""
    about = request.POST.get("about") or request.GET.get("about", "")
    if not about:
        return TemplateResponse(request, "moderation/report_nothing.html")
    kind, _colon, slug = about.partition(":")
    subject = reportable_named(kind).find(slug)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            report(
                merchant_id=request.organization.pk, about_kind=kind, slug=slug, by=person(request.user.pk), at=timezone.now(),
                **form.cleaned_data,
            )  # fmt: skip
        except AlreadyAsked as error:
            messages.info(request, str(error))
            return redirect("moderation:reports")
        except NotFound:
            raise
        except UserError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Thank you. We look into it and tell you how it ended."))
            return redirect("moderation:reports")
    context = {"form": form, "subject": subject, "kind": about_label(kind), "about": about}
    return TemplateResponse(request, "moderation/report.html", context, status=422 if form.errors else 200)


@require_safe
@requires(Permission.VIEW_CONSOLE)
def sent(request: HttpRequest) -> HttpResponse:
    """What the organization reported, and how it ended."""
    state = _state(request)
    page = Paginator(own.reports_of(request.organization.pk, state=state), PAGE).get_page(request.GET.get("page"))
    reasons = own.report_reasons()
    context = {
        "page_obj": page,
        "rows": [(row, about_label(row.about_kind), reasons.get(row.reason, row.reason)) for row in page],
        "tabs": _tabs(state),
        "state": state,
        "may_export": Permission.EXPORT in request.rights,
        "tz": MARKET_ZONE,
    }
    return TemplateResponse(request, "moderation/reports.html", context)


def _state(request: HttpRequest) -> str:
    asked = request.GET.get("state", "")
    return asked if asked in Report.State.values else ""


def _tabs(state: str) -> list[Tab]:
    here = reverse("moderation:reports")
    first = Tab(_("All"), here, not state)
    return [first, *(Tab(label, f"{here}?state={value}", state == value) for value, label in Report.State.choices)]


@require_safe
@requires(Permission.EXPORT)
def export(request: HttpRequest) -> HttpResponseBase:
    """The same list as CSV."""
    merchant_id, state = request.organization.pk, _state(request)
    reasons = own.report_reasons()

    def rows() -> Iterator[list[str]]:
        with scope(merchant_id, read_only=True):
            for row in own.reports_of(merchant_id, state=state).iterator():
                yield [
                    formats.local_datetime(row.reported_at, MARKET_ZONE),
                    str(about_label(row.about_kind)),
                    row.about_title,
                    reasons.get(row.reason, row.reason),
                    row.text,
                    str(row.get_state_display()),
                    row.outcome,
                ]

    columns = [_("Reported"), _("Kind"), _("About"), _("What is wrong"), _("What happened"), _("State"), _("Answer")]
    return csv_response("reports.csv", columns, rows())
