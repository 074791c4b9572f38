"""Small files as bidders have them: a PDF with pages, one with a password, office files and a picture."""

import struct
import zipfile
import zlib
from io import BytesIO


def pdf(pages: int = 3, filler: bytes = b"") -> bytes:
    """A PDF that every reader opens. `filler` makes it as large as wanted."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + pages))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>"]
    objects += ["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>"] * pages
    parts = [obj.encode() for obj in objects]
    if filler:
        parts.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(filler), filler))
    return _assembled(parts, b"")


def locked_pdf() -> bytes:
    """One that asks for a password: standard handler, revision 2; the stored hashes match no password."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
    ]
    parts.append(b"<< /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >>" % (b"ab" * 32, b"cd" * 32))
    return _assembled(parts, b"/Encrypt 4 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>] ")


def _assembled(parts: list[bytes], more: bytes) -> bytes:
    out, offsets = BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, part in enumerate(parts, start=1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, part))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, more, start))
    return out.getvalue()


def office(main: str = "word/document.xml") -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(main, "<document>方案</document>")
    return out.getvalue()


def locked_office() -> bytes:
    """The beginning of the container into which office programs put a document with a password."""
    head = bytearray(512)
    head[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", head, 30, 9)
    struct.pack_into("<I", head, 48, 0)
    directory = b"".join(name.encode("utf-16le").ljust(128, b"\0") for name in ("Root Entry", "EncryptionInfo", "EncryptedPackage"))
    return bytes(head) + directory.ljust(512, b"\0")


def png(width: int = 4, height: int = 4) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x20\x60\x60" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
