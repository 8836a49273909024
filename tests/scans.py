"""Small files of the kinds that are taken, made here byte by byte, and some that only look like them."""

import struct
import zlib


def png():
    """A picture of one pixel."""

    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    size = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    picture = zlib.compress(b"\0\xff")
    parts = chunk(b"IHDR", size) + chunk(b"IDAT", picture) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def jpeg(width=1, after=b""):
    """The segments of a photo, a thumbnail with an end of its own among them; ``after`` follows its end."""
    thumbnail = b"\xff\xd8 small \xff\xd9"
    exif = b"\xff\xe1" + struct.pack(">H", 2 + len(thumbnail)) + thumbnail
    frame = b"\xff\xc0" + struct.pack(">HBHHBBBB", 11, 8, 1, width, 1, 1, 0x11, 0)
    scan = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 0, 63, 0) + b"\x12\x34"
    return b"\xff\xd8" + exif + frame + scan + b"\xff\xd9" + after


def pdf(filling=b""):
    """A document without pages; ``filling`` makes it larger."""
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n" + filling
    return body + b"\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
