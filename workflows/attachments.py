"""Scans and photos that belong to a record: taken in, looked at by content, listed, handed over, removed (2.25).

The owner is any saved record, a wizard's Draft too: ``hand_over`` moves the files to what the wizard made of it.
``records.delete`` of an owner deletes its files in the same transaction; who deletes rows in bulk calls ``remove``.
"""

import hashlib
import re
import struct
import unicodedata
import zlib

from flask_babel import gettext as _

from models import ATTACHMENT_KINDS, LANGUAGES, TABLES, Attachment, Record, database
from workflows import records
from workflows.writing import STRONG, look, own_rules

MOST = 10 * 1024 * 1024  # bytes of one file (2.25)
PIECE = 64 * 1024
LONGEST_STEM = 120
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ENDINGS = {PDF: (".pdf",), JPEG: (".jpg", ".jpeg"), PNG: (".png",)}
ACCEPTED = ",".join(
    ENDINGS
)  # for the file control: a phone offers its camera and turns its photos into JPEG

# Everything a list shows; the bytes are read only when somebody opens the file.
_FACTS = [field for name, field in Attachment._meta.fields.items() if name != "content"]


# Papers that came from elsewhere, and copies of what was written about somebody (R-NOTE-6).
RECEIVED = ("scan", "correspondence")


class Unacceptable(Exception):
    """The file cannot be kept; the text says why and what to do."""


class _Broken(Exception):
    """It begins like a file of its kind and does not end like one."""


def store(kind, owner, stream, name):
    """Keep the file that ``stream`` (binary) yields as ``kind`` of the saved record ``owner``; returns the Attachment.

    ``name`` is what the browser calls it.  The same bytes again are not kept twice: a button pressed twice makes one
    file.  Raises Unacceptable and keeps nothing when the file is empty, over 10 MB, cut off or of another kind.
    """
    if kind not in dict(ATTACHMENT_KINDS):
        raise ValueError(f"no kind of attachment is called {kind!r}")
    _look_at_the_name(name)
    content = _read(stream)
    media_type = media_type_of(content)
    digest = hashlib.sha256(content).hexdigest()
    with database.atomic():
        known = _owned(owner).where(Attachment.hash == digest, Attachment.kind == kind).first()
        if known:
            return known
        attachment = Attachment(
            kind=kind,
            owner_table=owner._meta.table_name,
            owner_id=owner.id,
            name=clean_name(name, media_type),
            media_type=media_type,
            size=len(content),
            hash=digest,
            content=content,
        )
        records.save(attachment)
    return attachment


def ask_for_redaction(kind, is_removed):
    """R-NOTE-6: a paper that was received is filed once somebody says that no diagnosis stands in it; else Unacceptable."""
    if kind in RECEIVED and not is_removed:
        raise Unacceptable(
            _(
                "Has any diagnosis been removed? If this paper names one, write a note of what is needed in practice,"
                " then file a copy with the diagnosis blacked out and tick the box."
            )
        )


def _look_at_the_name(name):
    """R-NOTE-6, R-CLI-1: a file's name shows in lists, so it must not say what the file itself may not."""
    words = re.sub(r"[\W_]+", " ", name or "")
    found = (mark for code in LANGUAGES for mark in look(words, code, own_rules()))
    if any(mark.severity == STRONG for mark in found):
        raise Unacceptable(
            _(
                "The name of this file says something that must not stand in the file, such as a diagnosis. If the"
                " paper names it too, black it out first; then give the file another name and choose it again."
            )
        )


def of(owner, kind=None):
    """The Attachments of a record, oldest first, without their bytes; ``kind`` narrows them."""
    query = _owned(owner).order_by(Attachment.id)
    return list(query.where(Attachment.kind == kind) if kind else query)


def hand_over(old, new, kind=None, become=None):
    """Give the files of the record ``old``, such as a finished draft, to ``new``; returns how many.

    Called in the transaction that deletes ``old``, before it; ``kind`` narrows what moves, ``become`` is the kind the
    files have from then on.
    """
    with database.atomic():
        found = of(old, kind)
        for attachment in found:
            whole = Attachment.get_by_id(attachment.id)
            whole.owner_table, whole.owner_id = new._meta.table_name, new.id
            whole.kind = become or whole.kind
            records.save(whole)
    return len(found)


