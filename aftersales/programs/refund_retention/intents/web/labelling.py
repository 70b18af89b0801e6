"""The labelling page: one request at a time, the least certain first, a key for every intent; and training on the labels."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftersales.programs.refund_retention.intents import operations, queries
from aftersales.programs.refund_retention.intents.classifying import classify_all
from aftersales.programs.refund_retention.intents.labels import LABELS
from aftersales.programs.refund_retention.intents.models import IntentLabel, IntentTraining
from aftersales.programs.refund_retention.intents.tasks import train
from aftersales.programs.refund_retention.rules import INTENT_LABELS
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.tenancy.actor import person
from marketplace.ui import formats
from marketplace.ui.kit import Kpi
from orders.store.models import RefundRequest

PAGE, RECENT = 20, 8
#: One key a label, in the order of precedence.
KEYS = "123456789abcdef"


@dataclass(frozen=True)
class Choice:
    """A button: the label, its words, its key, and whether the program would choose it."""

    intent: str
    label: str
    key: str
    is_guess: bool


@require_safe
@requires(Permission.RUN_PROGRAMS)
def home(request: HttpRequest) -> HttpResponse:
    merchant_id = request.organization.pk
    search = _search(request.GET.get("q", ""))
    page = Paginator(queries.unlabelled(merchant_id, search), PAGE).get_page(request.GET.get("page"))
    waiting = page.object_list = list(page.object_list)
    _guess(merchant_id, waiting)
    current = _current(merchant_id, request.GET.get("request", ""), waiting)
    agreed, labelled = queries.agreement(merchant_id)
    total = queries.worded_requests(merchant_id).count()
    context = {
        "search": search,
        "page_obj": page,
        "current": current,
        "choices": _choices(current.guess.intent) if current else [],
        "recent": _worded(list(queries.labels(merchant_id)[:RECENT])),
        "labelled": labelled,
        "total": total,
        "kpis": _kpis(agreed, labelled, total),
        "may_train": labelled >= operations.FEWEST_LABELS,
        "fewest": operations.FEWEST_LABELS,
        **_training(queries.trainings(merchant_id).first()),
        "trainings": list(queries.trainings(merchant_id)[:RECENT]),
    }
    return TemplateResponse(request, "intents/home.html", context)


def _search(text: str) -> str:
    """What may be looked for; the database knows no NUL."""
    return text.replace("\x00", "").strip()[:100]


def _current(merchant_id: int, chosen: str, waiting: list[RefundRequest]) -> RefundRequest | None:
    """The request to label now: the one asked for, else the least certain. Raises NotFound."""
    if not (chosen.isascii() and chosen.isdigit()):
        return waiting[0] if waiting else None
    found = queries.access_request(merchant_id=merchant_id, pk=min(int(chosen), 2**63 - 1))
    _guess(merchant_id, [found])
    return found


def _guess(merchant_id: int, waiting: list[RefundRequest]) -> None:
    """What the program takes each for now, with its words."""
    found = classify_all([(one.buyer_text, "") for one in waiting], queries.active_model(merchant_id)) if waiting else []
    for one, guess in zip(waiting, found, strict=True):
        one.guess = guess  # type: ignore[attr-defined]
        one.guess_label = INTENT_LABELS[guess.intent]  # type: ignore[attr-defined]


def _choices(guess: str) -> list[Choice]:
    return [Choice(intent, INTENT_LABELS[intent], key, intent == guess) for intent, key in zip(LABELS, KEYS, strict=True)]


def _worded(labels: list[IntentLabel]) -> list[IntentLabel]:
    for label in labels:
        label.intent_label = INTENT_LABELS.get(label.intent, label.intent)  # type: ignore[attr-defined]
        label.guess_label = INTENT_LABELS.get(label.guess, label.guess)  # type: ignore[attr-defined]
    return labels


def _kpis(agreed: int, labelled: int, total: int) -> list[Kpi]:
    share = formats.percent(agreed / labelled) if labelled else "–"
    return [
        Kpi(label=_("Labelled"), value=formats.number(labelled), hint=_("of %(n)s requests with words") % {"n": total}),
        Kpi(label=_("Guessed right so far"), value=share, hint=_("share of labels the program had guessed")),
    ]


def _training(newest: IntentTraining | None) -> dict[str, Any]:
    running = newest is not None and newest.state in queries.OPEN
    return {"training": newest, "is_training": running}


def _back(request: HttpRequest) -> HttpResponse:
    search = _search(request.POST.get("q", ""))
    return redirect(reverse("intents:home") + (f"?{urlencode({'q': search})}" if search else ""))


@require_POST
@requires(Permission.RUN_PROGRAMS)
def label(request: HttpRequest, pk: int) -> HttpResponse:
    """Label one request and go on to the next."""
    try:
        operations.label_request(
            merchant_id=request.organization.pk,
            request_id=pk,
            intent=request.POST.get("intent", ""),
            by=person(request.user.pk),
            at=timezone.now(),
        )
    except operations.NoSuchIntent as error:
        messages.error(request, str(error))
    return _back(request)


@require_POST
@requires(Permission.RUN_PROGRAMS)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a label back and show its request again."""
    again = operations.remove_label(
        merchant_id=request.organization.pk, label_id=pk, by=person(request.user.pk), at=timezone.now()
    )
    return redirect(f"{reverse('intents:home')}?request={again}")


@require_POST
@requires(Permission.RUN_PROGRAMS)
def start_training(request: HttpRequest) -> HttpResponse:
    """Open a training; a worker carries it out."""
    merchant_id = request.organization.pk
    try:
        opened = operations.open_training(merchant_id=merchant_id, by=person(request.user.pk), at=timezone.now())
    except (operations.TooFewLabels, operations.TrainingOpen) as error:
        messages.error(request, str(error))
        return redirect("intents:home")
    train.delay_on_commit(merchant_id=merchant_id, training_id=opened.pk)
    messages.success(request, _("Training has started; you can go on labelling."))
    return redirect("intents:home")


@require_safe
@requires(Permission.RUN_PROGRAMS)
def training_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The live part: how far a training is. The page is loaded anew when it has ended."""
    found = queries.access_training(merchant_id=request.organization.pk, pk=pk)
    response = TemplateResponse(request, "intents/_training.html", _training(found))
    if found.state not in queries.OPEN:
        response["HX-Refresh"] = "true"
    return response
