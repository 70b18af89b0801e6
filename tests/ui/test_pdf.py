"""Documents on paper: Chinese and Latin are set, lines fit, the same content gives the same bytes."""

import base64
import re
import zlib

from hypothesis import given
from hypothesis import strategies as st

from marketplace.ui.pdf import BODY, CLOSING, Column, Facts, Heading, Paragraph, Table, document, lines_of, runs, width_of
from marketplace.ui.pdf import _register as register

ROWS = [[f"2026-06-{day:02}", "里程碑“首页”验收放款", f"¥{day}.00"] for day in range(1, 29)] * 3
TABLE = Table([Column("日期"), Column("事项", weight=3), Column("金额", "right")], ROWS, total=["合计", "", "¥1,218.00"])
BLOCKS = [Facts([("服务商", "studio 工作室")]), Heading("结算明细"), TABLE, Paragraph("注 <b>&amp;", soft=True)]
TEXT = st.text(alphabet=st.sampled_from("abc XYZ 019¥，。对账单金额（）\n"), max_size=120)


def drawn(data: bytes) -> str:
    """What the pages draw: Latin as Latin-1, Chinese as UCS-2, in order."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.S):
        content = zlib.decompress(base64.a85decode(b"<~" + stream.strip(), adobe=True))
        found += re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", content, re.S)
    return b"|".join(found).decode("latin-1")


def test_a_document_names_both_fonts_and_embeds_none():
    data = document(title="对账单 Statement", blocks=BLOCKS, footer="SB-1")
    assert data.startswith(b"%PDF-")
    assert b"/STSong-Light" in data
    assert b"/UniGB-UCS2-H" in data
    assert b"/FontFile" not in data


def test_the_same_content_gives_the_same_bytes_and_another_word_others():
    first, again = (document(title="对账单", blocks=BLOCKS) for _ in range(2))
    assert first == again
    assert document(title="对账单 2", blocks=BLOCKS) != first


def test_a_long_table_goes_on_over_pages_with_its_head_and_total_once():
    data = document(title="对账单", blocks=BLOCKS)
    assert len(re.findall(rb"/Type /Page\b", data)) == 3
    assert drawn(data).count("\\2451,218.00") == 1


def test_markup_is_text():
    assert "<b>&amp;" in drawn(document(title="x", blocks=BLOCKS))


def test_chinese_and_latin_are_set_in_their_own_fonts():
    assert list(runs("费率 5%，R12")) == [
        ("STSong-Light", "费率"),
        ("Helvetica", " 5%"),
        ("STSong-Light", "，"),
        ("Helvetica", "R12"),
    ]


@given(TEXT, st.integers(60, 400))
def test_no_line_is_wider_than_its_column_and_nothing_is_lost(text, width):
    register()
    lines = lines_of(text, BODY, width)
    assert all(width_of(line, BODY) <= width + 0.01 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_no_line_begins_with_closing_punctuation():
    register()
    lines = lines_of("本对账单由账本重新计算得出，每一行都可追溯。" * 9, BODY, 117)
    assert len(lines) > 5
    assert not [line for line in lines if line[0] in CLOSING]
