"""Files as people hand them in, good and hostile. All of them are made here."""

import io
import struct
import zipfile
import zlib

from PIL import Image


def pdf(words: str = "business licence", *, extra: bytes = b"", tail: bytes = b"") -> bytes:
    """A small PDF of one page; `extra` goes among its objects."""
    text = f"BT /F1 12 Tf 72 720 Td ({words}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
    ]
    body = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, o) for n, o in enumerate(objects, 1)) + extra
    return body + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body) + tail


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (90, 140, 200)).save(made, kind, **options)
    return made.getvalue()


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bomb.txt", b"0" * 10_000_000)
    return made.getvalue()


def flood(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few bytes that claims 900 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def packed_script() -> bytes:
    """A PDF whose script hides in a compressed object stream."""
    hidden = zlib.compress(b"5 0 << /S /JavaScript /JS (app.alert(1)) >>")
    return pdf(
        extra=b"6 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n" + hidden + b"\nendstream\nendobj\n"
    )


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE = {
    "an SVG named .png": ("logo.png", SVG),
    "a page named .pdf": ("licence.pdf", b"<html><script>alert(1)</script></html>"),
    "a zip bomb named .pdf": ("licence.pdf", archive()),
    "a PDF with a zip behind it": ("licence.pdf", pdf(tail=archive())),
    "a PDF that begins as a page": ("licence.pdf", b"%PDF-1.4\n<script>alert(1)</script>\n" + pdf()),
    "a PDF with a script": ("licence.pdf", pdf(extra=b"5 0 obj\n<< /S /JavaScript /JS (app.alert(1)) >>\nendobj\n")),
    "a PDF with a script spelled otherwise": ("licence.pdf", pdf(extra=b"5 0 obj\n<< /S /J#61vaScript >>\nendobj\n")),
    "a PDF with a packed script": ("licence.pdf", packed_script()),
    "a PDF that starts programs": ("licence.pdf", pdf(extra=b"5 0 obj\n<< /S /Launch /F (calc.exe) >>\nendobj\n")),
    "a PDF behind a password": ("licence.pdf", pdf(extra=b"5 0 obj\n<< /Encrypt 6 0 R >>\nendobj\n")),
    "a PDF cut in the middle": ("licence.pdf", pdf()[:200]),
    "a picture with a zip behind it": ("id.jpg", picture() + archive()),
    "a picture with a page behind it": ("id.png", picture("PNG") + b"<script>alert(1)</script>"),
    "a picture with a page inside": ("id.jpg", picture(comment=b"<html><script>alert(1)</script>")),
    "a picture of 900 million pixels": ("id.png", flood()),
    "a picture cut in the middle": ("id.png", picture("PNG", (400, 400))[:300]),
    "a GIF": ("id.gif", b"GIF89a" + b"\0" * 100),
    "a program": ("licence.pdf", b"MZ" + b"\0" * 1000),
    "nothing": ("licence.pdf", b""),
    "more than 10 MB": ("licence.pdf", pdf(extra=b"%" + b"0" * (10 * 1024 * 1024))),
}
