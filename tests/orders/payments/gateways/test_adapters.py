"""The adapters against what the companies' libraries sign and send.

`vectors.json` was made once with keys of its own: WeChat Pay's signatures and sealing by wechatpayv3 2.0 and pycryptodome,
Alipay's by python-alipay-sdk 3.4, Stripe's by stripe 16.1; bodies have the shapes the companies document. RSA PKCS#1 v1.5 has one
signature per message, so ours must be equal to theirs.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.utils.http import urlencode

from orders.payments.gateways.alipay import client as alipay
from orders.payments.gateways.alipay import signing as alipay_signing
from orders.payments.gateways.http import Answer
from orders.payments.gateways.protocol import (
    BadNotice,
    BadSignature,
    GatewayRefused,
    GatewayTimeout,
    Known,
    Request,
    Result,
    Return,
)
from orders.payments.gateways.stripe import client as stripe
from orders.payments.gateways.wechat import client as wechat
from orders.payments.gateways.wechat import signing as wechat_signing

V: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())
NOW = datetime.fromtimestamp(V["now"], UTC)
REFERENCE = "SB7K3MQ9XW2A"


@pytest.fixture(autouse=True)
def set_up(settings: Any) -> None:
    settings.WECHAT_PAY = {
        "mchid": "1230000109", "appid": "wxd678efh567hg6787", "serial": "444F4864EA9B34415A",
        "private_key": V["merchant_private"], "api_v3_key": V["wechat"]["api_v3_key"],
        "platform_serial": "PUB_KEY_ID_0000000000000024101100397200000006", "platform_key": V["company_public"],
    }  # fmt: skip
    settings.ALIPAY = {
        "app_id": "2016091100486897", "seller_id": "2088102175791234", "private_key": V["merchant_private"],
        "alipay_key": V["company_public"],
    }  # fmt: skip
    settings.STRIPE = {"secret_key": "sk_test_1", "webhook_secrets": ["whsec_old", "whsec_test"]}


class Recorded:
    """Stands for the network: hands out answers in order and keeps what was asked."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers, self.asked = list(answers), []  # type: ignore[var-annotated]

    def __call__(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        self.asked.append((method, url, body, dict(headers)))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def answer(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(status, body.encode() if isinstance(body, str) else json.dumps(body).encode(), headers or {})


def wanted(amount: int = 40, total: int = 100, currency: str = "CNY") -> Return:
    return Return("SR7752501201", REFERENCE, "transaction-1", amount, total, currency, "https://market.example/n/", NOW)


REQUEST = Request(
    REFERENCE, 8888, "CNY", "店铺代运营 首付", "https://market.example/payments/alipay/callback/",
    "https://market.example/money/in/1/", NOW + timedelta(hours=1), NOW,
)  # fmt: skip
KNOWN = Known(REFERENCE, "cs_test_a1", "CNY", NOW)

# WeChat Pay


def test_wechat_requests_are_signed_as_its_library_signs_them() -> None:
    found = wechat_signing.authorization(
        "POST", "/v3/pay/transactions/native", V["wechat"]["request_body"].encode(), NOW, V["wechat"]["nonce"]
    )
    assert found == V["wechat"]["authorization"]


def test_a_wechat_callback_is_read() -> None:
    sent = V["wechat"]["paid"]
    notice = wechat.gateway().read(sent["headers"], sent["body"].encode(), NOW)
    assert (notice.result, notice.reference, notice.amount, notice.currency) == (Result.PAID, REFERENCE, 100, "CNY")
    assert (notice.transaction, notice.event_id) == ("4200001234202601018888888888", "EV-2018022511223320873")
    refund = V["wechat"]["refund"]
    notice = wechat.gateway().read(refund["headers"], refund["body"].encode(), NOW)
    assert (notice.result, notice.reference, notice.amount) == (Result.RETURNED, "SR7752501201", 40)


@pytest.mark.parametrize(
    "change",
    [
        {"wechatpay-signature": "WECHATPAY/SIGNTEST/AAAA"},
        {"wechatpay-signature": V["wechat"]["refund"]["headers"]["wechatpay-signature"]},
        {"wechatpay-nonce": "another"},
        {"wechatpay-serial": "another"},
        {"wechatpay-timestamp": str(V["now"] - 301)},
        {"wechatpay-timestamp": "１７６７２２５６００"},
        {"wechatpay-timestamp": ""},
    ],
)
def test_a_wechat_callback_with_anything_changed_is_refused(change: dict[str, str]) -> None:
    sent = V["wechat"]["paid"]
    with pytest.raises(BadSignature):
        wechat.gateway().read({**sent["headers"], **change}, sent["body"].encode(), NOW)


def test_a_wechat_callback_of_another_body_time_key_or_merchant_is_refused(settings: Any) -> None:
    sent, gateway = V["wechat"]["paid"], wechat.gateway()
    with pytest.raises(BadSignature):
        gateway.read(sent["headers"], sent["body"].replace("SUCCESS", "SUCCES5").encode(), NOW)
    with pytest.raises(BadSignature):
        gateway.read(sent["headers"], sent["body"].encode(), NOW + timedelta(seconds=301))
    settings.WECHAT_PAY = {**settings.WECHAT_PAY, "mchid": "1"}
    with pytest.raises(BadNotice):
        gateway.read(sent["headers"], sent["body"].encode(), NOW)
    settings.WECHAT_PAY = {**settings.WECHAT_PAY, "mchid": "1230000109", "api_v3_key": "0" * 32}
    with pytest.raises(BadNotice):
        gateway.read(sent["headers"], sent["body"].encode(), NOW)


def test_wechat_hands_out_a_code_and_its_answer_must_be_signed() -> None:
    native = V["wechat"]["native"]
    line = Recorded(answer(native["body"], headers=native["headers"]), answer(native["body"]), answer("{}", 400))
    gateway = wechat.WeChatPay(line)
    assert gateway.open(REQUEST).code == "weixin://wxpay/bizpayurl?pr=p4lpSuKzz"
    method, url, body, headers = line.asked[0]
    asked = json.loads(body)
    assert (method, url) == ("POST", "https://api.mch.weixin.qq.com/v3/pay/transactions/native")
    assert (asked["out_trade_no"], asked["amount"]) == (REFERENCE, {"total": 8888, "currency": "CNY"})
    assert asked["time_expire"] == "2026-01-01T01:00:00+00:00"
    assert headers["Authorization"].startswith('WECHATPAY2-SHA256-RSA2048 mchid="1230000109",')
    with pytest.raises(GatewayTimeout):
        gateway.open(REQUEST)
    with pytest.raises(GatewayRefused):
        gateway.open(REQUEST)


def test_wechat_does_not_know_what_it_answers_404_to() -> None:
    gateway = wechat.WeChatPay(Recorded(answer("{}", 404), answer("{}", 404), answer("{}", 500)))
    assert gateway.lookup(KNOWN).result is Result.ABSENT
    assert gateway.lookup_return(wanted()).result is Result.ABSENT
    with pytest.raises(GatewayTimeout):
        gateway.lookup(KNOWN)


# Alipay


def test_alipays_page_is_signed_as_its_library_signs_it() -> None:
    assert dict(parse_qsl(V["alipay"]["query"])) == alipay_signing.signed(V["alipay"]["request"])
    url = urlsplit(alipay.gateway().open(REQUEST).url)
    assert (url.scheme, url.netloc, url.path) == ("https", "openapi.alipay.com", "/gateway.do")
    assert dict(parse_qsl(url.query)) == dict(parse_qsl(V["alipay"]["query"]))


def test_an_alipay_callback_is_read() -> None:
    notice = alipay.gateway().read({}, V["alipay"]["callback"].encode(), NOW)
    assert (notice.result, notice.reference, notice.amount, notice.currency) == (Result.PAID, REFERENCE, 8888, "CNY")
    assert (notice.transaction, notice.event_id) == ("2026010122001479170502345678", "2026010100222080006079170512345678")
    assert notice.occurred_at == datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC)


def test_what_alipay_says_after_sending_money_back_is_no_new_payment_and_no_failure() -> None:
    assert alipay.gateway().read({}, V["alipay"]["closed"].encode(), NOW).result is Result.OTHER


@pytest.mark.parametrize("name", ["total_amount", "out_trade_no", "trade_status", "app_id", "seller_id", "sign", "sign_type"])
def test_an_alipay_callback_with_anything_changed_is_refused(name: str) -> None:
    values = dict(parse_qsl(V["alipay"]["callback"]))
    with pytest.raises(BadSignature):
        alipay.gateway().read({}, urlencode({**values, name: values[name][:-1] + "x"}).encode(), NOW)
    left_out = {key: value for key, value in values.items() if key != name}
    with pytest.raises(BadSignature):
        alipay.gateway().read({}, urlencode(left_out).encode(), NOW)


def test_an_alipay_callback_of_another_merchant_or_with_a_name_twice_is_refused(settings: Any) -> None:
    body = V["alipay"]["callback"]
    with pytest.raises(BadNotice):
        alipay.gateway().read({}, f"{body}&total_amount=1.00".encode(), NOW)
    settings.ALIPAY = {**settings.ALIPAY, "seller_id": "2088000000000000"}
    with pytest.raises(BadNotice):
        alipay.gateway().read({}, body.encode(), NOW)


def test_alipays_answers_must_be_signed() -> None:
    good, changed = V["alipay"]["query_answer"], V["alipay"]["query_answer"].replace("88.88", "88.89")
    gateway = alipay.Alipay(Recorded(answer(good), answer(changed)))
    assert gateway.lookup(KNOWN).result is Result.PAID
    with pytest.raises(GatewayTimeout):
        gateway.lookup(KNOWN)


def test_alipay_sends_money_back() -> None:
    line = Recorded(answer(V["alipay"]["refund_answer"]))
    assert alipay.Alipay(line).send_back(wanted(4000)).result is Result.RETURNED
    sent = {name: values[0] for name, values in parse_qs(line.asked[0][2].decode()).items()}
    assert sent["method"] == "alipay.trade.refund"
    assert json.loads(sent["biz_content"])["refund_amount"] == "40.00"
    assert json.loads(sent["biz_content"])["out_request_no"] == "SR7752501201"


# Stripe


def test_a_stripe_callback_is_read() -> None:
    notice = stripe.gateway().read({"stripe-signature": V["stripe"]["signature"]}, V["stripe"]["body"].encode(), NOW)
    assert (notice.result, notice.reference, notice.amount, notice.currency) == (Result.PAID, REFERENCE, 2000, "USD")
    assert (notice.transaction, notice.event_id, notice.payer) == ("pi_3Mt", "evt_1NG8Du", "Jenny Rosen")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        V["stripe"]["signature"][:-1] + "0",
        V["stripe"]["signature"].replace("v1", "v0"),
        V["stripe"]["signature"].replace(str(V["now"]), str(V["now"] + 1)),
        "t=９,v1=0",
    ],
)
def test_a_stripe_callback_with_another_signature_is_refused(header: str) -> None:
    if header.endswith("0") and header == V["stripe"]["signature"]:
        header = header[:-1] + "1"
    with pytest.raises(BadSignature):
        stripe.gateway().read({"stripe-signature": header}, V["stripe"]["body"].encode(), NOW)


