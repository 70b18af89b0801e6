"""WeChat Pay v3: RSA signatures over a few lines, and AES-256-GCM around what callbacks say."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from orders.payments.gateways import rsa
from orders.payments.gateways.protocol import BadNotice, BadSignature
from orders.payments.gateways.wechat import config

SCHEMA = "WECHATPAY2-SHA256-RSA2048"


def authorization(method: str, target: str, body: bytes, at: datetime, nonce: str = "") -> str:
    """The header of a request of ours; `target` is path and query."""
    nonce, moment = nonce or secrets.token_hex(16), str(int(at.timestamp()))
    message = b"".join(part + b"\n" for part in (method.encode(), target.encode(), moment.encode(), nonce.encode(), body))
    signature = rsa.sign(message, config.value("private_key"))
    values = {
        "mchid": config.value("mchid"), "nonce_str": nonce, "signature": signature, "timestamp": moment,
        "serial_no": config.value("serial"),
    }  # fmt: skip
    return f"{SCHEMA} " + ",".join(f'{name}="{value}"' for name, value in values.items())


def check(headers: Mapping[str, str], body: bytes, at: datetime) -> None:
    """Whether WeChat Pay said this, lately; for callbacks and answers alike. Raises BadSignature.

    WeChat sends forged signatures on purpose (WECHATPAY/SIGNTEST/…) to see whether they are refused; they are, like any other.
    """
    moment, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
    if not moment.isascii() or not moment.isdigit() or len(moment) > 12:
        raise BadSignature("no time")
    if abs(at.timestamp() - int(moment)) > config.TOLERANCE:
        raise BadSignature("the time is too far away")
    if headers.get("wechatpay-serial", "") != config.value("platform_serial"):
        raise BadSignature("a key we do not know")
    message = b"".join(part + b"\n" for part in (moment.encode(), nonce.encode(), body))
    if not rsa.is_signed(message, headers.get("wechatpay-signature", ""), config.value("platform_key")):
        raise BadSignature("not signed by WeChat Pay")


def opened(resource: Mapping[str, str]) -> bytes:
    """What is inside a callback. Raises BadNotice."""
    try:
        cipher = AESGCM(config.value("api_v3_key").encode())
        sealed = base64.b64decode(resource["ciphertext"], validate=True)
        return cipher.decrypt(resource["nonce"].encode(), sealed, resource.get("associated_data", "").encode())
    except (InvalidTag, binascii.Error, KeyError, ValueError) as error:
        raise BadNotice("the callback does not open") from error
