"""Pictures: what comes out is ours, whatever came in."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test import Client, override_settings
from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

from marketplace.files import operations
from marketplace.files.operations import BadImage, image_path, store_image
from marketplace.files.queries import WIDTHS, image_url


@pytest.fixture(autouse=True)
def media(tmp_path: Path):
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


def picture(size: tuple[int, int] = (1_000, 500), kind: str = "PNG", mode: str = "RGB", **options) -> bytes:
    out = BytesIO()
    Pillow.new(mode, size, {"RGB": (40, 80, 200), "RGBA": (40, 80, 200, 10), "L": 9, "P": 3, "CMYK": (1, 2, 3, 4)}[mode]).save(
        out, kind, **options
    )
    return out.getvalue()


def stored(content: bytes, width: int = 1_600) -> bytes:
    return image_path(store_image(ContentFile(content)).key, width).read_bytes()


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "L"),
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("WEBP", "RGB"),
        ("GIF", "P"),
    ],
)
def test_every_usual_format_becomes_webp_in_three_widths(kind: str, mode: str) -> None:
    image = store_image(ContentFile(picture((2_000, 1_000), kind, mode)))
    assert (image.width, image.height) == (1_600, 800)
    for width in WIDTHS:
        with Pillow.open(image_path(image.key, width)) as copy:
            assert (copy.format, copy.size) == ("WEBP", (width, width // 2))


def test_small_pictures_are_not_enlarged() -> None:
    image = store_image(ContentFile(picture((500, 300))))
    with Pillow.open(image_path(image.key, 1_600)) as copy:
        assert copy.size == (500, 300) == (image.width, image.height)


def test_the_same_picture_is_one_file(media: Path) -> None:
    assert store_image(ContentFile(picture())).key == store_image(ContentFile(picture())).key
    assert len(list(media.rglob("*.webp"))) == len(WIDTHS)
    assert not [path for path in media.rglob("*") if path.is_file() and path.suffix != ".webp"]


def test_place_and_camera_do_not_survive() -> None:
    exif = Pillow.Exif()
    exif[0x010F] = "SECRET CAMERA"
    exif[0x8825] = {1: "N", 2: (31.0, 14.0, 0.0)}
    notes = PngInfo()
    notes.add_text("Comment", "SECRET NOTE")
    for content in (
        picture(kind="JPEG", exif=exif.tobytes()),
        picture(pnginfo=notes),
        picture(kind="JPEG", icc_profile=b"SECRET PROFILE"),
    ):
        assert b"SECRET" in content
        copy = stored(content)
        assert b"SECRET" not in copy
        with Pillow.open(BytesIO(copy)) as opened:
            assert not opened.getexif()
            assert not {"exif", "icc_profile", "xmp", "Comment"} & set(opened.info)


def test_a_picture_taken_sideways_is_stored_upright() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    image = store_image(ContentFile(picture((800, 400), "JPEG", exif=exif.tobytes())))
    assert (image.width, image.height) == (400, 800)


@pytest.mark.parametrize(
    "tail", [b"<script>alert(1)</script>", b"PK\x03\x04" + b"evil" * 50, b"<?php system($_GET[0]); ?>", b"%PDF-1.7 evil"]
)
def test_of_a_polyglot_only_the_picture_remains(tail: bytes) -> None:
    for content in (picture() + tail, picture(kind="JPEG") + tail, picture(kind="GIF", mode="P") + tail):
        assert tail not in stored(content)


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><svg onload="alert(1)"/>',
        b"GIF89a/*<svg/onload=alert(1)>*/=1;",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"%PDF-1.7",
        b"II*\x00" + b"\x00" * 100,
        b"BM" + b"\x00" * 100,
        b"\x89PNG\r\n\x1a\n" + b"broken" * 20,
        b"\xff\xd8\xff\xe0" + b"broken" * 20,
        b"RIFF\x00\x00\x00\x00WEBPbroken",
        b"",
        b"hello",
    ],
)
def test_what_is_no_picture_is_refused(content: bytes, media: Path) -> None:
    with pytest.raises(BadImage):
        store_image(ContentFile(content))
    assert not list(media.rglob("*.webp"))


def flood(width: int, height: int) -> bytes:
    """A tiny PNG that claims to be huge."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 5_000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(6_400, 6_400), (50_000, 50_000), (1, 60_000_000), (2**31 - 1, 2**31 - 1)])
def test_a_flood_of_pixels_is_refused_before_it_unfolds(size: tuple[int, int]) -> None:
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(BadImage):
        store_image(ContentFile(flood(*size)))
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_a_cut_off_picture_is_refused() -> None:
    with pytest.raises(BadImage):
        store_image(ContentFile(picture(kind="JPEG")[:-200]))


def test_what_is_too_heavy_or_too_small_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MAX_BYTES", 1 << 20)
    with pytest.raises(BadImage, match="1 MB"):
        store_image(ContentFile(picture() + b"x" * (1 << 20)))
    with pytest.raises(BadImage, match="64"):
        store_image(ContentFile(picture((63, 500))))


def test_it_is_served_for_a_year_and_never_guessed_at() -> None:
    image = store_image(ContentFile(picture()))
    answer = Client().get(image_url(image.key, 800))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not answer.cookies
    assert b"".join(answer.streaming_content) == image_path(image.key, 800).read_bytes()


@pytest.mark.parametrize("path", ["0" * 40 + "-800", "../../secret-800", "0" * 40 + "-801", "A" * 40 + "-800", "0" * 39 + "-800"])
def test_nothing_else_is_served(path: str) -> None:
    assert Client().get(f"/files/images/{path}.webp").status_code == 404


def test_addresses_name_the_smallest_copy_that_fits() -> None:
    key = "0" * 40
    assert [image_url(key, width).split("-")[1] for width in (1, 400, 401, 5_000)] == [
        "400.webp",
        "400.webp",
        "800.webp",
        "1600.webp",
    ]
