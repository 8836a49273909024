"""A signed form of the example as a scan of it would be: one page of PDF with a line of handwriting."""

PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R /B 6 0 R >> >> >>"
SIGNATURE = b"1.4 w 0.1 0.1 0.5 RG 80 560 m 110 620 120 520 140 575 c 160 610 165 530 190 572 c 215 600 240 545 290 580 c S\n"


def signed_form(title, lines):
    """The bytes of a PDF: a title, lines of text, a signature.  Letters outside Western Europe become "?"."""
    text = b"BT /B 20 Tf 72 770 Td (%s) Tj ET\n" % _quoted(title)
    for number, line in enumerate(lines):
        text += b"BT /F 12 Tf 72 %d Td (%s) Tj ET\n" % (730 - 20 * number, _quoted(line))
    text += SIGNATURE + b"0.5 w 0 G 72 550 m 320 550 l S\n"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    return _file(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            PAGE,
            b"<< /Length %d >>\nstream\n%sendstream" % (len(text), text),
            font % b"Helvetica",
            font % b"Helvetica-Bold",
        )
    )


def _quoted(words):
    plain = words.encode("cp1252", "replace").replace(b"\\", b"\\\\")
    return plain.replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects):
    """A PDF of these objects, with the table that says where each begins."""
    content, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, size = len(content), len(objects) + 1
    content += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return content + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        start,
    )
