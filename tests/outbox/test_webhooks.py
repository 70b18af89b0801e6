"""Signed webhooks to a real HTTP server, and SMS over HTTP: signatures, rotation, and receivers that are slow, lying or gone."""

import base64
import hmac
import time
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import UserError
from marketplace.outbox import operations
from marketplace.outbox.channels import guarded_http
from marketplace.outbox.channels.sms.segments import measure
from marketplace.outbox.channels.webhook import signing
from marketplace.outbox.models import Endpoint
from marketplace.tenancy.actor import CLI
from marketplace.tenancy.scope import scope
from tests.cast import Merchant
from tests.engine.doors import one, rows
from tests.outbox.conftest import Receiver
from tests.outbox.letters import NOW, of, put, send, states


@pytest.fixture
def secret(acme: Merchant, receiver: Receiver) -> str:
    _endpoint, found = operations.add_endpoint(merchant_id=acme.id, url=receiver.url, kinds=[], by=CLI, at=NOW)
    return found


def put_event(acme: Merchant, key: str = "e-1") -> int:
    """An event on its way to the merchant's one endpoint, as fanning out leaves it."""
    message = put(acme, "webhook", key=key, data={"order": "A-1", "名": "林"})
    rows(acme, "UPDATE outbox_message SET endpoint_id = (SELECT id FROM outbox_endpoint) WHERE id = %s RETURNING 1", message)
    return message


def make_due(acme: Merchant) -> None:
    rows(acme, "UPDATE outbox_message SET run_at = now() WHERE state = 'ready' RETURNING 1")


def test_the_specifications_own_example() -> None:
    """Standard Webhooks, "Signature scheme": secret, id, timestamp and body give this signature."""
    body = b'{"test": 2432232314}'
    signed = signing.sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_event_arrives_signed_and_can_be_verified_by_hand(acme: Merchant, receiver: Receiver, secret: str) -> None:
    message = put_event(acme)
    send(acme, "webhook")
    call = receiver.calls[0]
    assert call.json == {
        "type": "tests.letters.reminded",
        "timestamp": call.json["timestamp"],
        "data": {"order": "A-1", "名": "林"},
    }
    stamp, signature = call.headers["webhook-timestamp"], call.headers["webhook-signature"]
    assert call.headers["webhook-id"] == f"msg_{acme.id}_{message}"
    assert abs(time.time() - int(stamp)) < 30
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{call.headers['webhook-id']}.{stamp}.".encode() + call.body, sha256).digest()
    assert signature == "v1," + base64.b64encode(mac).decode()
    assert signing.verify([secret], call.headers, call.body)
    assert not signing.verify([secret], call.headers, call.body + b" ")
    assert not signing.verify([secret], call.headers, call.body, now=time.time() + 301)
    assert not signing.verify([signing.new_secret()], call.headers, call.body)


def test_while_a_secret_is_replaced_both_fit(acme: Merchant, receiver: Receiver, secret: str) -> None:
    with scope(acme.id):
        endpoint = Endpoint.objects.get(merchant_id=acme.id)
    newer = operations.replace_secret(merchant_id=acme.id, endpoint_id=endpoint.pk, by=CLI, at=timezone.now())
    put_event(acme)
    send(acme, "webhook")
    call = receiver.calls[0]
    assert len(call.headers["webhook-signature"].split()) == 2
    assert signing.verify([secret], call.headers, call.body)
    assert signing.verify([newer], call.headers, call.body)
    rows(acme, "UPDATE outbox_endpoint SET previous_until = now() RETURNING 1")
    put_event(acme, "e-2")
    send(acme, "webhook")
    assert not signing.verify([secret], receiver.calls[1].headers, receiver.calls[1].body)


def test_secrets_are_sealed_at_rest(acme: Merchant, secret: str) -> None:
    sealed = one(acme, "SELECT secret_cipher FROM outbox_endpoint")
    assert secret.encode() not in bytes(sealed)
    assert base64.b64decode(secret.removeprefix("whsec_")) not in bytes(sealed)


def test_each_endpoint_gets_what_it_wants_and_fails_alone(acme: Merchant, receiver: Receiver, secret: str) -> None:
    operations.add_endpoint(merchant_id=acme.id, url=f"{receiver.url}/broken", kinds=["tests.letters.reminded"], by=CLI, at=NOW)
    operations.add_endpoint(merchant_id=acme.id, url=f"{receiver.url}/other", kinds=["something.else"], by=CLI, at=NOW)
    receiver.answer = lambda _handler, call: (500 if "broken" in call.path else 204, {}, b"")
    put(acme, "webhook", data={"n": 1})
    send(acme, "webhook")
    send(acme, "webhook")
    assert sorted(call.path for call in receiver.calls) == ["/hook", "/hook/broken"]
    assert states(acme) == {"sent": 2, "ready": 1}


