"""Every page in both languages: nothing of the one leaks into the other."""

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.urls import reverse

from orders.store.ingest.formats.native import COLUMNS
from tests.pages.text import texts
from tests.tenancy.access import ADDRESSES
from tests.tenancy.world import World

#: What needs the right to export is a file, not a page; and what was sent is in its sender's language.
PAGES = sorted(
    name
    for name, address in ADDRESSES.items()
    if address.rights.get("GET", "export") != "export" and not name.endswith((":file", ":evidence", ":pdf", "_pdf"))
)
#: Latin words of a Chinese page that are no English text: names, codes and data of the test world.
NAMES = {
    *"Shangban English API OpenAPI GBP CNY CSV JSONL SKU SKUs UTF gzip UCI Online Retail ID".split(),
    *"acme ACME example owner main jsonl orders lamp tent rope cup vase waiting upload".split(),
    *"late spam list studi".split(),  # codes and names of the test world
    *"payout batch JPY XTS member API".split(),  # a format's words, currencies, an address
    *"finance hiring operator agent viewer admin removable revocable invitation".split(),  # names of the world's members
    "operator.member@acme.example",
    *"Ctrl Owner".split(),  # a key, and how the owner is called
    *"LIN till default online retail kept window_days".split(),  # people, keys, presets
    *"tests letters Letters reminded alerted offered offer dead other".split(),  # kinds of messages that only tests have
    *"Webhook Webhooks Standard https address note sms".split(),  # a standard, and the columns of a list
    *"runs shops GIF Markdown ERP USD EUR AED HKD SGD".split(),  # a listing of the world, formats, currencies
    *"studio PDF pdf OFD XML JPG PNG Asia Shanghai".split(),  # providers, kinds of files, a zone
    *"bank ruling work for".split(),  # accounts, rulings and contracts of the world
    "work of acme-studio for acme",
    *COLUMNS,  # named in reasons
    *"studio Lin Asia Shanghai Ctrl Temu SHEIN TikTok eBay Shopify WooCommerce JPEG PNG WebP".split(),  # names and formats
    *"LAMP TENT ROPE CUP VASE SALE Europe London big_appliance appliance big SBX EST GMT UTC".split(),
}
#: Idempotency keys of the ledger, and the random references of payments.
KEY = re.compile(r"\w+:[\w-]+:\w+(:\d+)?|(sbx_)?S[BR][2-9A-HJKMNP-Z]{10}(_\w+)?")
HAN = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}|%[sd]")


@lru_cache(maxsize=1)
def english() -> list[re.Pattern[str]]:
    """Every English text of the catalogue that has a different translation."""
    with Path(settings.LOCALE_PATHS[0] / "zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    pairs = [(m.id, m.string) if isinstance(m.id, str) else (m.id[0], m.string[0]) for m in messages]
    return [as_pattern(source) for source, target in pairs if target and source != target and has_words(source)]


def has_words(source: str) -> bool:
    """Whether a text has English of its own, besides what is filled in."""
    return bool(re.search("[A-Za-z]{2}", PLACEHOLDER.sub("", source)))


def as_pattern(source: str) -> re.Pattern[str]:
    parts = [re.escape(" ".join(part.split())) for part in PLACEHOLDER.split(source)]
    return re.compile(r"\s*.+?\s*".join(parts))


def page(world: World, sign_in: Callable[..., Client], name: str, language: str) -> list[str]:
    """The texts of a page, as the owner of the organization in whose console it is."""
    ours, _stranger = world.pair(ADDRESSES[name].kind)
    found = sign_in(ours.owner, language).get(ADDRESSES[name].url(name, ours))
    assert found.status_code == 200
    return texts(found, words_only=True)


@pytest.mark.parametrize("name", PAGES)
def test_a_chinese_page_has_no_english_text(world: World, sign_in: Callable[..., Client], name: str) -> None:
    shown = page(world, sign_in, name, "zh-hans")
    assert not shown or any(HAN.search(text) for text in shown)
    leaks = {text for text in shown for pattern in english() if pattern.fullmatch(text)}
    assert leaks - NAMES == set()


@pytest.mark.parametrize("name", PAGES)
def test_a_chinese_page_has_no_words_the_catalogue_never_heard_of(
    world: World, sign_in: Callable[..., Client], name: str
) -> None:
    shown = page(world, sign_in, name, "zh-hans")
    words = {word for text in shown for word in re.findall(r"[A-Za-z_]{3,}", KEY.sub("", text))}
    assert words - NAMES == set()


@pytest.mark.parametrize("name", PAGES)
def test_an_english_page_has_no_chinese_text(world: World, sign_in: Callable[..., Client], name: str) -> None:
    shown = page(world, sign_in, name, "en")
    assert {text for text in shown if HAN.search(text)} <= {
        "简体中文",
        "中文",
        "商伴",
        *(t for t in shown if "商伴 Shangban" in t),
    }


def test_english_text_on_a_chinese_page_would_be_noticed(world: World, sign_in: Callable[..., Client]) -> None:
    shown = page(world, sign_in, "orders:list", "en")
    assert len({text for text in shown for pattern in english() if pattern.fullmatch(text)}) > 10


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_says_which_language_it_is_in(world: World, sign_in: Callable[..., Client], language: str) -> None:
    found = sign_in(world.acme.owner, language).get(reverse("dashboard"))
    assert f'<html lang="{language}"' in found.content.decode()


def test_the_chosen_language_outlives_the_page(world: World, sign_in: Callable[..., Client]) -> None:
    client = sign_in(world.acme.owner, "en")
    client.post(reverse("set_language"), {"language": "zh-hans", "next": "/"})
    assert '<html lang="zh-hans"' in client.get(reverse("dashboard")).content.decode()


def test_every_message_is_translated() -> None:
    with Path(settings.LOCALE_PATHS[0] / "zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    missing = [m.id for m in messages if m.fuzzy or not all([m.string] if isinstance(m.string, str) else m.string)]
    assert (len(messages) > 200, missing) == (True, [])
