"""The simulator itself: it must see an interval that does not keep its promise."""

import dataclasses

import numpy as np
import pytest

from aftersales.measurement import simulation
from aftersales.measurement.management.commands import simulate as command
from aftersales.measurement.simulation import Setting, drawn, simulate
from aftersales.measurement.stats.fixed import newcombe
from aftersales.measurement.stats.samples import Interval, Proportion

SMALL = Setting(runs=200, buyers=2000)


def test_the_true_effect_is_what_the_arms_differ_by() -> None:
    """Two million buyers: the standard error of the difference is 0.0008."""
    draw = drawn(np.random.default_rng(1), Setting(buyers=1000), 2000)
    treated, control = draw.success[draw.treated].mean(), draw.success[~draw.treated].mean()
    assert treated - control == pytest.approx(0.03, abs=0.003)
    paid = draw.amount[draw.treated].mean() - draw.amount[~draw.treated].mean()
    assert paid == pytest.approx(Setting().amount_effect, rel=0.15)
    assert draw.treated.mean() == pytest.approx(0.8, abs=0.002)


def test_the_arms_grow_day_by_day_to_what_they_are_in_the_end() -> None:
    draw = drawn(np.random.default_rng(2), SMALL, 3)
    for treated in (True, False):
        daily, final = draw.by_day(treated, SMALL.days), draw.proportion(treated)
        assert (daily.buyers[:, -1] == final.buyers).all()
        assert (daily.successes[:, -1] == final.successes).all()
        assert (np.diff(daily.buyers, axis=1) >= 0).all()


def test_intervals_that_are_too_narrow_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def narrow(treatment: Proportion, control: Proportion) -> Interval:
        found = newcombe(treatment, control)
        middle = found.estimate
        return Interval(middle, middle - (middle - found.low) * 0.7, middle + (found.high - middle) * 0.7)

    assert simulate(3, SMALL).within_tolerance
    monkeypatch.setattr(simulation, "newcombe", narrow)
    assert not simulate(3, SMALL).within_tolerance


def test_daily_looks_at_fixed_intervals_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def fixed(treatment: Proportion, control: Proportion) -> object:
        return newcombe(treatment, control).excludes(0) & (np.minimum(treatment.buyers, control.buyers) >= 50)

    monkeypatch.setattr(simulation, "conclusive", fixed)
    assert not simulate(4, SMALL).within_tolerance


def test_out_of_tolerance_ends_with_a_failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def unlucky(seed: int, setting: Setting) -> simulation.Findings:
        return dataclasses.replace(simulate(seed, setting), alarmed={"always_valid": setting.runs, "fixed_horizon": 0})

    monkeypatch.setattr(command, "simulate", unlucky)
    with pytest.raises(SystemExit, match="1"):
        command.Command().run_from_argv(["manage.py", "simulate", "--runs", "20", "--buyers", "1000"])
    assert "within_tolerance  False" in capsys.readouterr().out
