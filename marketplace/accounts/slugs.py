"""Addresses made from names: 杭州光合代运营 → hang-zhou-guang-he-dai-yun-ying, Bright Lamp Ltd. → bright-lamp-ltd."""

import re
from collections.abc import Iterator
from secrets import randbelow

from django.utils.text import slugify

LONGEST = 48
#: What people call themselves in, that Latin letters cannot say.
HAN = re.compile(r"[\u3400-\u9fff]+")
FALLBACK = "shangban"


def slug_of(name: str) -> str:
    """A readable address part of a name, at most 48 characters; Chinese in pinyin, cut between words."""
    from pypinyin import lazy_pinyin

    spelled = HAN.sub(lambda found: f" {' '.join(lazy_pinyin(found[0]))} ", name)
    slug = slugify(spelled)
    if len(slug) > LONGEST:
        slug = slug[: LONGEST + 1].rpartition("-")[0] or slug[:LONGEST]
    return slug.strip("-") or FALLBACK


def slugs_for(name: str) -> Iterator[str]:
    """The name's slug, then ones nobody can have taken on purpose."""
    slug = slug_of(name)
    yield slug
    for number in range(2, 6):
        yield f"{slug}-{number}"
    while True:
        yield f"{slug}-{randbelow(10**8):08d}"
