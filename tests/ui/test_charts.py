"""Charts: ticks, escaping, two drawings, a reading and a table."""

from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from marketplace.ui.charts import (
    BandChart,
    BarChart,
    DonutChart,
    Estimate,
    FunnelChart,
    IntervalChart,
    LineChart,
    Marker,
    RankChart,
    Segment,
    Series,
    Slice,
    Sparkline,
    StepChart,
    StepSeries,
)
from marketplace.ui.charts.scale import calendar_ticks, nice_ticks, spread

START = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = [(START + timedelta(days=i)).date() for i in range(10)]
EVIL = '<script>alert("1")</script>&'


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def line(values=(1, 4, 2, None, 5, 3, 2, 8, 1, 0), **kwargs):
    return LineChart(title="Sales", days=DAYS, series=[Series("Sales", values)], **kwargs)


def steps(**kwargs):
    segments = [Segment(START, START + timedelta(days=4), 900), Segment(START + timedelta(days=4), None, 700)]
    until = START + timedelta(days=9)
    return StepChart(title="Price", series=[StepSeries("Public", segments)], since=START, until=until, **kwargs)


CHARTS = [
    line(currency="GBP"),
    steps(currency="JPY", markers=[Marker(START + timedelta(days=1), 900, "Order")]),
    BarChart(title="Bars", categories=["a", "b"], series=[Series("x", [1, 2]), Series("y", [0, 3])]),
    DonutChart(title="Ring", slices=[Slice("one", 3), Slice("two", 1), Slice("none", 0)], total_name="All"),
    RankChart(title="Reasons", items=[("No drop.", 41220), ("Below", 12)]),
    IntervalChart(title="Arms", items=[Estimate("one", 0.8, 0.79, 0.81), Estimate("two", 0.7, None, None, 3)], is_share=True),
    BandChart(
        title="Value",
        days=DAYS[:3],
        series=[Series("Value", [None, 5, 9])],
        low=[None, -4, 1],
        high=[None, 14, 17],
        currency="GBP",
    ),
    FunnelChart(title="Steps", items=[("Sent", 80), ("Read", 90), ("Paid", 40)]),
]


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_ticks_enclose_the_values_with_nice_steps(one, two):
    low, high = sorted((one / 1000, two / 1000))
    ticks = nice_ticks(low, high)
    assert ticks[0] <= low + 1e-6 * max(1, high) and (high <= ticks[-1] * (1 + 1e-9) or high == 0)
    assert 2 <= len(ticks) <= 6


def test_an_axis_has_about_five_round_ticks():
    assert nice_ticks(0, 433) == [0, 200, 400, 600]
    assert nice_ticks(0, 100) == [0, 25, 50, 75, 100]
    assert nice_ticks(0, 0) == [0, 0.25, 0.5, 0.75, 1]


def test_calendar_ticks_are_local_midnights():
    ticks = calendar_ticks(START, START + timedelta(days=30), 8, "Asia/Shanghai")
    assert all((tick.hour, tick.minute) == (0, 0) for tick in ticks) and 5 <= len(ticks) <= 8


def test_calendar_ticks_of_a_year_are_firsts_of_a_month():
    ticks = calendar_ticks(START, START + timedelta(days=365), 8, "Europe/London")
    assert [tick.day for tick in ticks] == [1] * len(ticks) and len(ticks) >= 5


@pytest.mark.parametrize("count", [0, 1, 7, 31, 365])
def test_labels_never_crowd(count):
    assert len(spread(count, 8)) <= 8


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
def test_a_chart_is_valid_svg_with_title_reading_and_table(chart):
    root = ElementTree.fromstring(str(chart.narrow()))  # noqa: S314 - our own output
    title, described = root[0], root[1]
    assert title.text == chart.title and described.text == chart.sentence() != ""
    assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], described.attrib["id"]]
    table = chart.table()
    assert table.rows and all(len(row) == len(table.head) for row in table.rows)


