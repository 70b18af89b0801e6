"""Addresses that are nobody's in particular, each with the reason."""

PUBLIC = {
    "market:home": "the market's first page, the same for everybody",
    "market:search": "the market's search, the same for everybody",
    "market:compare": "public listings side by side",
    "market:robots": "what search engines may read",
    "market:sitemap": "what search engines find",
    "console": "sends everybody on: to sign-in, or to the home of his organization",
    "levels": "the published formula, the same for everybody",
    "livez": "a probe: alive or not",
    "readyz": "a probe: states of parts, no data",
    "api:listings": "the search of what is public, for programs",
    "api:providers": "what providers say about themselves in public, for programs",
    "api:categories": "the market's categories, the same for everybody",
    "api:suggestions": "words of the market, the same for everybody",
    "api:schema": "the API's description, the same for everybody",
    "set_language": "sets a cookie, keeps the language of who is signed in, and goes back",
    "join": "what the invitation of this session offers; without one it leads to sign-in",
    "own:account": "the person himself; asks for sign-in",
    "own:end_session": "the person himself; asks for sign-in",
    "own:end_sessions": "the person himself; asks for sign-in",
    "own:viewing_end": "staff stop looking as somebody else",
}
#: The API: the right of each method, and the kind of object an address names. tests/api crawls it with keys of its own.
API = {
    "api:orders": ({"GET": "view_orders", "POST": "import"}, None),
    "api:order": ({"GET": "view_orders"}, "order"),
    "api:order_claim": ({"POST": "run_programs"}, "order"),
    "api:refund_requests": ({"GET": "view_orders", "POST": "import"}, None),
    "api:outcome": ({"POST": "import"}, "refund_request"),
    "api:replies": ({"POST": "import"}, None),
    "api:claims": ({"GET": "view_money"}, None),
}
#: Addresses whose last part is a signed link and names the merchant itself; tried here with a token that is none.
LINKS = {
    "join_link": "an invitation's link; tests/accounts tries it altered, expired, foreign and used",
    "buyers:page": "a buyer's link; tests/buyers tries it altered, expired, foreign and used",
}
#: Public pages of one object, with the name of none: what is not public is missing (tests/providers/pages).
PUBLIC_OBJECTS: dict[str, dict[str, str]] = {
    "market:category": {"slug": "no-such-category"},
    "market:listing": {"slug": "no-such-listing"},
    "market:provider": {"slug": "no-such-provider"},
    "market:sitemap_part": {"section": "none"},
    "payments:callback": {"gateway": "none"},
}
#: Files everybody may have who knows their name, which is a hash of what is in them; here a name of none.
FILES = {"image": {"key": "0" * 40, "width": 800}}
STAFF = {"ui:gallery": "samples only; staff, and developers"}
#: Whole groups of addresses that are not ours, with what protects them.
THIRD_PARTY = {
    "admin:": "Django admin: staff only",
    "account_": "allauth: the accounts of the person himself",
    "mfa_": "allauth: the second steps of the person himself",
}
