"""Where payment companies call. No session, no cookie: the signature is the proof."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from marketplace.kernel.errors import NotFound
from orders.payments.gateways import gateway_named
from orders.payments.gateways.protocol import Reply
from orders.payments.operations.callbacks import MOST_BYTES, TOO_LARGE, take_callback


@csrf_exempt
def callback(request: HttpRequest, gateway: str) -> HttpResponse:
    """POST only; an unknown gateway looks like no address at all."""
    try:
        gateway_named(gateway)
    except NotFound as error:
        raise Http404 from error
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if int(request.headers.get("content-length") or 0) > MOST_BYTES:
        return _answered(TOO_LARGE)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return _answered(take_callback(gateway=gateway, headers=headers, body=request.body, at=timezone.now()))


def _answered(reply: Reply) -> HttpResponse:
    return HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)
