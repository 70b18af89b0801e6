"""The kill switch: a button with a confirmation, and the banner on every program page while it is on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from aftersales.guards.models import KillSwitch
from aftersales.guards.operations import switch_program
from aftersales.guards.queries import zone_of
from aftersales.guards.web.common import people
from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.tenancy.actor import person
from marketplace.ui import formats
from marketplace.ui.banners import Banner
from marketplace.ui.labels import PROGRAMS, program_label


@require_POST
@requires(Permission.STOP_PROGRAMS)
def switch(request: HttpRequest) -> HttpResponse:
    """Stop a program, or all of them, or let it go on."""
    program, act = request.POST.get("program", ""), request.POST.get("act", "")
    if program not in PROGRAMS or act not in ("stop", "resume"):
        messages.error(request, _("Choose a program and what to do with it."))
        return redirect("programs:home")
    switch_program(
        merchant_id=request.organization.pk,
        program=program,
        stop=act == "stop",
        reason=request.POST.get("reason_text", "").strip()[:200],
        by=person(request.user.pk),
        at=timezone.now(),
    )
    if act == "stop":
        messages.warning(request, _("Stopped: no claim, payout or message leaves from now on."))
    else:
        messages.success(request, _("The program goes on."))
    return redirect("programs:home")


def stopped_banners(request: HttpRequest) -> list[Banner]:
    """One banner per switch that is on."""
    found = list(KillSwitch.objects.filter(merchant_id=request.organization.pk, is_on=True).order_by("program"))
    if not found:
        return []
    names, tz = people(switch.changed_by for switch in found), zone_of(request.organization.pk)
    return [
        Banner(
            tone="bad",
            title=_("Stopped: %(program)s") % {"program": program_label(switch.program)},
            text=_("By %(who)s, %(when)s. %(reason)s")
            % {
                "who": names[switch.changed_by],
                "when": formats.local_datetime(switch.changed_at, tz),
                "reason": switch.reason,
            },
            url=reverse("programs:home"),
            url_label=_("Programs"),
        )
        for switch in found
    ]
