"""Which files are taken: told by their bytes, never by their names."""

import io
import zipfile

import pytest

from orders.invoices import files
from orders.invoices.errors import BadFile
from orders.invoices.rules import MAX_BYTES
from tests.orders.invoices.conftest import PDF

XML = b"<?xml version='1.0' encoding='UTF-8'?><EInvoice><Number>1</Number></EInvoice>"


def ofd(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


OFD = ofd(**{"OFD.xml": XML, "Doc_0__Document.xml": XML})


@pytest.mark.parametrize(("content", "ending"), [(PDF, ".pdf"), (OFD, ".ofd"), (XML, ".xml"), (b"\xef\xbb\xbf" + XML, ".xml")])
def test_the_three_kinds_are_kept_byte_for_byte_under_their_own_ending(content, ending):
    found = files.checked(content, name="../../发票 1.exe")
    assert (found.content, found.name[-4:]) == (content, ending)
    assert "/" not in found.name and "发票 1" in found.name


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00 a program",
        b"\x89PNG\r\n\x1a\n a picture",
        PDF + b"x" * MAX_BYTES,
        PDF.replace(b"%%EOF", b""),
        b"%PDF-1.7\n<< /OpenAction << /S /JavaScript >> >>\n%%EOF",
        ofd(**{"word__document.xml": XML}),
        ofd(**{"OFD.xml": b"<not closed"}),
        ofd(**{"OFD.xml": XML, "run.exe": b"MZ"}),
        ofd(**{"OFD.xml": XML, "..__up.xml": XML}),
        OFD[: len(OFD) // 2],
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        b"<a><b></a>",
        "<?xml version='1.0' encoding='UTF-16'?><a/>".encode("utf-16"),
    ],
)
def test_anything_else_is_refused(content):
    with pytest.raises(BadFile):
        files.checked(content, name="fapiao.pdf")


def test_a_bomb_is_not_unfolded(monkeypatch):
    monkeypatch.setattr(files, "MOST_UNFOLDED", 1_000)
    with pytest.raises(BadFile):
        files.checked(ofd(**{"OFD.xml": XML, "page.xml": b"0" * 2_000}), name="a.ofd")