def test_without_an_endpoint_there_is_nothing_to_send(acme: Merchant) -> None:
    put(acme, "webhook")
    send(acme, "webhook")
    assert states(acme) == {"dropped:no_endpoint": 1}


def test_a_receiver_that_is_down_for_an_hour_gets_the_event_with_the_same_id(
    acme: Merchant, receiver: Receiver, secret: str
) -> None:
    message = put_event(acme)
    receiver.answer = lambda _handler, _call: (503, {"Retry-After": "120"}, b"")
    send(acme, "webhook")
    assert of(acme, message, "extract(epoch FROM run_at - now())") > 110
    receiver.answer = lambda _handler, _call: (200, {}, b"")
    make_due(acme)
    assert send(acme, "webhook") == {"sent": 1}
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1


ANSWERS = {200: "sent", 204: "sent", 302: "ready", 400: "ready", 410: "dead", 429: "ready", 500: "ready"}


@pytest.mark.parametrize("status", sorted(ANSWERS))
def test_what_an_answer_means(acme: Merchant, receiver: Receiver, secret: str, status: int) -> None:
    receiver.answer = lambda _handler, _call: (status, {"Location": "http://169.254.169.254/"}, b"")
    message = put_event(acme)
    send(acme, "webhook")
    assert of(acme, message, "state") == ANSWERS[status]
    assert len(receiver.calls) == 1, "redirects are not followed"


def _drip(handler: Any, _call: Any) -> None:
    for _ in range(200):
        time.sleep(0.05)
        try:
            handler.wfile.write(b"X")
            handler.wfile.flush()
        except OSError:
            return


def test_a_receiver_that_drips_is_cut_off(
    acme: Merchant, receiver: Receiver, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded_http, "SECONDS", 0.5)
    receiver.answer = _drip
    message = put_event(acme)
    begun = time.monotonic()
    send(acme, "webhook")
    assert time.monotonic() - begun < 3
    assert of(acme, message, "state", "reason") == ("ready", "retry")


def test_an_endless_answer_is_read_up_to_64_kb(receiver: Receiver) -> None:
    receiver.answer = lambda _handler, _call: (200, {}, b"x" * 1_000_000)
    assert len(guarded_http.post(receiver.url, b"{}", {}).body) == 64 * 1024


def test_the_test_button_says_what_came_back(acme: Merchant, receiver: Receiver, secret: str) -> None:
    with scope(acme.id):
        endpoint = Endpoint.objects.get(merchant_id=acme.id)
    result = operations.try_endpoint(merchant_id=acme.id, endpoint_id=endpoint.pk, by=CLI, at=timezone.now())
    assert (str(result.outcome), result.detail) == ("sent", "HTTP 200")
    assert receiver.calls[0].json["type"] == "outbox.test"
    assert signing.verify([secret], receiver.calls[0].headers, receiver.calls[0].body)


def test_an_endpoint_that_was_switched_off_gets_nothing(acme: Merchant, receiver: Receiver, secret: str) -> None:
    message = put_event(acme)
    with scope(acme.id):
        endpoint = Endpoint.objects.get(merchant_id=acme.id)
    operations.switch_endpoint(merchant_id=acme.id, endpoint_id=endpoint.pk, is_active=False, by=CLI, at=NOW)
    send(acme, "webhook")
    assert receiver.calls == []
    assert of(acme, message, "state", "reason") == ("dead", "refused")


# SMS over HTTP.


@pytest.fixture
def service(acme: Merchant, receiver: Receiver) -> Receiver:
    config = {"endpoint": receiver.url, "sender": "ACME"}
    operations.save_channel(
        merchant_id=acme.id,
        channel="sms",
        is_active=True,
        config=config,
        per_minute=None,
        quiet=None,
        by=CLI,
        at=NOW,
        secret="k-1",
    )
    return receiver


