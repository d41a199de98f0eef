"""Write a page of text as a PDF file (ISO 32000-1), with a font that every reader has."""

from collections.abc import Sequence

_TOP, _LEFT, _LEADING, _SIZE = 790, 60, 18, 11


def write_pdf(lines: Sequence[str]) -> bytes:
    """Return an A4 page with these lines; the first is the heading."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R"
            b" /Resources << /Font << /F1 4 0 R >> >> >>"
        ),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        _stream(lines),
    ]
    file, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    return file + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\n"
        b"startxref\n%d\n%%%%EOF\n" % (count, table, count, len(file))
    )


def _stream(lines: Sequence[str]) -> bytes:
    heading, *rest = lines
    drawn = b"BT /F1 18 Tf %d %d Td %b Tj" % (_LEFT, _TOP, _literal(heading))
    drawn += b" /F1 %d Tf %d TL 0 -%d Td" % (_SIZE, _LEADING, 2 * _LEADING)
    for line in rest:
        drawn += b" %b Tj T*" % _literal(line)
    drawn += b" ET"
    return b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn)


def _literal(text: str) -> bytes:
    """Return a string of the page; what the font has not got becomes a question mark."""
    written = text.encode("cp1252", "replace")
    for sign in (b"\\", b"(", b")"):
        written = written.replace(sign, b"\\" + sign)
    return b"(" + written + b")"
