"""The plot of a budget: a panel a channel with its present and recommended spend, however many there are."""

from __future__ import annotations

import numpy as np
import pytest

from salescope.frames.errors import UnknownNameError
from salescope.monitoring.budget_plots import budget_plot
from salescope.planning import ResponseCurves, allocate


def made_budget(*, channels: int):
    rng = np.random.default_rng(0)
    present = np.linspace(500.0, 1_500.0, channels)
    draws = (50, channels)
    needed = np.where(np.arange(channels) == channels - 1, 1.0, 0.1)
    curves = ResponseCurves(
        channels=tuple(f"通路$ {place}" for place in range(channels)),
        present=present,
        seen=np.column_stack([present / 2.0, present * 2.0]),
        scale=present,
        at_scale=rng.uniform(1_000.0, 9_000.0, draws),
        half=rng.uniform(0.5, 2.0, draws),
        carry=np.full(draws, 0.3),
        noise=500.0,
        variation=np.full(channels, 0.5),
        needed=needed,
    )
    return allocate(curves, periods=10)


def test_every_panel_marks_present_and_recommended_spend():
    budget = made_budget(channels=2)
    panels = budget_plot(budget, unit="TWD", language="zh").axes
    assert len(panels) == 2
    for axes, place in zip(panels, np.argsort(-budget.spend), strict=True):
        name = budget.curves.channels[place]
        assert axes.get_title(loc="left") == (name if budget.curves.known[place] else f"{name}（無法判斷）")
        marked = {float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() in "oD"}
        assert marked == {float(budget.curves.present[place]), float(budget.spend[place])}
    assert panels[0].get_ylabel().startswith("每週帶來的銷售")


def test_of_many_channels_those_with_most_money_are_drawn_and_the_others_counted(monkeypatch):
    monkeypatch.setattr("salescope.monitoring.budget_plots.MOST_PANELS", 1)
    budget = made_budget(channels=3)
    figure = budget_plot(budget, unit="EUR")
    (axes,) = figure.axes
    assert budget.curves.channels[int(budget.spend.argmax())] in axes.get_title(loc="left")
    assert figure.legends[0].get_title().get_text() == "2 more channels"


def test_a_language_that_is_not_known_is_refused():
    with pytest.raises(UnknownNameError, match="fr"):
        budget_plot(made_budget(channels=2), unit="EUR", language="fr")
