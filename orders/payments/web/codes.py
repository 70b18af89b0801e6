"""Codes to scan, drawn on our side: the path of one SVG, dark on white whatever the theme."""

from dataclasses import dataclass

import qrcode


@dataclass(frozen=True)
class Picture:
    """A square of `size` modules, and the path that fills the dark ones."""

    size: int
    path: str


def picture_of(text: str) -> Picture:
    """The QR code of a text, with the quiet zone it needs."""
    code = qrcode.QRCode(border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Picture(len(rows), path)