def remove(owner):
    """Delete the files of a record that goes, each with its audit row; returns how many."""
    with database.atomic():
        found = of(owner)
        for attachment in found:
            records.delete(attachment)
    return len(found)


@records.after_delete(
    *(model for model in TABLES if issubclass(model, Record) and model is not Attachment)
)
def go_with_the_owner(record):
    """2.25: no file outlives what it belongs to."""
    remove(record)


def owner_of(attachment):
    """The record a file belongs to, or None when its table is unknown or the record is gone."""
    models = {model._meta.table_name: model for model in TABLES}
    model = models.get(attachment.owner_table)
    return model and model.get_or_none(model.id == attachment.owner_id)


def _owned(owner):
    return Attachment.select(*_FACTS).where(
        Attachment.owner_table == owner._meta.table_name, Attachment.owner_id == owner.id
    )


# ---- What is in a file -----------------------------------------------------------------------------------------------


def _read(stream):
    """The bytes of ``stream``, given up as soon as they are too many."""
    content = bytearray()
    while piece := stream.read(PIECE):
        content += piece
        if len(content) > MOST:
            raise Unacceptable(
                _(
                    "This file is larger than 10 MB. Scan it in black and white or at a lower resolution, or send"
                    " its pages as several files."
                )
            )
    if not content:
        raise Unacceptable(
            _("This file is empty. Scan it or take the photo again, then choose the new file.")
        )
    return bytes(content)


def media_type_of(content):
    """PDF, JPEG or PNG, judged by the bytes and never by a name; raises Unacceptable."""
    for beginning, check, media_type in (
        (b"%PDF-", _check_pdf, PDF),
        (b"\xff\xd8\xff", _check_jpeg, JPEG),
        (b"\x89PNG\r\n\x1a\n", _check_png, PNG),
    ):
        if content.startswith(beginning):
            try:
                check(content)
            except (_Broken, struct.error, IndexError) as error:
                raise Unacceptable(
                    _(
                        "This file is damaged or was cut off on its way. Open it on your computer to see whether it"
                        " is whole, then send it again."
                    )
                ) from error
            return media_type
    raise Unacceptable(
        _(
            "This file is neither a PDF nor a JPEG or PNG picture, whatever its name says. Save or scan it as one of"
            " these and choose it again."
        )
    )


def _check_pdf(content):
    """A PDF says at its end where its table of contents is."""
    end = content[-2048:]
    if b"%%EOF" not in end or b"startxref" not in end:
        raise _Broken


def _check_jpeg(content):
    """Segments up to the picture, which has a size; and an end after it.  Cameras may add bytes after the end."""
    at, sized = 2, False
    while True:
        if content[at] != 0xFF:
            raise _Broken
        marker = content[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", content, at + 5)
            sized = width > 0 and height > 0
        at += 2 + length
        if marker == 0xDA:  # the picture itself follows
            break
        if marker == 0xD9 or length < 2:
            raise _Broken
    if not sized or content.rfind(b"\xff\xd9", at) < 0:
        raise _Broken


def _check_png(content):
    """Chunks with their checksums: the size first, a picture, and the end."""
    at, seen = 8, []
    while not seen or seen[-1] != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack_from(">I", content, at + 8 + length)
        if zlib.crc32(name + body) != checksum:
            raise _Broken
        if not seen and (name != b"IHDR" or 0 in struct.unpack_from(">II", body)):
            raise _Broken
        seen.append(name)
        at += 12 + length
    if b"IDAT" not in seen:
        raise _Broken


def clean_name(name, media_type):
    """What the file is called from now on: no folders, no control or direction marks, the ending of what it is."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name or ""))[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    name = " ".join(name.split())
    endings = ENDINGS[media_type]
    stem, dot, ending = name.rpartition(".")
    known = (ending for each in ENDINGS.values() for ending in each)
    if not dot or f".{ending.lower()}" not in known:
        stem, ending = name, ""
    ending = f".{ending.lower()}" if f".{ending.lower()}" in endings else endings[0]
    stem = stem.strip(". ")[:LONGEST_STEM].strip(". ")
    return f"{stem or 'scan'}{ending}"