def test_an_old_or_altered_stripe_callback_is_refused() -> None:
    headers = {"stripe-signature": V["stripe"]["signature"]}
    with pytest.raises(BadSignature):
        stripe.gateway().read(headers, V["stripe"]["body"].encode(), NOW + timedelta(seconds=301))
    with pytest.raises(BadSignature):
        stripe.gateway().read(headers, V["stripe"]["body"].replace("2000", "3000").encode(), NOW)


def test_stripe_is_asked_with_our_reference_as_its_key() -> None:
    made = {**V["stripe"]["session"], "url": "https://checkout.stripe.com/c/pay/cs_test_a1"}
    line = Recorded(answer(made))
    opened = stripe.Stripe(line).open(REQUEST)
    assert (opened.url, opened.session) == ("https://checkout.stripe.com/c/pay/cs_test_a1", "cs_test_a1")
    _method, url, body, headers = line.asked[0]
    fields = dict(parse_qsl(body.decode()))
    assert (url, headers["Idempotency-Key"]) == ("https://api.stripe.com/v1/checkout/sessions", REFERENCE)
    assert fields["line_items[0][price_data][unit_amount]"] == "8888"
    assert fields["client_reference_id"] == fields["metadata[reference]"] == REFERENCE


@pytest.mark.parametrize(
    ("status", "error"), [(402, GatewayRefused), (400, GatewayRefused), (409, GatewayTimeout), (500, GatewayTimeout)]
)
def test_what_stripe_refuses_and_what_may_be_asked_again(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        stripe.Stripe(Recorded(answer({"error": {"type": "card_error"}}, status))).open(REQUEST)


def test_stripe_sends_money_back_and_is_asked_what_became_of_it() -> None:
    refund = {
        "id": "re_1", "amount": 40, "currency": "usd", "status": "succeeded", "created": V["now"],
        "metadata": {"request_id": "SR7752501201"},
    }  # fmt: skip
    line = Recorded(answer(refund), answer({"data": [refund]}), answer({"data": []}), answer({"error": {}}, 400))
    gateway, back = stripe.Stripe(line), wanted(currency="USD")
    assert gateway.send_back(back).result is Result.RETURNED
    assert gateway.lookup_return(back).transaction == "re_1"
    assert gateway.lookup_return(back).result is Result.ABSENT
    assert gateway.send_back(back).result is Result.NOT_RETURNED
    assert line.asked[0][3]["Idempotency-Key"] == "SR7752501201"


@pytest.mark.parametrize(("module", "setting"), [(stripe, "STRIPE"), (wechat, "WECHAT_PAY"), (alipay, "ALIPAY")])
def test_a_gateway_without_its_secrets_is_not_offered(module: Any, setting: str, settings: Any) -> None:
    assert module.gateway().currencies()
    setattr(
        settings, setting, {name: [] if isinstance(value, list) else "" for name, value in getattr(settings, setting).items()}
    )
    assert module.gateway().currencies() == ()
