"""A person at a screen: looks at every page for what must be wrong on none."""

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.utils.translation import gettext, override
from playwright.sync_api import Browser, Locator, Page

#: axe does not fetch style sheets again: no rule needs them, and what they import would be put in line, which is forbidden.
LIGHT: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
#: Colours are all that changes in the dark.
DARK = {**LIGHT, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
LISTEN = """
document.addEventListener('securitypolicyviolation', event => {
  console.error('CSP ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber);
});
"""
WIDTH = "[document.documentElement.scrollWidth, window.innerWidth]"
#: What sticks out, to name it.
WIDE = """
() => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
  .slice(0, 5).map(e => e.tagName + '.' + e.className)
"""
#: Only what is needed comes over the wire.
RUN = """
options => axe.run(options).then(found => found.violations.map(v => [v.id, v.impact, v.nodes.slice(0, 3).map(n => n.html)]))
"""
LOCALES = {"zh-hans": "zh-CN", "en": "en-GB"}


class Visitor:
    """A page of the browser at one width and in one language."""

    def __init__(self, browser: Browser, address: str, *, width: int, language: str, asks_axe: bool) -> None:
        self.language, self.asks_axe = language, asks_axe
        self.context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": 900},
            locale=LOCALES[language],
            color_scheme="light",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.page.add_init_script(LISTEN)
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", lambda r: self.complaints.append(f"{r.status} {r.url}") if r.status >= 400 else None)

    def close(self) -> None:
        self.context.close()

    def said(self, text: str) -> str:
        """A text of ours in the visitor's language."""
        with override(self.language):
            return str(gettext(text))

    def see(self, text: str) -> Locator:
        found = self.page.get_by_text(self.said(text)).locator("visible=true").first
        found.wait_for()
        return found

    def press(self, text: str) -> None:
        self.page.get_by_role("button", name=self.said(text), exact=True).first.click()

    def follow(self, text: str) -> None:
        self.page.get_by_role("link", name=text).first.click()

    def at(self, path: str) -> None:
        self.page.wait_for_url(re.compile(path))

    def look_around(self) -> None:
        """Nothing is complained about, nothing sticks out, and everybody can read it, in light and in dark."""
        where = self.page.url
        self.page.wait_for_load_state()
        assert self.complaints == [], f"{where}: {self.complaints}"
        wide, screen = self.page.evaluate(WIDTH)
        assert wide <= screen, f"{where} is too wide: {self.page.evaluate(WIDE)}"
        for scheme, options in self.schemes() if self.asks_axe else ():
            self.page.emulate_media(color_scheme=scheme)
            found = violations(self.page, options)
            assert found == [], f"{where} {scheme}: {found}"
        self.page.emulate_media(color_scheme="light")
        self.complaints.clear()

    def schemes(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """In which colours, and by which rules, axe looks at this page."""
        return ("light", LIGHT), ("dark", DARK)


def violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds: the rule, its weight and the first places."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return [f"{rule} ({weight}): {[html[:120] for html in places]}" for rule, weight, places in page.evaluate(RUN, options)]
