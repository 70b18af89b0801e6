"""Server-side SVG charts: typed, escaped, without inline style.

Every chart has a title, a one-sentence reading, two drawings (360 and 720 units wide; CSS shows one by the container's
width) and its table. Values are minor units when `currency` is set, plain numbers otherwise.
"""

from marketplace.ui.charts.bar import BarChart, RankChart
from marketplace.ui.charts.base import Chart, Legend, Series, Size, Table
from marketplace.ui.charts.donut import DonutChart, Slice
from marketplace.ui.charts.interval import BandChart, Estimate, FunnelChart, IntervalChart
from marketplace.ui.charts.line import LineChart
from marketplace.ui.charts.spark import Sparkline
from marketplace.ui.charts.step import Marker, Segment, StepChart, StepSeries

__all__ = [
    "BandChart",
    "BarChart",
    "Chart",
    "DonutChart",
    "Estimate",
    "FunnelChart",
    "IntervalChart",
    "Legend",
    "LineChart",
    "Marker",
    "RankChart",
    "Segment",
    "Series",
    "Size",
    "Slice",
    "Sparkline",
    "StepChart",
    "StepSeries",
    "Table",
]
