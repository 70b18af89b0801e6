"""Pictures of the demo, drawn by Pillow: calm abstract covers, one motif per category, and monograms.

The same name gives the same picture.
"""

import colorsys
import io
from collections.abc import Callable
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from providers.demo.chance import chance

WIDTH, HEIGHT, SIDE = 960, 540, 256
Colour = tuple[int, int, int]
Draw = ImageDraw.ImageDraw
#: Hue of each category, in degrees.
HUES = {
    "agency-operation": 214, "content-marketing": 344, "customer-service": 172, "onboarding-agent": 36, "isv-tools": 236,
    "visual-design": 286, "lecturers": 142,
}  # fmt: skip


def cover(category: str, name: str) -> SimpleUploadedFile:
    """A cover of 960 × 540 for a listing of a top-level category."""
    picture = _ground(chance("cover", name), HUES[category])
    veil = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    MOTIFS[category](ImageDraw.Draw(veil), chance("motif", name), HUES[category])
    picture = Image.alpha_composite(picture.convert("RGBA"), veil.filter(ImageFilter.GaussianBlur(0.7))).convert("RGB")
    return _file(picture, f"{name}.png")


def monogram(name: str, letters: str) -> SimpleUploadedFile:
    """A square logo with one or two letters."""
    luck = chance("logo", name)
    hue = luck.randrange(360)
    picture = Image.new("RGB", (SIDE, SIDE), _colour(hue, 0.42, 0.36))
    draw = ImageDraw.Draw(picture, "RGBA")
    turn = luck.randrange(SIDE // 3, SIDE)
    draw.ellipse((turn - SIDE, -SIDE // 2, turn, SIDE // 2), fill=(*_colour(hue + 24, 0.45, 0.5), 110))
    draw.rectangle((0, SIDE - 22, SIDE, SIDE), fill=(*_colour(hue - 30, 0.5, 0.62), 150))
    font = ImageFont.load_default(size=116 if len(letters) > 1 else 150)
    draw.text((SIDE / 2, SIDE / 2 - 6), letters, font=font, fill=(255, 255, 255), anchor="mm")
    return _file(picture, f"{name}-logo.png")


def _colour(hue: float, saturation: float, light: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb((hue % 360) / 360, light, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _ground(luck: Random, hue: int) -> Image.Image:
    """A slanting wash of two neighbouring colours."""
    shift = luck.randint(-22, 22)
    light, deep = _colour(hue + shift, 0.38, 0.86), _colour(hue + shift + luck.choice((-26, 26)), 0.36, 0.66)
    wash = Image.linear_gradient("L").rotate(luck.choice((18, -18, 62, -62)), expand=False, fillcolor=128)
    wash = wash.crop((48, 48, 208, 208)).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", (WIDTH, HEIGHT), deep), Image.new("RGB", (WIDTH, HEIGHT), light), wash)


def _ink(luck: Random, hue: int, *, light: float = 0.5, strength: int = 120) -> tuple[int, int, int, int]:
    return (*_colour(hue + luck.randint(-34, 34), 0.42, light + luck.uniform(-0.12, 0.3)), strength + luck.randint(-40, 40))


def _shelves(draw: Draw, luck: Random, hue: int) -> None:
    """Goods on shelves: agency operation."""
    for row in range(3):
        foot, left = 190 + row * 150, 60 + luck.randint(0, 50)
        while left < WIDTH - 90:
            wide, high = luck.randint(44, 112), luck.randint(40, 118)
            draw.rounded_rectangle((left, foot - high, left + wide, foot), 12, fill=_ink(luck, hue))
            left += wide + luck.randint(12, 46)
        draw.line((40, foot + 6, WIDTH - 40, foot + 6), fill=(255, 255, 255, 190), width=6)


def _frames(draw: Draw, luck: Random, hue: int) -> None:
    """Frames of a film, and a play sign: content."""
    for n in range(5):
        left, top, wide = 30 + n * 185 + luck.randint(-18, 18), luck.randint(60, 170), luck.randint(130, 168)
        draw.rounded_rectangle((left, top, left + wide, top + int(wide * 1.75)), 22, fill=_ink(luck, hue, strength=105))
    x, y, r = luck.randint(300, 660), 280, 78
    draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 255, 255, 205))
    draw.polygon(((x - 22, y - 36), (x - 22, y + 36), (x + 42, y)), fill=(*_colour(hue, 0.5, 0.45), 230))


def _bubbles(draw: Draw, luck: Random, hue: int) -> None:
    """A talk: customer service."""
    top = 50
    for n in range(4):
        wide, high = luck.randint(260, 520), luck.randint(66, 96)
        left = 70 + luck.randint(0, 60) if n % 2 == 0 else WIDTH - 70 - wide - luck.randint(0, 60)
        fill = (255, 255, 255, 175) if n % 2 == 0 else _ink(luck, hue, strength=150)
        draw.rounded_rectangle((left, top, left + wide, top + high), high // 2, fill=fill)
        for dot in range(luck.randint(3, 6)):
            x = left + 44 + dot * 40
            draw.ellipse((x, top + high / 2 - 8, x + 16, top + high / 2 + 8), fill=_ink(luck, hue, light=0.42, strength=120))
        top += high + luck.randint(20, 36)


def _papers(draw: Draw, luck: Random, hue: int) -> None:
    """Papers and a stamp: onboarding agents."""
    for n in range(4):
        left, top = 130 + n * 150 + luck.randint(-26, 26), 70 + luck.randint(0, 90)
        draw.rounded_rectangle((left, top, left + 250, top + 340), 14, fill=(255, 255, 255, 120 + n * 22))
        for line in range(luck.randint(4, 7)):
            y = top + 48 + line * 38
            draw.rounded_rectangle((left + 30, y, left + luck.randint(120, 215), y + 12), 6, fill=_ink(luck, hue, strength=120))
    x, y = luck.randint(560, 800), luck.randint(320, 400)
    for r, width in ((82, 10), (58, 5)):
        draw.ellipse((x - r, y - r, x + r, y + r), outline=(*_colour(hue - 26, 0.6, 0.5), 200), width=width)


def _nodes(draw: Draw, luck: Random, hue: int) -> None:
    """A net of points: software."""
    points = [(80 + (n % 6) * 160 + luck.randint(-44, 44), 90 + (n // 6) * 175 + luck.randint(-50, 50)) for n in range(18)]
    for n, one in enumerate(points):
        for other in luck.sample(
            points[max(0, n - 7) : n] or [one], k=min(2, max(1, n and 2), len(points[max(0, n - 7) : n] or [one]))
        ):
            draw.line((*one, *other), fill=(255, 255, 255, 150), width=4)
    for x, y in points:
        r = luck.choice((12, 18, 26, 38))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=_ink(luck, hue, strength=170))


def _shapes(draw: Draw, luck: Random, hue: int) -> None:
    """Overlapping forms: visual design."""
    for _n in range(7):
        x, y, r = luck.randint(80, 880), luck.randint(60, 480), luck.randint(60, 170)
        kind, fill = luck.choice("oqt"), _ink(luck, hue + luck.choice((-40, 0, 40)), strength=115)
        if kind == "o":
            draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)
        elif kind == "q":
            draw.rounded_rectangle((x - r, y - r, x + r, y + r), r // 4, fill=fill)
        else:
            draw.polygon(((x, y - r), (x + r, y + r), (x - r, y + r)), fill=fill)


def _steps(draw: Draw, luck: Random, hue: int) -> None:
    """Steps up and a sun: lecturers."""
    count = luck.randint(5, 7)
    for n in range(count):
        wide = WIDTH // count
        draw.rectangle(
            (n * wide, HEIGHT - 70 - n * luck.randint(44, 56), (n + 1) * wide - 8, HEIGHT), fill=_ink(luck, hue, strength=135)
        )
    x, y = luck.randint(120, 420), luck.randint(110, 190)
    for r, strength in ((120, 70), (86, 110), (54, 200)):
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 255, 255, strength))


MOTIFS: dict[str, Callable[[Draw, Random, int], None]] = {
    "agency-operation": _shelves, "content-marketing": _frames, "customer-service": _bubbles, "onboarding-agent": _papers,
    "isv-tools": _nodes, "visual-design": _shapes, "lecturers": _steps,
}  # fmt: skip


def _file(picture: Image.Image, name: str) -> SimpleUploadedFile:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/png")
