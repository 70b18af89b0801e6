"""The navigation: a section per question people come with, and the pages of a section beneath it.

A new page is one `Page` line in its section; it shows up in the second row of every page of that section. Sections stay few:
on phones they are the tab bar. A page whose right the reader lacks is left out, and a section without pages with it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.accounts.roles import Permission
from marketplace.tenancy.scope import current
from marketplace.ui.kit import NavItem, Text


@dataclass(frozen=True)
class Page:
    label: Text
    #: Full URL name of a page without arguments; pages below its address belong to it.
    url_name: str
    right: Permission = Permission.VIEW_ORDERS


@dataclass(frozen=True)
class Section:
    label: Text
    #: What fits under an icon on a phone.
    short: Text
    icon: str
    pages: tuple[Page, ...]
    #: Whose console it belongs to.
    kind: str = "merchant"


SECTIONS: tuple[Section, ...] = (
    Section(
        _("Dashboard"), pgettext_lazy("short", "Home"), "dashboard",
        (Page(_("Dashboard"), "dashboard"),),
    ),
    Section(
        _("Market"), pgettext_lazy("short", "Market"), "store",
        (
            Page(_("Find services"), "market:search"),
            Page(_("Shortlists"), "shortlists:home"),
            Page(_("Cases about us"), "case_answers:list", Permission.APPROVE),
        ),
    ),
    Section(
        _("Hiring"), pgettext_lazy("short", "Hiring"), "users",
        (
            Page(_("Needs"), "hiring:list", Permission.VIEW_CONSOLE),
            Page(_("Contracts"), "contracts:list", Permission.VIEW_CONSOLE),
            Page(pgettext_lazy("coupon", "Offers"), "offers:list", Permission.VIEW_CONSOLE),
            Page(_("Measured outcomes"), "outcomes:list", Permission.VIEW_CONSOLE),
            Page(_("Conversations"), "talks:list", Permission.VIEW_CONSOLE),
            Page(_("Disputes"), "disputes:list", Permission.VIEW_CONSOLE),
            Page(_("Reviews"), "reviews:list", Permission.VIEW_CONSOLE),
        ),
    ),
    Section(
        _("Orders"), pgettext_lazy("short", "Orders"), "orders",
        (
            Page(_("Orders"), "orders:list"),
            Page(_("Buyers"), "timeline:list"),
            Page(_("SKUs"), "skus:list"),
            Page(_("Imports"), "imports:list"),
        ),
    ),
    Section(
        _("Programs"), pgettext_lazy("short", "Programs"), "shield",
        (
            Page(_("Overview"), "programs:home"),
            Page(_("Price protection"), "price_protection:home"),
            Page(_("Presale reminders"), "presale_balance:home"),
            Page(_("Refund retention"), "refund_retention:home"),
            Page(_("Retained value"), "refund_retention:ledger"),
            Page(_("Labels"), "intents:home", Permission.RUN_PROGRAMS),
        ),
    ),
    Section(
        _("Guards"), pgettext_lazy("short", "Guards"), "lock",
        (
            Page(_("Holds"), "guards:holds", Permission.VIEW_MONEY),
            Page(_("Approvals"), "guards:approvals", Permission.VIEW_MONEY),
            Page(_("Budgets"), "guards:budgets", Permission.VIEW_MONEY),
            Page(_("Reconciliation"), "guards:cases", Permission.VIEW_MONEY),
        ),
    ),
    Section(
        _("Messages"), pgettext_lazy("short", "Messages"), "mail",
        (
            Page(_("Messages"), "messages:list"),
            Page(_("Templates"), "messages:wordings"),
            Page(_("Do not contact"), "messages:suppressions"),
            Page(_("Given up"), "messages:given_up"),
            Page(_("Channels"), "messages:channels"),
        ),
    ),
    Section(
        _("Money"), pgettext_lazy("short", "Money"), "ledger",
        (
            Page(pgettext_lazy("wallet", "Wallet"), "money:home", Permission.VIEW_MONEY),
            Page(_("Payments in"), "money:pay_ins", Permission.VIEW_MONEY),
            Page(_("Sent back"), "money:backs", Permission.VIEW_MONEY),
            Page(pgettext_lazy("console", "Fapiao"), "invoices:list", Permission.VIEW_MONEY),
            Page(_("Spend"), "spend:home", Permission.VIEW_MONEY),
            Page(_("Ledger"), "ledger:home", Permission.VIEW_MONEY),
        ),
    ),
    # Service providers
    Section(
        _("Desk"), pgettext_lazy("short", "Desk"), "home",
        (
            Page(_("Today"), "desk:home", Permission.VIEW_CONSOLE),
            Page(_("Standing"), "moderation:standing", Permission.VIEW_CONSOLE),
        ),
        kind="provider",
    ),
    Section(
        pgettext_lazy("navigation", "Jobs"), pgettext_lazy("short", "Jobs"), "calendar",
        (
            Page(pgettext_lazy("hiring", "Leads"), "leads:list", Permission.VIEW_CONSOLE),
            Page(_("Open needs"), "leads:open", Permission.VIEW_CONSOLE),
            Page(pgettext_lazy("console", "Jobs"), "jobs:list", Permission.VIEW_CONSOLE),
            Page(pgettext_lazy("coupon", "Offers"), "desk_offers:list", Permission.VIEW_CONSOLE),
            Page(_("Measured outcomes"), "job_outcomes:list", Permission.VIEW_CONSOLE),
            Page(_("Conversations"), "desk_talks:list", Permission.VIEW_CONSOLE),
            Page(_("Funnel"), "funnel:home", Permission.VIEW_CONSOLE),
            Page(_("Disputes"), "desk_disputes:list", Permission.VIEW_CONSOLE),
            Page(_("Reviews"), "desk_reviews:list", Permission.VIEW_CONSOLE),
        ),
        kind="provider",
    ),
    Section(
        _("Listings"), pgettext_lazy("short", "Listings"), "store",
        (
            Page(_("Listings"), "desk_listings:list", Permission.VIEW_CONSOLE),
        ),
        kind="provider",
    ),
    Section(
        _("Earnings"), pgettext_lazy("short", "Earnings"), "coins",
        (
            Page(_("Earnings"), "earnings:home", Permission.VIEW_EARNINGS),
            Page(pgettext_lazy("console", "Fapiao"), "fapiao:list", Permission.VIEW_EARNINGS),
            Page(_("Payout account"), "earnings:account", Permission.VIEW_EARNINGS),
        ),
        kind="provider",
    ),
    Section(
        _("Profile"), pgettext_lazy("short", "Profile"), "user",
        (
            Page(_("Profile"), "profile:home", Permission.VIEW_CONSOLE),
            Page(_("Cases"), "cases:list", Permission.VIEW_CONSOLE),
            Page(_("Capacity"), "capacity:home", Permission.VIEW_CONSOLE),
        ),
        kind="provider",
    ),
    Section(
        _("Score"), pgettext_lazy("short", "Score"), "check-circle",
        (
            Page(_("Score and level"), "score:home", Permission.VIEW_CONSOLE),
            Page(_("Events"), "score:events", Permission.VIEW_CONSOLE),
        ),
        kind="provider",
    ),
    Section(
        _("Company"), pgettext_lazy("short", "Company"), "shield",
        (
            Page(_("Onboarding"), "onboarding:home", Permission.VIEW_CONSOLE),
            Page(pgettext_lazy("market", "Deposit"), "deposit:home", Permission.VIEW_EARNINGS),
            Page(_("Leaving"), "exit:home", Permission.ONBOARD),
        ),
        kind="provider",
    ),
)  # fmt: skip


#: (request) -> how much waits on a page; runs in the reader's scope.
Badge = Callable[[HttpRequest], int]
_badges: dict[str, Badge] = {}


def register_badge(url_name: str, badge: Badge) -> None:
    """Show a number beside a page and its section; from `AppConfig.ready()`."""
    _badges[url_name] = badge


def _badge(request: HttpRequest, names: list[str]) -> Callable[[], int] | None:
    """What waits on these pages, counted once for each drawing; nothing where no organization is in view (an error page)."""
    found = [_badges[name] for name in names if name in _badges]
    if not found:
        return None

    @lru_cache(maxsize=1)
    def count() -> int:
        organization, seen = getattr(request, "organization", None), current()
        if organization is None or seen is None or seen.tenant_id != organization.pk:
            return 0
        return sum(badge(request) for badge in found)

    return count


def navigation(request: HttpRequest) -> list[NavItem]:
    """The sections this reader may open, with their pages; the page with the longest matching address is the current one."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    rights: frozenset[Permission] = getattr(request, "rights", frozenset())
    kind = getattr(getattr(request, "organization", None), "kind", "merchant")
    sections = [section for section in SECTIONS if section.kind == kind]
    shown = [(s, [(p, reverse(p.url_name)) for p in s.pages if not rights or p.right in rights]) for s in sections]
    here = max((url for _s, pages in shown for _p, url in pages if _is_within(request.path, url)), key=len, default="")
    return [_item(request, section, pages, here) for section, pages in shown if pages]


def _sum(counts: list[Callable[[], int]]) -> Callable[[], int] | None:
    return (lambda: sum(count() for count in counts)) if counts else None


def _is_within(path: str, url: str) -> bool:
    return path.startswith(url)


def _item(request: HttpRequest, section: Section, pages: list[tuple[Page, str]], here: str) -> NavItem:
    below = tuple(
        NavItem(
            label=page.label,
            short=page.label,
            url=url,
            icon=section.icon,
            active=url == here,
            count=_badge(request, [page.url_name]),
        )
        for page, url in pages
    )
    return NavItem(
        label=section.label,
        short=section.short,
        url=pages[0][1],
        icon=section.icon,
        active=any(item.active for item in below),
        pages=below if len(below) > 1 else (),
        count=_sum([item.count for item in below if item.count is not None]),
    )


def section_crumbs(request: HttpRequest, sections: list[NavItem]) -> list[tuple[Text, str]]:
    """Section and page, for a page of the navigation that is not its section's first; pages below them say their own."""
    for section in sections:
        for page in section.pages[1:]:
            if page.url == request.path:
                return [(section.label, section.url), (page.label, "")]
    return []
