"""Text people write for others, as harmless HTML: Markdown without raw HTML, then an allow-list."""

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = frozenset("p br hr strong em s del code pre blockquote ul ol li h3 h4 h5 h6 a table thead tbody tr th td".split())
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "td": {"align"}, "th": {"align"}}
SCHEMES = {"https", "http", "mailto"}
#: Raw HTML is text; pictures belong to the gallery of a listing, never to foreign servers.
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"]).disable(["image"])


def markdown_html(text: str) -> str:
    """Markdown as sanitised HTML. Headings begin at h3, below those of the page; links carry rel="nofollow noopener"."""
    tokens = _markdown.parse(text)
    for token in tokens:
        _lower_heading(token)
    return nh3.clean(
        str(_markdown.renderer.render(tokens, _markdown.options, {})),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=SCHEMES,
        link_rel="nofollow noopener",
    )


def _lower_heading(token: Token) -> None:
    if token.type in ("heading_open", "heading_close"):
        token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
