"""The page that stands for a payment company. What it sends back takes the same way as a real company's callback."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marketplace.accounts.access import requires
from marketplace.accounts.roles import Permission
from marketplace.tenancy.scope import scope
from orders.payments.gateways import gateway_named
from orders.payments.gateways.sandbox import client
from orders.payments.models import PayIn, SandboxCharge
from orders.payments.operations.callbacks import take_callback


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PAY)
def sandbox(request: HttpRequest, reference: str) -> HttpResponse:
    """Pay or refuse."""
    gateway_named("sandbox")
    charge, pay_in_id = _charge(request.organization.pk, reference)
    if request.method != "POST":
        return TemplateResponse(request, "payments/sandbox.html", {"charge": charge, "pay_in_id": pay_in_id})
    now = timezone.now()
    pays = request.POST.get("act") == "pay"
    callbacks = client.decide(merchant_id=request.organization.pk, reference=reference, pay=pays, at=now)
    for headers, body in callbacks:
        take_callback(gateway="sandbox", headers=headers, body=body, at=now)
    if not callbacks:
        messages.info(request, _("The sandbox lost its message to us, as it was told to. We ask it again by ourselves."))
    return redirect("money:pay_in", pay_in_id)


def _charge(merchant_id: int, reference: str) -> tuple[SandboxCharge, int]:
    with scope(merchant_id, read_only=True):
        charge = SandboxCharge.objects.filter(merchant_id=merchant_id, reference=reference).first()
        pay_in_id = PayIn.objects.filter(merchant_id=merchant_id, reference=reference).values_list("pk", flat=True).first()
    if charge is None or pay_in_id is None:
        raise Http404
    return charge, pay_in_id
