"""The words on drawings of forecasts and backtests, by language."""

from __future__ import annotations

from collections.abc import Mapping

from salescope.forecasting.tree import TOTAL

__all__ = ["FORECAST_WORDS", "node_words", "share_text"]

FORECAST_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "total": "Total",
        "title": "{node}: sales to come",
        "actual": "actual",
        "ahead": "to come",
        "mean": "forecast",
        "baseline": "baseline",
        "target": "target",
        "interval": "{level} %",
        "interval_held": "{level} %, held {share}",
        "unnamed": "▲ {count} events",
        "skill": "Skill",
        "skill_axis": "share of the baseline's error that is saved; ○ one window",
        "coverage": "Coverage",
        "coverage_axis": "share inside the interval; ○ one window",
        "by_window": "Skill by window",
        "window_axis": "window of the past, 1 is the newest",
        "quantity": "pieces",
    },
    "zh": {
        "total": "總計",
        "title": "{node}：未來銷售",
        "actual": "實際",
        "ahead": "未來",
        "mean": "預測",
        "baseline": "基準",
        "target": "目標",
        "interval": "{level} %",
        "interval_held": "{level} %，實測 {share}",
        "unnamed": "▲ {count} 個事件",
        "skill": "技巧值",
        "skill_axis": "比基準少的誤差比例；○ 為單一窗口",
        "coverage": "涵蓋率",
        "coverage_axis": "落在區間內的比例；○ 為單一窗口",
        "by_window": "各窗口的技巧值",
        "window_axis": "過去的窗口，1 為最新",
        "quantity": "件",
    },
}


def node_words(node: str, *, words: Mapping[str, str]) -> str:
    """Writes a node for people.

    Parameters
    ----------
    node : str
        As "all" or "region=North/rep=17".
    words : mapping of str to str
        Of one language.

    Returns
    -------
    str

    Examples
    --------
    >>> node_words("all", words=FORECAST_WORDS["zh"]), node_words("region=北區/rep=17", words=FORECAST_WORDS["zh"])
    ('總計', '北區 / 17')
    """
    if node == TOTAL:
        return words["total"]
    return " / ".join(part.partition("=")[2] or part for part in node.split("/"))


def share_text(share: float) -> str:
    """Writes a share as a percentage.

    Parameters
    ----------
    share : float
        1 is all.

    Returns
    -------
    str

    Examples
    --------
    >>> share_text(0.8125), share_text(-0.03)
    ('81 %', '−3 %')
    """
    return f"{share:.0%}".replace("%", " %").replace("-", "−")
