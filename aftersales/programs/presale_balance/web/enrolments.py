"""The list of enrolments, one of them, and the list as a file."""

import csv
from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from aftersales.models import ProgramPolicy
from aftersales.programs.presale_balance import queries
from aftersales.programs.presale_balance.models import Enrolment, Touch
from aftersales.programs.presale_balance.rules import DEFAULTS, PROGRAM, validated
from aftersales.programs.presale_balance.web.filters import EnrolmentFilter
from aftersales.programs.presale_balance.web.timeline import window_chart
from aftersales.programs.presale_balance.web.words import enrolment_sentences, step_name, touch_outcome, touch_sentence
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.tenancy.scope import scope
from marketplace.ui.kit import Event
from orders.store.web.orders import safe_cell

PAGE = 50
COLUMNS = (
    "order_ref shop activity group state reason opens_at closes_at next_due_at reminders_sent balance_paid_at policy_version"
).split()


@require_safe
@requires(Permission.VIEW_ORDERS)
def enrolment_list(request: HttpRequest) -> HttpResponse:
    found = queries.enrolments(request.organization.pk)
    narrowed = EnrolmentFilter(request.GET, queryset=found, request=request)
    page = Paginator(narrowed.qs, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "filter": narrowed,
        "has_enrolments": page.paginator.count > 0 or found.exists(),
        "may_export": Permission.EXPORT in request.rights,
    }
    return TemplateResponse(request, "presale_balance/enrolments.html", context)


@require_safe
@requires(Permission.VIEW_ORDERS)
def enrolment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    enrolment = queries.access_enrolment(merchant_id=request.organization.pk, pk=pk)
    settings = _settings_of(enrolment)
    touches = list(enrolment.touch_set.all())
    for touch in touches:
        touch.name, touch.why = step_name(touch.step), touch_sentence(touch, enrolment.shop.timezone)
        touch.outcome = touch_outcome(touch)
    context = {
        "enrolment": enrolment,
        "sentences": enrolment_sentences(enrolment, settings),
        "touches": touches,
        "events": _events(enrolment, touches),
        "timeline": _timeline(enrolment, settings),
    }
    return TemplateResponse(request, "presale_balance/enrolment.html", context)


def _settings_of(enrolment: Enrolment) -> dict[str, Any]:
    """The policy version the order was taken up under."""
    found = ProgramPolicy.objects.filter(
        merchant_id=enrolment.merchant_id, program=PROGRAM, version=enrolment.policy_version
    ).first()
    return validated(found.settings) if found else DEFAULTS


def _timeline(enrolment: Enrolment, settings: dict[str, Any]) -> Any:
    if enrolment.opens_at is None or enrolment.closes_at is None or enrolment.opens_at >= enrolment.closes_at:
        return None
    tz = enrolment.shop.timezone
    return window_chart(settings, opens_at=enrolment.opens_at, closes_at=enrolment.closes_at, tz=tz, is_example=False)


def _events(enrolment: Enrolment, touches: list[Touch]) -> list[Event]:
    order = enrolment.order
    moments: list[tuple[Any, str, str]] = [
        (order.deposit_paid_at, _("Deposit paid"), ""),
        (enrolment.enrolled_at, _("Taken up by the program"), _("Policy version %(n)s") % {"n": enrolment.policy_version}),
        (enrolment.opens_at, _("Balance opens"), ""),
        (enrolment.closes_at, _("Balance closes"), ""),
        (order.balance_paid_at, _("Balance paid"), ""),
        (order.deposit_refunded_at, _("Deposit refunded"), ""),
    ]
    found = [Event(at=at, title=title, text=text) for at, title, text in moments if at]
    found += [
        Event(at=touch.sent_at or touch.due_at, title=step_name(touch.step), text=touch_outcome(touch), tone=_tone(touch))
        for touch in touches
    ]
    if enrolment.next_due_at and enrolment.next_due_at > timezone.now():
        found.append(Event(at=enrolment.next_due_at, title=_("Next reminder"), tone="info"))
    return sorted(found, key=lambda event: event.at)


def _tone(touch: Touch) -> Any:
    return {Touch.State.SENT: "good", Touch.State.DROPPED: "warn"}.get(Touch.State(touch.state), "info")


@require_safe
@requires(Permission.EXPORT)
def enrolment_export(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered list as CSV, streamed in a scope of its own; cells that a spreadsheet would run are quoted."""
    response = StreamingHttpResponse(_rows(request), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="presale-reminders.csv"'
    return response


class _Echo:
    """A file whose write() hands the text back: the csv module's way to stream."""

    def write(self, text: str) -> str:
        return text


def _rows(request: HttpRequest) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(COLUMNS)
    with scope(request.organization.pk, user_id=request.user.pk, read_only=True):
        found = EnrolmentFilter(request.GET, queryset=queries.enrolments(request.organization.pk), request=request).qs
        for enrolment in found.iterator(chunk_size=2_000):
            yield writer.writerow([safe_cell(cell) for cell in _cells(enrolment)])


def _cells(enrolment: Enrolment) -> list[str]:
    opens, closes, due = (_iso(at) for at in (enrolment.opens_at, enrolment.closes_at, enrolment.next_due_at))
    head = [
        enrolment.order.external_ref,
        enrolment.shop.slug,
        enrolment.activity,
        enrolment.arm,
        enrolment.state,
        enrolment.reason,
    ]
    tail = [str(enrolment.touches), _iso(enrolment.balance_paid_at), str(enrolment.policy_version)]
    return [*head, opens, closes, due, *tail]


def _iso(moment: Any) -> str:
    return moment.isoformat() if moment else ""
