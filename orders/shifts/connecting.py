"""What other rooms hear of shifts: the count of a period, and timesheets as evidence."""

import json
from collections.abc import Iterator

from django.utils.translation import gettext as _

from orders.rooms.registry import Evidence
from orders.service.counting import Counted
from orders.service.models import Milestone, ServiceOrder
from orders.shifts import queries
from orders.shifts.clock import WHOLE
from orders.shifts.models import Timesheet


def count_of(order: ServiceOrder, milestone: Milestone) -> Counted | None:
    """How many shifts of a period the accepted weeks have, and how many weeks of it are still looked at."""
    if order.model != queries.MODEL or milestone.period_from is None or milestone.period_until is None:
        return None
    parts, waiting = queries.shifts_between(order, milestone.period_from, milestone.period_until)
    facts = {"shifts": f"{parts / WHOLE:.2f}", "waiting": waiting}
    text = _("Accepted weeks have %(shifts)s shifts of this period.") % facts
    if waiting:
        text = _("Accepted weeks have %(shifts)s shifts of this period; %(waiting)s more are not accepted yet.") % facts
    return Counted(text, f"/contracts/shifts/{order.pk}/", f"/desk/jobs/shifts/{order.pk}/")


def evidence(merchant_id: int, provider_id: int, order_id: int) -> Iterator[Evidence]:
    """Every week as it stands now: its shifts, who decided, and the hashes of the files it was read from."""
    rows = Timesheet.objects.filter(merchant_id=merchant_id, provider_id=provider_id, order_id=order_id)
    for row in rows.order_by("week"):
        facts = {
            "week": row.week, "version": row.version, "state": row.state, "shifts": row.parts / WHOLE, "planned": row.planned,
            "roster_sha256": row.roster_hash, "events_sha256": row.events_hash, "events": row.events, "reason": row.reason,
            "handed_in_by": row.handed_in_by, "decided_by": row.decided_by, "decided_at": row.decided_at,
        }  # fmt: skip
        content = json.dumps(row.lines, ensure_ascii=False, indent=1).encode()
        yield Evidence(f"shifts/{row.week.isoformat()}-version-{row.version}.json", content, facts, row.handed_in_at)
