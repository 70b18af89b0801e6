"""Which files are taken, and what becomes of them."""

import io
import time

import pytest
from django.utils.translation import override
from PIL import Image

from providers.onboarding.papers import BadPaper, checked
from tests.providers.onboarding import papers


@pytest.mark.parametrize("name", papers.HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason(name):
    file_name, content = papers.HOSTILE[name]
    with override("en"), pytest.raises(BadPaper) as refused:
        checked(content, name=file_name)
    assert len(str(refused.value)) > 15


def test_a_pdf_is_kept_as_it_is():
    kept = checked(papers.pdf(), name="扫描件.PDF")
    assert (kept.content, kept.content_type, kept.name) == (papers.pdf(), "application/pdf", "扫描件.pdf")


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", ".jpg"), ("PNG", ".png")])
def test_a_picture_is_drawn_anew_and_says_nothing_else(kind, ending):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    sent = papers.picture(kind, exif=exif)
    assert b"taken at home" in sent
    kept = checked(sent, name=f"id.{kind}")
    assert b"taken at home" not in kept.content
    assert kept.name == f"id{ending}"
    with Image.open(io.BytesIO(kept.content)) as drawn:
        assert (drawn.format, drawn.size) == (kind, (60, 40))


def test_bytes_behind_the_end_of_a_picture_are_gone():
    assert b"ride along" not in checked(papers.picture() + b"ride along", name="id.jpg").content


def test_a_large_photo_is_made_smaller():
    kept = checked(papers.picture(size=(6000, 4500)), name="id.jpg")
    with Image.open(io.BytesIO(kept.content)) as drawn:
        assert max(drawn.size) <= 4000


def test_the_type_follows_the_bytes_and_never_the_name():
    assert checked(papers.picture("PNG"), name="licence.pdf").content_type == "image/png"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "etc passwd.pdf"),
        ('a"b\r\nSet-Cookie: x.pdf', "a bSet-Cookie  x.pdf"),
        ("\u202efdp.exe", "fdp.pdf"),
        ("", "document.pdf"),
        ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
    ],
)
def test_names_are_harmless_everywhere(sent, kept):
    assert checked(papers.pdf(), name=sent).name == kept


def test_a_pdf_full_of_packed_bombs_is_judged_quickly():
    import zlib

    bomb = zlib.compress(b"0" * 20_000_000)
    stream = b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n" + bomb + b"\nendstream\n"
    started = time.monotonic()
    checked(papers.pdf(extra=stream * 100), name="licence.pdf")
    assert time.monotonic() - started < 5
