"""Papers that people upload in the sample city: a one-page PDF of a few lines of Chinese, the same bytes every time."""

from collections.abc import Sequence

FIRST_LINE_Y, LEADING, LEFT = 760, 26, 72


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """A title and lines in a font that every reader of PDF brings for Chinese (not embedded; UCS-2 codes)."""
    content = b"BT /F 18 Tf %d %d Td <%s> Tj /F 12 Tf" % (LEFT, FIRST_LINE_Y, _hex(title))
    for line in lines:
        content += b" 0 -%d Td <%s> Tj" % (LEADING, _hex(line))
    return _document(content + b" ET")


def _hex(text: str) -> bytes:
    return text.encode("utf-16-be").hex().encode()


def _document(content: bytes) -> bytes:
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 7 0 R /Resources << /Font << /F 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo"
        b" << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 6 0 R /DW 1000 >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
        b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    )
    file, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return file + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, table, size, len(file)
    )  # fmt: skip