def test_an_sms_follows_the_contract(acme: Merchant, lin: int, service: Receiver) -> None:
    service.answer = lambda _handler, _call: (202, {}, b'{"id": "prov-9"}')
    message = put(acme, "sms", recipient_id=lin, language="en")
    assert send(acme, "sms") == {"sent": 1}
    call = service.calls[0]
    assert call.headers["authorization"] == "Bearer k-1"
    assert call.headers["idempotency-key"] == call.json["id"] == f"msg_{acme.id}_{message}"
    assert (call.json["to"], call.json["sender"]) == ("+447700900123", "ACME")
    assert call.json["text"].startswith("Lin, your order:")
    assert one(acme, "SELECT reference FROM outbox_deliveryattempt") == "prov-9"


SMS_ANSWERS = {
    (409, b""): ("sent", ""),
    (422, b'{"code": "bad_text"}'): ("dead", "refused"),
    (404, b'{"code": "unknown_number"}'): ("dead", "bounced"),
    (500, b"not json"): ("ready", "retry"),
    (401, b""): ("ready", "retry"),
}


@pytest.mark.parametrize("answer", SMS_ANSWERS, ids=lambda answer: str(answer[0]))
def test_what_an_sms_service_says(acme: Merchant, lin: int, service: Receiver, answer: tuple[int, bytes]) -> None:
    service.answer = lambda _handler, _call: (answer[0], {}, answer[1])
    message = put(acme, "sms", recipient_id=lin)
    send(acme, "sms")
    assert of(acme, message, "state", "reason") == SMS_ANSWERS[answer]
    assert one(acme, "SELECT count(*) FROM outbox_suppression") == (answer[0] == 404)


def test_the_key_of_the_service_is_sealed_at_rest(acme: Merchant, service: Receiver) -> None:
    assert b"k-1" not in bytes(one(acme, "SELECT secret_cipher FROM outbox_channelsettings"))


def test_without_a_service_the_sandbox_records_once(acme: Merchant, lin: int) -> None:
    rows(acme, "INSERT INTO outbox_channelsettings (merchant_id, channel) VALUES (%s, 'sms') RETURNING 1", acme.id)
    put(acme, "sms", recipient_id=lin, language="zh")
    assert send(acme, "sms") == {"sent": 1}
    assert rows(acme, "SELECT address_hint, text, segments FROM outbox_sandboxsms") == [
        ("+44••••0123", "Lin，您的订单：https://shop.example/b/SECRET-token_1/", 1)
    ]


@pytest.mark.parametrize(
    "url", ["http://sms.example/", "https://", "ftp://x.example", "https://u:p@x.example/", "https://x.example:22/"]
)
def test_addresses_nobody_may_set(acme: Merchant, url: str) -> None:
    with pytest.raises(UserError):
        operations.add_endpoint(merchant_id=acme.id, url=url, kinds=[], by=CLI, at=NOW)


# Segments.

SIZES = {
    "": ("gsm7", 0, 1),
    "a" * 160: ("gsm7", 160, 1),
    "a" * 161: ("gsm7", 161, 2),
    "a" * 306: ("gsm7", 306, 2),
    "a" * 307: ("gsm7", 307, 3),
    "€" * 80: ("gsm7", 160, 1),
    "€" * 81: ("gsm7", 162, 2),
    "a" * 152 + "€" + "b" * 10: ("gsm7", 164, 2),
    "您" * 70: ("ucs2", 70, 1),
    "您" * 71: ("ucs2", 71, 2),
    "您" * 134: ("ucs2", 134, 2),
    "您" * 135: ("ucs2", 135, 3),
    "😀" * 35: ("ucs2", 70, 1),
    "😀" * 67: ("ucs2", 134, 3),
    "é": ("gsm7", 1, 1),
    "ê": ("ucs2", 1, 1),
}


@pytest.mark.parametrize("text", SIZES, ids=lambda text: f"{text[:3]}×{len(text)}")
def test_segments(text: str) -> None:
    found = measure(text)
    assert (found.encoding, found.units, found.segments) == SIZES[text]


@given(st.text(alphabet="ab€^您😀 \n", max_size=400))
def test_a_text_is_never_cheaper_than_its_beginning(text: str) -> None:
    sizes = [measure(text[:length]).segments for length in range(0, len(text) + 1, 40)]
    gsm = [measure(text[:length]).encoding for length in range(0, len(text) + 1, 40)]
    assert all(a <= b for a, b, one_way, other in zip(sizes, sizes[1:], gsm, gsm[1:], strict=False) if one_way == other)
    found = measure(text)
    single, part = (160, 153) if found.encoding == "gsm7" else (70, 67)
    assert found.segments >= 1
    assert (found.segments == 1) == (found.units <= single)
    assert found.segments == 1 or found.units <= found.segments * part
    assert timedelta(0) <= timedelta(found.left)
