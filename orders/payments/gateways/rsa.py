"""SHA-256 signatures with RSA keys, as WeChat Pay and Alipay make them; base64 texts."""

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificate


class BadKey(ValueError):
    """A setting that is not an RSA key."""


def pem(text: str, kind: str) -> str:
    """A key as PEM: ends of lines may be written as \\n, and a bare base64 text (Alipay's tool) gets its frame."""
    found = text.replace("\\n", "\n").strip()
    if found.startswith("-----BEGIN"):
        return found + "\n"
    body = "".join(found.split())
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


@lru_cache(maxsize=8)
def _private(text: str) -> rsa.RSAPrivateKey:
    for kind in ("PRIVATE KEY", "RSA PRIVATE KEY"):
        try:
            key = serialization.load_pem_private_key(pem(text, kind).encode(), password=None)
        except ValueError:
            continue
        if isinstance(key, rsa.RSAPrivateKey):
            return key
    raise BadKey("not an RSA private key")


@lru_cache(maxsize=8)
def _public(text: str) -> rsa.RSAPublicKey:
    framed = pem(text, "PUBLIC KEY").encode()
    if b"CERTIFICATE" in framed:
        key = load_pem_x509_certificate(framed).public_key()
    else:
        key = serialization.load_pem_public_key(framed)  # type: ignore[assignment]
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadKey("not an RSA public key")
    return key


def sign(message: bytes, private_key: str) -> str:
    """Raises BadKey."""
    return base64.b64encode(_private(private_key).sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(message: bytes, signature: str, public_key: str) -> bool:
    """Whether the owner of the key signed exactly this."""
    try:
        raw = base64.b64decode(signature, validate=True)
        _public(public_key).verify(raw, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
