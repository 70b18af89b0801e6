"""Pictures of the site's faces for docs/screens/, taken of a running demo: the same pages each time, so that they compare.

manage.py up --demo                     # in one terminal
manage.py screens                       # in another; ARGS: --address http://127.0.0.1:8000 --out docs/screens --only home
"""

import argparse
import io
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Literal
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings

from aftersales.management.commands.seed_demo import PASSWORD
from marketplace.commands import ReportCommand
from marketplace.kernel.errors import UserError

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
LANGUAGES = {"zh": "zh-hans", "en": "en"}
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
#: Pictures of pages are flat: so many colours look the same and weigh a third.
COLOURS = 256
#: Nothing taller than this is worth scrolling through in a picture.
TALLEST = 2_400


@dataclass(frozen=True, slots=True)
class Face:
    """A page to picture, and who looks at it: a name of PEOPLE, or nobody."""

    name: str
    path: str
    person: str = ""


PEOPLE = {"merchant": "owner@yunduo.example", "provider": "owner@qinghe.example", "staff": "staff@shangban.example"}
FIXED = (
    Face("home", "/"),
    Face("search", "/market/?q=%E4%BB%A3%E8%BF%90%E8%90%A5+%E5%AE%B6%E5%85%B7"),
    Face("merchant", "/console/", "merchant"),
    Face("provider", "/console/", "provider"),
    Face("admin", "/admin/", "staff"),
    Face("board", "/desk/jobs/board/", "provider"),
    Face("earnings", "/desk/earnings/", "provider"),
)
#: Pages of one object: the first that a list of the person's links to.
FIRST = (
    (Face("contract", "/contracts/", "merchant"), re.compile(r"/contracts/\d+/")),
    (Face("outcome", "/contracts/outcomes/", "merchant"), re.compile(r"/contracts/outcomes/\d+/")),
)


class Command(ReportCommand):
    help = "Take the pictures of docs/screens/ of a running demo. Needs an installed Chromium."

    def options(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--address", default=settings.PUBLIC_URL, help="where the demo runs")
        parser.add_argument("--out", default=str(settings.BASE_DIR / "docs" / "screens"))
        parser.add_argument("--only", action="append", default=[], help="a page's name; may be repeated")

    def report(self, **options: Any) -> dict[str, Any]:
        address, folder = str(options["address"]).rstrip("/"), Path(options["out"])
        path = chromium()
        _reach(address)
        folder.mkdir(parents=True, exist_ok=True)
        taken = list(_take(path, address, folder, set(options["only"])))
        return {"pictures": len(taken), "folder": str(folder)}


def chromium() -> str:
    """Where Chromium is. UserError with what to do when there is none."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found or not Path(found).exists():
        raise UserError("There is no Chromium. Install it (Debian: apt install chromium), or name it in CHROMIUM.")
    return found


def _reach(address: str) -> None:
    if urlsplit(address).scheme not in ("http", "https"):
        raise UserError(f"{address} is no address of a site.")
    try:
        with urlopen(f"{address}/livez", timeout=10):  # noqa: S310 - the scheme was looked at above
            pass
    except (URLError, OSError) as error:
        raise UserError(f"Nobody answers at {address}. Start the demo first: make demo.") from error


def _take(path: str, address: str, folder: Path, only: set[str]) -> Iterator[Path]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise UserError("Playwright is missing. Run `make install` first.") from error
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        sessions = {person: _sign_in(browser, address, email) for person, email in PEOPLE.items()}
        every = (*FIXED, *_found(browser, address), *_first(browser, address, sessions))
        faces = [face for face in every if not only or face.name in only]
        for language, size, theme in product(LANGUAGES, SIZES, THEMES):
            width, height = SIZES[size]
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
                base_url=address,
            )
            for face in faces:
                cookies = [*sessions.get(face.person, []), _cookie(address, "django_language", LANGUAGES[language])]
                context.clear_cookies()
                context.add_cookies(cookies)
                yield _picture(context, face, folder / f"{face.name}-{language}-{size}-{theme}.png")
            context.close()
        browser.close()


def _found(browser: Any, address: str) -> tuple[Face, ...]:
    """A listing of the market and a comparison: whatever comes first."""
    page = browser.new_page()
    page.goto(f"{address}/market/")
    links = [str(link.get_attribute("href")) for link in page.locator(".service__link").all()[:3]]
    page.close()
    if not links:
        raise UserError("The market is empty. Start the demo with its market: make demo.")
    slugs = [link.strip("/").split("/")[-1] for link in links]
    return Face("listing", links[0]), Face("compare", f"/compare/?l={','.join(slugs)}")


def _first(browser: Any, address: str, sessions: dict[str, list[Any]]) -> Iterator[Face]:
    """What FIRST says, with the address of the object."""
    for face, wanted in FIRST:
        context = browser.new_context(base_url=address)
        context.add_cookies(sessions[face.person])
        page = context.new_page()
        page.goto(face.path)
        links = [str(link.get_attribute("href")) for link in page.locator("main a[href]").all()]
        context.close()
        found = next((link for link in links if wanted.fullmatch(link)), None)
        if found is None:
            raise UserError(f"{face.path} links to nothing. Start the demo with its contracts: make demo.")
        yield replace(face, path=found)


def _sign_in(browser: Any, address: str, email: str) -> list[Any]:
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state("networkidle")
    if "/accounts/login" in page.url:
        raise UserError(f"{email} cannot sign in. Start the demo first: make demo.")
    cookies = [each for each in context.cookies() if each["name"] != "django_language"]
    context.close()
    return cookies


def _cookie(address: str, name: str, value: str) -> dict[str, str]:
    return {"name": name, "value": value, "url": address}


def _picture(context: Any, face: Face, target: Path) -> Path:
    """The page from its top, with fewer colours."""
    from PIL import Image

    page = context.new_page()
    page.goto(face.path)
    page.wait_for_load_state("networkidle")
    tall = min(TALLEST, int(page.evaluate("document.documentElement.scrollHeight")))
    size = page.viewport_size
    page.set_viewport_size({"width": size["width"], "height": tall})
    taken = Image.open(io.BytesIO(page.screenshot()))
    taken.convert("RGB").quantize(COLOURS).save(target, optimize=True)
    page.close()
    return target
