"""Names beside bars: any script, any length, never a formula."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from matplotlib.figure import Figure

from salescope.monitoring import drawing
from salescope.monitoring.drawing import dress, font_families, name_bars


def test_names_stand_at_their_bars_and_are_cut():
    axes = Figure().subplots()
    name_bars(axes, ["短", "y" * 37, "z" * 36])
    assert axes.get_yticks().tolist() == [0, 1, 2]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["短", "y" * 35 + "…", "z" * 36]
    assert not any(text.get_parse_math() for text in axes.get_yticklabels())


@pytest.mark.parametrize(("bars", "span"), [(0, 2.8), (1, 3.2), (3, 3.2), (10, 10.2)])
def test_few_bars_stay_slim_and_in_the_middle(bars, span):
    axes = Figure().subplots()
    name_bars(axes, ["name"] * bars)
    low, high = axes.get_ylim()
    assert high - low == pytest.approx(max(bars, 3) + 0.2)
    assert (low + high) / 2 == pytest.approx((bars - 1) / 2)


def test_only_fonts_that_are_there_are_asked(monkeypatch):
    there = [SimpleNamespace(name=name) for name in ("PingFang TC", "Comic Sans", "Noto Sans CJK JP")]
    monkeypatch.setattr(drawing.font_manager, "fontManager", SimpleNamespace(ttflist=there))
    assert font_families() == ["DejaVu Sans", "Noto Sans CJK JP", "PingFang TC"]


def test_axes_say_what_they_are():
    axes = Figure().subplots()
    axes.plot([0, 1], [0, 1], label="a line")
    dress(axes, title="Title", x="across", y="up")
    assert (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()) == ("Title", "across", "up")
    assert axes.get_legend().get_texts()[0].get_text() == "a line"
    dress(axes, title="Title", x="across", y="up", legend=False)
