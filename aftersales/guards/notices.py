"""Alerts as notices to the merchant's people, in both languages they may read."""

from collections.abc import Mapping, Sequence

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from aftersales.guards.models import Alert, Level
from marketplace.outbox.kinds import Answer, Drop, Kind, Outgoing, Ready, Variable
from marketplace.ui import formats
from marketplace.ui.labels import program_label

#: A program of its own, which no kill switch stops: whoever stopped everything wants to hear what happens.
PROGRAM = "guards"
LANGUAGES = {"zh": "zh-hans", "en": "en"}


def prepare(merchant_id: int, messages: Sequence[Outgoing]) -> Mapping[int, Answer]:
    """What each alert says now; an alert somebody has seen meanwhile needs no notice."""
    known = {alert.pk: alert for alert in Alert.objects.filter(merchant_id=merchant_id, pk__in=[m.subject_id for m in messages])}
    return {message.id: _answer(known.get(message.subject_id or 0)) for message in messages}


def _answer(alert: Alert | None) -> Answer:
    if alert is None or alert.seen_at is not None:
        return Drop("seen_meanwhile")
    page = "guards:holds" if alert.kind == "breaker.opened" else "guards:budgets"
    texts = {short: _values(alert, code) for short, code in LANGUAGES.items()}
    return Ready(context=texts["zh"], by_language=texts, url=reverse(page))


def _values(alert: Alert, language: str) -> dict[str, str]:
    facts = alert.facts
    with translation.override(language):
        money = {
            name: formats.money(int(facts[name]), facts["currency"]) if facts.get(name) is not None else ""
            for name in ("limit", "current", "median")
        }
        level = str(Level(facts["level"]).label) if "level" in facts else ""
        return {**money, "level": level, "percent": str(facts.get("percent", "")), "program": str(program_label(alert.program))}


ALERT = Kind(
    name="guards.alert.raised",
    program=PROGRAM,
    consent_class="service",
    variables=(
        Variable("level", _("the budget's level"), _("per day, all programs")),
        Variable("percent", _("the share that is used"), "80"),
        Variable("limit", _("the budget's limit"), "¥1,000.00"),
        Variable("program", _("the program"), _("Price protection")),
        Variable("current", _("what was paid in this window"), "¥9,000.00"),
        Variable("median", _("what is usually paid"), "¥1,200.00"),
    ),
    prepare=prepare,
    label=_("Alert of the guards"),
    steps=("near", "stopped", "opened"),
    channels=("in_app",),
    step_labels={
        "near": _("A budget is nearly used up"),
        "stopped": _("A budget is used up"),
        "opened": _("The circuit breaker opened"),
    },
)
