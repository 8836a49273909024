"""Sealed files: anybody with the public half of a key pair can write one, only the printed half opens it.

A file is one line of JSON, then compressed blocks sealed with ChaCha20-Poly1305 in order, the last one marked: a cut,
swapped or altered block is found out.
"""

import base64
import hashlib
import json
import struct
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask_babel import gettext as _

FORMAT = "settlement portal backup 1"
BLOCK = 1 << 20


class Unsealable(Exception):
    """The file is not what it should be; the text says why and what to do."""


class WrongKey(Unsealable):
    """The key does not open this file."""


def new_pair():
    """(words to print: fourteen groups of four, the public half as 32 bytes)."""
    private = X25519PrivateKey.generate()
    return _printed(private.private_bytes_raw()), private.public_key().public_bytes_raw()


def _printed(raw):
    text = base64.b32encode(raw + hashlib.sha256(raw).digest()[:3]).decode()
    return "-".join(text[n : n + 4] for n in range(0, len(text), 4))


def _private(words):
    """The private key behind printed words; raises WrongKey with what to look at."""
    bare = "".join(words.upper().split()).replace("-", "").replace("0", "O").replace("1", "I")
    try:
        data = base64.b32decode(bare)
    except ValueError as error:
        raise WrongKey(
            _("The key has fourteen groups of four letters and digits. Look at it again.")
        ) from error
    if len(data) != 35 or hashlib.sha256(data[:32]).digest()[:3] != data[32:]:
        raise WrongKey(
            _("The key is not complete or has a typing mistake. Compare it group by group.")
        )
    return X25519PrivateKey.from_private_bytes(data[:32])


def _data_key(private, public, ephemeral, recipient):
    shared = private.exchange(public)
    info = b"settlement portal backup" + ephemeral + recipient
    return HKDF(hashes.SHA256(), 32, None, info).derive(shared)


def _nonce(number, is_last):
    return struct.pack(">QI", number, is_last)


class Sealer:
    """A file-like object: what is written to it is compressed, encrypted in blocks and written to ``file``."""

    def __init__(self, file, recipient):
        ephemeral = X25519PrivateKey.generate()
        public = ephemeral.public_key().public_bytes_raw()
        peer = X25519PublicKey.from_public_bytes(recipient)
        self.key = _data_key(ephemeral, peer, public, recipient)
        self.header = _header_line(public, recipient)
        self.file, self.cipher, self.number = file, ChaCha20Poly1305(self.key), 0
        self.deflate, self.waiting = zlib.compressobj(6), bytearray()
        file.write(self.header)

    def write(self, data):
        self.waiting += self.deflate.compress(data)
        while len(self.waiting) > BLOCK:
            self._seal(bytes(self.waiting[:BLOCK]), False)
            del self.waiting[:BLOCK]
        return len(data)

    def close(self):
        self.waiting += self.deflate.flush()
        while len(self.waiting) > BLOCK:
            self._seal(bytes(self.waiting[:BLOCK]), False)
            del self.waiting[:BLOCK]
        self._seal(bytes(self.waiting), True)

    def _seal(self, block, is_last):
        sealed = self.cipher.encrypt(_nonce(self.number, is_last), block, self.header)
        self.file.write(struct.pack(">IB", len(sealed), is_last) + sealed)
        self.number += 1


def _header_line(ephemeral, recipient):
    facts = {"format": FORMAT, "ephemeral": ephemeral.hex(), "recipient": recipient.hex()}
    return json.dumps(facts).encode() + b"\n"


def read_header(file):
    """(header bytes, facts) of a copy; raises Unsealable when it is none of ours."""
    header = file.readline(1000)
    try:
        facts = json.loads(header)
        if facts["format"] != FORMAT:
            raise KeyError
        return header, {name: bytes.fromhex(facts[name]) for name in ("ephemeral", "recipient")}
    except (ValueError, KeyError, TypeError) as error:
        raise Unsealable(
            _("This file is not a backup of the portal, or its beginning is damaged.")
        ) from error


class Opener:
    """A file-like object that gives back what a Sealer was given; damage of any kind raises Unsealable."""

    def __init__(self, file, header, key):
        self.file, self.header, self.cipher = file, header, ChaCha20Poly1305(key)
        self.inflate, self.number, self.is_last, self.ready = (
            zlib.decompressobj(),
            0,
            False,
            bytearray(),
        )

    def read(self, size):
        while len(self.ready) < size and not self.is_last:
            self.ready += self._block()
        given = bytes(self.ready[:size])
        del self.ready[:size]
        return given

    def _block(self):
        start = self.file.read(5)
        if len(start) < 5:
            raise Unsealable(_("The copy is cut off: its end is missing."))
        size, is_last = struct.unpack(">IB", start)
        if size > BLOCK + 16:
            raise Unsealable(_("The copy is damaged."))
        try:
            block = self.cipher.decrypt(
                _nonce(self.number, is_last), self.file.read(size), self.header
            )
        except InvalidTag as error:
            if self.number == 0:
                raise WrongKey(
                    _("This key does not open this copy, or the copy is damaged.")
                ) from error
            raise Unsealable(_("The copy is damaged.")) from error
        self.number, self.is_last = self.number + 1, bool(is_last)
        return self.inflate.decompress(block) + (self.inflate.flush() if is_last else b"")


def key_from(words):
    """A function from the facts of a header to the data key; raises WrongKey."""
    private = _private(words)

    def key_of(facts):
        if private.public_key().public_bytes_raw() != facts["recipient"]:
            raise WrongKey(_("This copy was made with another backup key."))
        peer = X25519PublicKey.from_public_bytes(facts["ephemeral"])
        return _data_key(private, peer, facts["ephemeral"], facts["recipient"])

    return key_of


def look_through(file):
    """Check without the key what can be checked, that the file is whole to its end; returns the facts of its header."""
    _header, facts = read_header(file)
    is_last = False
    while not is_last:
        start = file.read(5)
        size, is_last = struct.unpack(">IB", start) if len(start) == 5 else (0, False)
        if not 16 <= size <= BLOCK + 16 or len(file.read(size)) != size:
            raise Unsealable(_("The copy is cut off: its end is missing."))
    if file.read(1):
        raise Unsealable(_("The copy is damaged."))
    return facts
