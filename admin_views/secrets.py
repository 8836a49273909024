"""Search words travel in addresses only as ciphertext: no name ever stands in a URL, a log or the browser's history."""

import base64
import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from flask import current_app


def _cipher():
    secret = current_app.config["SECRET_KEY"].encode()
    return AESSIV(hashlib.sha256(b"search words" + secret).digest())


def hide(text):
    """An opaque token for ``text``; the same text always gives the same token."""
    return base64.urlsafe_b64encode(_cipher().encrypt(text.encode(), None)).decode().rstrip("=")


def reveal(token):
    """The text behind a token; empty when it is not one of ours."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return _cipher().decrypt(raw, None).decode()
    except (ValueError, InvalidTag):
        return ""
