"""The papers companies of the demo hand in: one page each, plainly marked as specimens."""

from django.utils.encoding import force_str

from providers.demo.chance import chance
from providers.onboarding.credit_code import ALPHABET, check_digit

#: Places of the administrative division, as codes of real provinces begin.
DIVISIONS = ("330106", "440605", "310115", "320602", "440305", "110105", "350203", "430102", "510107", "370602")


def specimen(title: str, *lines: str) -> bytes:
    """A PDF of one page with a heading and lines. ASCII only: it uses a font every reader has."""
    texts = [
        (24, 760, title),
        *((12, 710 - 24 * n, line) for n, line in enumerate(lines)),
        (10, 60, "Specimen for the demo. Not a document."),
    ]
    content = "".join(f"BT /F1 {size} Tf 72 {y} Td ({_escaped(words)}) Tj ET\n" for size, y, words in texts).encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def _escaped(words: str) -> str:
    plain = force_str(words.encode("ascii", "replace"))
    return plain.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def credit_code(provider: str) -> str:
    """A well-formed social credit code for a company that does not exist."""
    luck = chance("code", provider)
    first = "91" + luck.choice(DIVISIONS) + "MA" + "".join(luck.choice(ALPHABET) for _place in range(7))
    return first + check_digit(first)


def bank_account(provider: str) -> str:
    """Nineteen digits."""
    luck = chance("account", provider)
    return "6222" + "".join(str(luck.randrange(10)) for _place in range(15))
