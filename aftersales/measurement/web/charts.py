"""The plots of a report."""

from django.utils.translation import gettext as _

from aftersales.measurement.reports import Report
from aftersales.measurement.web.wording import CONTROL, TREATED
from marketplace.ui.charts import BandChart, Chart, Estimate, FunnelChart, IntervalChart, RankChart, Series
from marketplace.ui.labels import reason_label


def rates_chart(report: Report) -> Chart:
    """The outcome in both arms, with intervals."""
    rate = report.success
    items = []
    for name, sample, tone in ((TREATED, rate.treatment, 1), (CONTROL, rate.control, 3)):
        found = rate.rate_interval(sample)
        if found is not None:
            items.append(Estimate(name, float(found.estimate), float(found.low), float(found.high), tone))
    title = _("%(outcome)s, by arm") % {"outcome": rate.metric.label or rate.metric.name}
    return IntervalChart(title=title, items=items, is_share=True, category_name=_("Arm"))


def value_chart(report: Report, currency: str) -> Chart:
    """Incremental value over time, inside the band that stays valid at every look."""
    points = report.series[currency]
    name = _("Incremental value")

    def values(part: str) -> list[float | None]:
        return [None if point.value is None else float(getattr(point.value, part)) for point in points]

    return BandChart(
        title=_("%(name)s, cumulative") % {"name": name},
        days=[point.day for point in points],
        series=[Series(name, values("estimate"))],
        low=values("low"),
        high=values("high"),
        currency=currency,
    )


def funnel_chart(report: Report) -> Chart:
    """The way of the treated buyers."""
    steps = [(_("Treated"), report.treated), *report.funnel]
    return FunnelChart(title=_("The way of the treated buyers"), items=steps, value_name=_("Buyers"))


def suppressed_chart(report: Report) -> Chart | None:
    """Why buyers were left alone."""
    if not report.suppressed:
        return None
    items = [(reason_label(reason), count) for reason, count in report.suppressed]
    return RankChart(title=_("Whom the program left alone"), items=items, category_name=_("Reason"), value_name=_("Buyers"))
