"""Alipay's RSA2: the parameters in the order of their names, joined as `a=1&b=2`, none of them encoded."""

from collections.abc import Mapping

from orders.payments.gateways import rsa
from orders.payments.gateways.alipay import config
from orders.payments.gateways.protocol import BadSignature


def joined(values: Mapping[str, str], *, without: tuple[str, ...]) -> bytes:
    """What is signed; empty values are left out."""
    kept = sorted((name, value) for name, value in values.items() if value != "" and name not in without)
    return "&".join(f"{name}={value}" for name, value in kept).encode()


def signed(values: Mapping[str, str]) -> dict[str, str]:
    """A request of ours with its signature; `sign_type` is part of what is signed."""
    return {**values, "sign": rsa.sign(joined(values, without=("sign",)), config.value("private_key"))}


def check_callback(values: Mapping[str, str]) -> None:
    """In callbacks `sign_type` is not part of it. Raises BadSignature."""
    message = joined(values, without=("sign", "sign_type"))
    if values.get("sign_type") != "RSA2" or not rsa.is_signed(message, values.get("sign", ""), config.value("alipay_key")):
        raise BadSignature("not signed by Alipay")


def check_answer(body: str, node: str, signature: str) -> None:
    """An answer is signed as the very characters of its node. Raises BadSignature."""
    if not rsa.is_signed(_inside(body, node).encode(), signature, config.value("alipay_key")):
        raise BadSignature("not signed by Alipay")


def _inside(body: str, node: str) -> str:
    """The text of a JSON object's member, from its brace to the matching one."""
    start = body.find("{", body.find(f'"{node}"'))
    depth, quoted, at = 0, False, start
    while 0 <= at < len(body):
        letter = body[at]
        if quoted:
            if letter == "\\":
                at += 1
            elif letter == '"':
                quoted = False
        elif letter == '"':
            quoted = True
        elif letter in "{}":
            depth += 1 if letter == "{" else -1
            if depth == 0:
                return body[start : at + 1]
        at += 1
    return ""
