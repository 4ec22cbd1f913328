"""Plots of forecasts and backtests: what they show is what they were given, in both languages, and the same bytes twice."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from salescope.forecasting.events import KnownAhead
from salescope.forecasting.examples import monthly
from salescope.forecasting.history import node_panel
from salescope.forecasting.tree import Tree
from salescope.frames.amounts import SCALES, amount_scale
from salescope.frames.errors import UnknownNameError
from salescope.monitoring import ForecastMarks, backtest_plot, forecast_plot, png_of, svg_of, write_picture
from salescope.monitoring.event_marks import MOST_NAMED, named_events, node_events
from salescope.monitoring.forecast_words import FORECAST_WORDS
from salescope.monitoring.side_labels import spread

# A machine without a font for Chinese draws its letters as boxes, and matplotlib says so of each.
pytestmark = pytest.mark.filterwarnings("ignore:Glyph .* missing from font:UserWarning")


def made(*, periods=36, horizon=12, level=3e6, swing=0.3):
    dates = pd.date_range("2023-01-01", periods=periods + horizon, freq="MS")
    line = level * (1 + swing * np.sin(np.arange(periods + horizon) / 2))
    width = 0.1 * abs(level) * np.sqrt(np.arange(1, horizon + 1))
    mean = line[periods:]
    bands = {"lo_80": mean - width, "hi_80": mean + width, "lo_95": mean - 1.5 * width, "hi_95": mean + 1.5 * width}
    forecast = pd.DataFrame({"node": "all", "date": dates[periods:], "mean": mean, "baseline": 0.9 * mean, **bands})
    return pd.Series(line[:periods], index=dates[:periods]), forecast


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_every_value_is_drawn_and_every_line_is_named_at_its_end():
    history, forecast = made()
    marks = ForecastMarks(target=4e6, coverage={80: 0.78, 95: float("nan")})
    figure = forecast_plot(forecast, history=history, unit="TWD", marks=marks)
    (axes,) = figure.axes
    drawn = [np.asarray(line.get_ydata(), dtype=float) for line in axes.lines]
    for column in ("mean", "baseline"):
        expected = np.append(history.iloc[-1], forecast[column])
        assert any(len(line) == 13 and np.array_equal(line, expected) for line in drawn)
    assert any(np.array_equal(line, history) for line in drawn)
    wide, narrow = (band.get_paths()[0].get_extents() for band in axes.collections)
    assert (wide.y0, wide.y1) == (forecast["lo_95"].min(), forecast["hi_95"].max())
    assert (narrow.y0, narrow.y1) == (forecast["lo_80"].min(), forecast["hi_80"].max())
    assert {"forecast", "baseline", "target", "80 %, held 78 %", "95 %"} <= set(texts(figure))
    assert axes.get_ylabel() == "TWD, million"
    assert axes.get_ylim()[0] == 0
    assert axes.yaxis.get_major_formatter()(1.5e6, 0) == "1.5"


@pytest.mark.parametrize(
    ("shape", "bottom", "language"),
    [
        ({"level": 0.0}, 0.0, "en"),
        ({"level": 1e-300}, 0.0, "en"),
        ({"periods": 10, "horizon": 1}, 0.0, "zh"),
        ({"swing": 3.0}, None, "zh"),
        ({"periods": 1}, 0.0, "en"),
    ],
    ids=["nothing sold", "next to nothing", "ten periods, one ahead", "negatives", "one period"],
)
def test_any_history_can_be_drawn(shape, bottom, language):
    history, forecast = made(**shape)
    figure = forecast_plot(forecast, history=history, language=language)
    low, high = figure.axes[0].get_ylim()
    assert low == bottom if bottom is not None else low < min(history.min(), forecast["lo_95"].min())
    assert high > low
    assert ET.fromstring(svg_of(figure)).tag.endswith("svg")


def test_a_node_without_history_is_drawn_and_an_unknown_one_refused():
    history, forecast = made()
    figure = forecast_plot(forecast, history=history[:0])
    assert len(figure.axes[0].lines[1].get_ydata()) == len(forecast)
    with pytest.raises(UnknownNameError, match="region=N"):
        forecast_plot(forecast, history=history, node="region=N")
    with pytest.raises(UnknownNameError, match="language"):
        forecast_plot(forecast, history=history, language="de")


def test_the_same_drawing_is_the_same_bytes_and_has_no_date():
    history, forecast = made()
    first, second = (forecast_plot(forecast, history=history, unit="TWD", language="zh") for _ in range(2))
    # Without the salt, names inside an SVG are random, also within one process.
    assert svg_of(first) == svg_of(second) == svg_of(first)
    assert png_of(first) == png_of(second)
    assert "<dc:date>" not in svg_of(first)


def test_pictures_are_written_by_their_ending(tmp_path):
    figure = Figure(figsize=(1, 1))
    write_picture(figure, tmp_path / "deep" / "plot.svg")
    write_picture(figure, tmp_path / "plot.PNG")
    assert ET.parse(tmp_path / "deep" / "plot.svg").getroot().tag.endswith("svg")
    assert (tmp_path / "plot.PNG").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UnknownNameError, match=r"\.svg"):
        write_picture(figure, tmp_path / "plot.pdf")


def test_events_ahead_are_named_first_and_the_others_counted():
    history, forecast = made()
    dates = pd.date_range("2023-03-03", "2026-12-01", freq="61D")
    events = pd.DataFrame({"date": dates, "name": [f"a rather long promotion {place}" for place in range(len(dates))]})
    named = named_events(events, cut=forecast["date"].iloc[0], span=pd.Timedelta(1400, "D"))
    ahead = events[events["date"] >= forecast["date"].iloc[0]]
    assert len(named) == MOST_NAMED
    assert set(ahead["name"]) <= set(named["name"])
    figure = forecast_plot(forecast, history=history, marks=ForecastMarks(events=events))
    assert figure.axes[0].get_xlabel() == f"▲ {len(events)} events"
    few = forecast_plot(forecast, history=history, marks=ForecastMarks(events=ahead))
    assert few.axes[0].get_xlabel() == ""
    assert "a rather long p…" in texts(few)


def test_events_of_a_node_are_those_it_was_fitted_with():
    bare = monthly([[1.0] * 24, [2.0] * 24])
    tree = Tree.of(pd.DataFrame({"rep": ["1", "2"]}), levels={"rep": ["rep"]})
    panel = node_panel(bare, tree)
    table = pd.DataFrame({"event": ["big sale"], "start": ["2021-03-05"], "end": ["2021-04-30"], "node": ["rep=1"]})
    known = KnownAhead(ahead=13, events=table, country="DE")(tree, panel)
    found = node_events(replace(panel, known=known), "rep=1")
    assert found.loc[found["name"] == "big sale", "date"].tolist() == [pd.Timestamp("2021-03-01")]
    feasts = found[found["name"] == "german unity day"]
    assert feasts["date"].dt.strftime("%Y-%m").tolist() == ["2020-10", "2021-10", "2022-10"]
    assert not {"holiday", "before holiday"} & set(found["name"])
    assert "big sale" not in set(node_events(replace(panel, known=known), "rep=2")["name"])
    assert node_events(panel, "all").empty


def test_languages_have_the_same_words_and_amounts_stay_short():
    assert FORECAST_WORDS["en"].keys() == FORECAST_WORDS["zh"].keys()
    assert SCALES.keys() == FORECAST_WORDS.keys()
    for language in SCALES:
        for power in range(12):
            scale = amount_scale([3 * 10.0**power, np.nan], unit="", language=language)
            assert len(scale.text(3 * 10.0**power)) <= 6


def test_labels_never_touch_and_keep_their_order():
    rng = np.random.default_rng(0)
    for _ in range(50):
        heights = sorted(rng.random(rng.integers(1, 8)))
        places = spread(heights, apart=0.1, top=1.0)
        assert np.all(np.diff(places) >= 0.1 - 1e-9)
        assert max(places) <= 1.0


def figures(*, windows=2, levels=("all", "region")):
    rng = np.random.default_rng(0)
    rows = [
        {
            "window": window,
            "level": level,
            "skill": rng.normal(0.1, 0.1),
            "coverage_80": 0.8,
            "coverage_95": rng.random(),
        }
        for window in range(windows + 1)
        for level in levels
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("windows", "levels", "language"),
    [(2, ("all", "region"), "zh"), (0, ("all",), "en"), (6, tuple("abcdef"), "en")],
)
def test_a_backtest_shows_each_level_and_window(windows, levels, language):
    told = figures(windows=windows, levels=levels)
    figure = backtest_plot(told, language=language)
    left, middle, *right = figure.axes
    assert len(right) == (1 if windows else 0)
    together = told[told["window"] == 0]
    assert [bar.get_width() for bar in left.patches] == together["skill"].tolist()
    assert len(left.get_yticks()) == len(levels)
    whole = [line.get_xdata() for line in middle.lines if len(line.get_xdata()) == len(levels)]
    assert any(np.array_equal(line, together["coverage_95"]) for line in whole)
    newest = told[told["window"] == 1].set_index("level")["skill"]
    for axes in right:
        for level, line in zip(levels, axes.lines[1:], strict=True):
            assert line.get_ydata()[-1] == newest[level]
    svg_of(figure)
