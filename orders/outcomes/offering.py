"""A contract's terms with an outcome clause: where the milestone that holds the cap stands, and what it costs. Pure."""

from dataclasses import replace

from django.utils.translation import gettext as _

from orders.outcomes.clause import KIND, OutcomeClause, from_json, to_json
from orders.service.terms import MilestoneTerms, Terms


def clause_of(terms: Terms) -> OutcomeClause | None:
    """The outcome clause of some terms, if they have one."""
    data = terms.clauses.get(KIND)
    return from_json(data) if data else None


def place_of(terms: Terms) -> int:
    """Position of the milestone that holds the cap: the one agreed before, or a further one; 0 for a standing service."""
    before = clause_of(terms)
    if terms.is_recurring:
        return 0
    return before.milestone if before else len(terms.milestones) + 1


def with_clause(terms: Terms, clause: OutcomeClause) -> Terms:
    """The terms with this clause, `clause.milestone` being `place_of(terms)`. A fixed price becomes one in milestones."""
    terms = terms.changed(clauses={**terms.clauses, KIND: to_json(clause)})
    if not clause.milestone:
        return terms
    stages = list(terms.milestones)
    if clause.milestone > len(stages):
        stages.append(MilestoneTerms(_("Measured outcome"), clause.cap_minor))
    held = replace(stages[clause.milestone - 1], amount_minor=clause.cap_minor, due_days=None, due_on=None)
    stages[clause.milestone - 1] = held
    model = "milestone" if len(stages) > 1 else terms.model
    return terms.changed(milestones=tuple(stages), model=model)


def without_clause(terms: Terms) -> Terms:
    """The terms without an outcome, and without the milestone that held its cap."""
    before = clause_of(terms)
    clauses = {kind: data for kind, data in terms.clauses.items() if kind != KIND}
    if before is None or not before.milestone:
        return terms.changed(clauses=clauses)
    stages = tuple(row for number, row in enumerate(terms.milestones, 1) if number != before.milestone)
    return terms.changed(clauses=clauses, milestones=stages)
