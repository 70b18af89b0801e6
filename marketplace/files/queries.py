"""Where a stored picture is found."""

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse

#: Every picture is stored in these widths (pixels), never enlarged beyond the one it came with.
WIDTHS = (400, 800, 1600)


@dataclass(frozen=True, slots=True)
class Image:
    """A stored picture: its content key, and the size of its largest copy in pixels."""

    key: str
    width: int
    height: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def url(self, width: int = 800) -> str:
        return image_url(self.key, width)


@lru_cache(maxsize=10_000)
def image_url(key: str, width: int = 800) -> str:
    """Address of the smallest copy at least `width` pixels wide (the largest there is when none is)."""
    fitting = next((known for known in WIDTHS if known >= width), WIDTHS[-1])
    return reverse("image", args=(key, fitting))
