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
    """Markdown as sanitised HTML; links carry rel="nofollow noopener".

    Headings begin at h3, below those of the page, whichever level their writer began with, and none is skipped.
    """
    tokens = _markdown.parse(text)
    _lower_headings([token for token in tokens if token.type in ("heading_open", "heading_close")])
    return nh3.clean(
        str(_markdown.renderer.render(tokens, _markdown.options, {})),
        tags=set(TAGS),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=SCHEMES,
        link_rel="nofollow noopener",
    )


def _lower_headings(tokens: list[Token]) -> None:
    levels, last = sorted({token.tag for token in tokens}), 2
    for opening, closing in zip(tokens[::2], tokens[1::2], strict=True):
        last = min(levels.index(opening.tag) + 3, last + 1, 6)
        opening.tag = closing.tag = f"h{last}"