@pytest.mark.parametrize("chart", CHARTS[:3], ids=lambda chart: type(chart).__name__)
def test_a_wide_drawing_exists_beside_the_narrow_one(chart):
    assert 'viewBox="0 0 720 ' in chart.wide() and 'viewBox="0 0 360 ' in chart.narrow()


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: type(chart).__name__)
def test_drawings_carry_no_style(chart):
    assert "style=" not in chart.wide() + chart.narrow()


def test_labels_are_escaped():
    chart = BarChart(title=EVIL, categories=[EVIL], series=[Series(EVIL, [1])], reading=EVIL)
    assert "<script" not in chart.narrow()
    assert "<script" not in Sparkline(values=[1, 2], label=EVIL).drawing()


def test_a_gap_splits_the_line():
    assert line().narrow().count("c-line") == 2


def test_the_reading_names_total_and_peak():
    assert line(currency="GBP").sentence() == "Sales: £0.26 in total, the most on 8 Nov 2026 with £0.08."
    assert line(reading="Given.").sentence() == "Given."


def test_the_table_shows_gaps_as_dashes():
    assert line().table().rows[3] == ["4 Nov 2026", "–"]


def test_a_price_line_ends_at_the_period_and_marks_purchases():
    drawn = steps(markers=[Marker(START - timedelta(days=1), 1, "outside"), Marker(START, 900, "inside")]).wide()
    assert "inside" in drawn and "outside" not in drawn


def test_an_empty_chart_says_so():
    chart = line([None] * 10)
    assert chart.is_empty and chart.sentence() == "No data in this period."
    assert line([0] * 10).is_empty
    assert DonutChart(title="Ring", slices=[]).is_empty


def test_a_ring_with_one_slice_is_closed():
    drawn = DonutChart(title="Ring", slices=[Slice("all", 5)]).narrow()
    assert drawn.count("A104") == 2


def test_ranks_are_sorted_and_lose_their_full_stop():
    chart = RankChart(title="Reasons", items=[("Below", 12), ("No drop.", 41220)])
    assert chart.table().rows[0] == ["No drop", "41,220", "100%"]


def test_dates_may_be_plain():
    chart = LineChart(title="One", days=[date(2026, 1, 1)], series=[Series("x", [3])])
    assert ElementTree.fromstring(str(chart.wide())) is not None  # noqa: S314


def test_a_price_spark_holds_each_value_until_the_next():
    assert Sparkline(values=[1, 2], label="Price", steps=True).drawing().count("L") == 2
    assert Sparkline(values=[1, 2], label="Price").drawing().count("L") == 1


def test_ranges_read_as_a_sentence_and_keep_zero_in_sight_where_it_is_near():
    chart = IntervalChart(title="Lift", items=[Estimate("Lift", 6.0, 3.92, 8.15)])
    assert chart.sentence() == "Lift 6 (3.92 to 8.15)"
    assert chart.wide().count("c-axis") == 1, "zero is on the axis"
    far = IntervalChart(title="Rate", items=[Estimate("Rate", 0.8, 0.79, 0.81)], is_share=True)
    assert far.wide().count("c-axis") == 0 and far.table().rows == [["Rate", "80%", "79%", "81%"]]


def test_a_band_is_drawn_where_both_bounds_are_known():
    band = next(chart for chart in CHARTS if isinstance(chart, BandChart))
    assert band.wide().count("c-area") == 1
    assert band.sentence() == "£0.09 by 3 Nov 2026, and between £0.01 and £0.17."


def test_a_funnel_keeps_the_order_of_its_steps():
    funnel = FunnelChart(title="Steps", items=[("Sent", 80), ("Read", 90), ("Paid", 40)])
    assert [row[0] for row in funnel.table().rows] == ["Sent", "Read", "Paid"]
    assert funnel.sentence() == "40 of 80 (50%): Paid, from Sent."
    assert FunnelChart(title="Steps", items=[]).sentence() == "Nothing to count yet."
