"""The page of published forecasts: the nodes of each level, and the forecast of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from salescope.console.calls import Call
from salescope.console.errors import PageMissingError
from salescope.console.forecast_drawing import forecast_drawing, period_name
from salescope.frames.amounts import amount_scale
from salescope.store import ForecastPage, ForecastRow, ForecastWish, HostileValueError, NodeForecast, UnknownCursorError

__all__ = ["forecasts"]

TOTAL = "all"
NODES_A_PAGE = 20
PARTS = ("trend", "season", "events", "price", "other")
INTERVALS = (80, 95)


@dataclass(frozen=True, slots=True)
class _Line:
    """Is one period in the table of the page."""

    name: str
    row: ForecastRow

    def ends(self, interval: int) -> tuple[float, float]:
        """Gives both ends of an interval."""
        return getattr(self.row, f"lo_{interval}"), getattr(self.row, f"hi_{interval}")


def forecasts(call: Call) -> Response:
    """Shows the forecast of a node beside the nodes of its level; the total first."""
    try:
        told, page = _found(call)
    except (HostileValueError, UnknownCursorError):
        raise PageMissingError("node") from None
    if told is None:
        return call.page("forecasts", told=None)
    rows, about = told.rows, told.publication.about
    unit = told.publication.currency if about["unit"] == "money" else about["unit"]
    return call.page(
        "forecasts",
        told=told,
        about=about,
        unit=unit,
        rows=[_Line(period_name(row.date, frequency=about["frequency"]), row) for row in rows],
        drawing=forecast_drawing(rows, frequency=about["frequency"], unit=unit, language=call.language),
        coverage=_coverage(about, level=rows[0].level),
        intervals=INTERVALS,
        parts_told=[part for part in PARTS if any(part in row.contributions for row in rows)],
        sums=_sums(rows),
        short=amount_scale([sum(abs(row.mean) for row in rows)], unit="", language=call.language).short,
        nodes=[found[0] for found in page.nodes],
        level=page.nodes[0][0].level if page.nodes else rows[0].level,
        cursor=page.cursor,
    )


def _found(call: Call) -> tuple[NodeForecast | None, ForecastPage]:
    query = call.request.query_params
    node = query.get("node")
    told = None if node is None else call.data.forecast(node)
    level = query.get("level") or (TOTAL if told is None else told.rows[0].level)
    wish = ForecastWish(level=level, horizon=1, size=NODES_A_PAGE, cursor=query.get("after"))
    page = call.data.forecasts(wish)
    if page.publication is None:
        return None, page
    if told is None and node is None and page.nodes:
        told = call.data.forecast(page.nodes[0][0].node)
    if told is None:
        raise PageMissingError("node")
    return told, page


def _sums(rows: Sequence[ForecastRow]) -> tuple[float, float | None]:
    """Adds all periods up; the baseline only where it says something of each."""
    baseline = [row.baseline for row in rows if row.baseline is not None]
    return sum(row.mean for row in rows), sum(baseline) if len(baseline) == len(rows) else None


def _coverage(about: Mapping[str, Any], *, level: str) -> dict[int, float | None]:
    """Says how often each interval held at a level; None where it was not measured."""
    shares = about["coverage"].get(level, {})
    return {interval: shares.get(str(interval)) for interval in INTERVALS}
