"""The outcome clause as contracts know it: checked when terms are drawn up, and written out for both sides to read."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from marketplace.kernel.errors import NotFound
from marketplace.ui import formats
from orders.outcomes.clause import BadClause, OutcomeClause, from_json, problems, to_json
from orders.outcomes.metrics import metric_named
from orders.service.errors import BadTerms
from orders.service.terms import Terms

#: A month of a standing service, for comparing its term with the days of an outcome.
MONTH_DAYS = 28


def validate(data: Mapping[str, Any], terms: Terms) -> Mapping[str, Any]:
    """The clause with every field written out, so that the hash covers it. Raises BadTerms naming the field."""
    try:
        clause = from_json(data)
        metric = metric_named(clause.metric)
    except BadClause as bad:
        raise BadTerms(bad.message, f"clauses.outcome.{bad.where}") from bad
    except NotFound as unknown:
        raise BadTerms(str(unknown), "clauses.outcome.metric") from unknown
    for message, field in problems(clause, least_settle_days=metric.least_settle_days):
        raise BadTerms(message, f"clauses.outcome.{field}")
    _require_fitting(clause, terms)
    return to_json(clause)


def _require_fitting(clause: OutcomeClause, terms: Terms) -> None:
    """The cap is held by a milestone without a date, or the service runs long enough for a result."""
    if terms.is_recurring:
        months = terms.recurring.min_months if terms.recurring else 0
        if clause.milestone:
            raise BadTerms(_("A standing service has no milestones; its variable fee is charged."), "clauses.outcome.milestone")
        if months * MONTH_DAYS < clause.days:
            text = _("The result takes %(days)s days. Let the contract run at least as long.")
            raise BadTerms(text % {"days": clause.days}, "clauses.outcome.window_days")
        return
    if not 1 <= clause.milestone <= len(terms.milestones):
        raise BadTerms(_("Choose the milestone that holds the variable fee."), "clauses.outcome.milestone")
    held = terms.milestones[clause.milestone - 1]
    if held.amount_minor != clause.cap_minor:
        raise BadTerms(_("The milestone of the variable fee costs exactly the most it can pay."), "clauses.outcome.cap_minor")
    if held.due_days is not None or held.due_on is not None:
        raise BadTerms(_("The milestone of the variable fee has no date of its own: measuring takes its time."), "milestones")


def describe(data: Mapping[str, Any], terms: Terms) -> Sequence[str]:
    """The clause in sentences, in the reader's language."""
    clause = from_json(data)
    metric = metric_named(clause.metric)
    words = {
        "metric": metric.label, "definition": metric.definition, "worth": metric.worth,
        "window": clause.window_days, "settle": clause.settle_days, "sample": formats.number(clause.min_sample),
        "share": formats.percent(clause.holdout_share), "rate": formats.percent(clause.rate / 10_000, 2),
        "cap": formats.money(clause.cap_minor, terms.currency),
        "each": formats.money(clause.per_success_minor, terms.currency),
    }  # fmt: skip
    lines = [
        _("Measured outcome: %(metric)s. A success: %(definition)s") % words,
        _("Buyers who first become eligible in the %(window)s days after measuring begins count; the result is computed"
          " %(settle)s days later, once.") % words,
        _("A share of %(share)s of them, chosen by a hash, is the control group, which the work never reaches. Nobody tells the"
          " provider who is in it before the result.") % words,
        str(metric.reach),
    ]  # fmt: skip
    if clause.basis == "value":
        lines.append(_("Incremental value: %(worth)s Treated less control, per buyer, times the treated buyers.") % words)
    else:
        lines.append(_("Incremental value: %(each)s for each success beyond what the control group shows.") % words)
    lines += [
        _("The variable fee is %(rate)s of the incremental value at the lower bound of its 95 %% interval: never below zero, at"
          " most %(cap)s.") % words,
        _("With fewer than %(sample)s buyers in either group there is not enough evidence, and no variable fee. If the groups are"
          " not the agreed shares, no rule pays and the two sides decide.") % words,
    ]  # fmt: skip
    if terms.is_recurring:
        lines.append(
            _("If the service ends before the result, also because of late work, what was measured until its last day is settled,"
              " with intervals that stay valid on any day, and the contract ends once the fee is paid. Left in its trial, it pays"
              " no variable fee.")
        )  # fmt: skip
    return lines
