"""The shapes of the answers about published forecasts; the OpenAPI file is written from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from salescope.store import ForecastRow, Node, Publication

__all__ = [
    "MONEY",
    "ForecastNodes",
    "ForecastsPublishedIn",
    "ForecastsTold",
    "NodeTold",
    "PeriodTold",
    "forecast_told",
    "published_in",
]

MONEY = "money"
Shares = Annotated[
    dict[str, float | None],
    Meta(description="How often each interval held in backtests at this level; null where it was not measured."),
]


class ForecastsPublishedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Says which published table an answer is from, and how old it is."""

    as_of: Annotated[datetime, Meta(description="The cutoff: only earlier sales were known, UTC.")]
    at: Annotated[datetime, Meta(description="When the table was published, UTC.")]
    versions: Annotated[dict[str, str], Meta(description="The version of each model that answered.")]
    unit: Annotated[str, Meta(description="What is forecast.", examples=[MONEY, "quantity"])]
    currency: Annotated[str | None, Meta(description="Of amounts of money, three letters; null of other units.")]
    frequency: Annotated[str, Meta(description="The length of a period.", examples=["month"])]
    horizon: Annotated[int, Meta(ge=1, description="How many periods ahead are published.")]
    levels: Annotated[list[str], Meta(description="The levels of the tree, from the total down.")]


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """Is one interval around a forecast."""

    level: Annotated[int, Meta(description="How often it should hold, in percent.", examples=[80])]
    low: float
    high: float
    coverage: Annotated[
        float | None, Meta(description="How often it did, in backtests of this level of the tree; null: not measured.")
    ]


class PeriodTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is what a node is forecast to sell in one period."""

    date: Annotated[date, Meta(description="The first day of the period.")]
    step: Annotated[int, Meta(ge=1, description="1 for the first period ahead.")]
    mean: float
    intervals: list[Interval]
    baseline: Annotated[float | None, Meta(description="What the baseline says; null where it says nothing.")]
    contributions: Annotated[
        dict[str, float], Meta(description="What the forecast is made of: trend, season, events, price, other.")
    ]


class ForecastTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is the forecast of one node."""

    node: str
    level: str
    coverage: Shares
    periods: list[PeriodTold]


class ForecastsTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is one page of forecasts, node by node."""

    request_id: str
    publication: ForecastsPublishedIn
    forecasts: list[ForecastTold]
    next_cursor: Annotated[
        str | None,
        Meta(description="Asks for the next page of the same table, also in the header Link; null on the last page."),
    ]


class NodeTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is a node of the published tree."""

    node: str
    level: str


class ForecastNodes(msgspec.Struct, frozen=True, kw_only=True):
    """Is one page of the nodes that have forecasts."""

    request_id: str
    publication: Annotated[ForecastsPublishedIn | None, Meta(description="Null before the first table is published.")]
    nodes: list[NodeTold]
    next_cursor: Annotated[str | None, Meta(description="Asks for the next page of the same table; null on the last.")]

    @classmethod
    def of(cls, nodes: Sequence[Node], *, publication: Publication | None, **more: str | None) -> ForecastNodes:
        """Tells of nodes as the store has them."""
        told = [NodeTold(node=node.name, level=node.level) for node in nodes]
        where = None if publication is None else published_in(publication)
        return cls(publication=where, nodes=told, **more)  # type: ignore[arg-type]


def published_in(publication: Publication) -> ForecastsPublishedIn:
    """Says which table an answer is from.

    Parameters
    ----------
    publication : Publication
        Of forecasts.

    Returns
    -------
    ForecastsPublishedIn
    """
    about = publication.about
    return ForecastsPublishedIn(
        as_of=publication.as_of,
        at=publication.at,
        versions=dict(publication.versions),
        unit=about["unit"],
        currency=publication.currency if about["unit"] == MONEY else None,
        frequency=about["frequency"],
        horizon=about["horizon"],
        levels=about["levels"],
    )


def forecast_told(rows: Sequence[ForecastRow], *, publication: Publication, levels: Sequence[int]) -> ForecastTold:
    """Tells the forecast of a node.

    Parameters
    ----------
    rows : sequence of ForecastRow, shape (horizon,)
        Of one node, at least one.
    publication : Publication
        What they were published in.
    levels : sequence of int
        Which intervals.

    Returns
    -------
    ForecastTold
    """
    measured = publication.about["coverage"].get(rows[0].level, {})
    coverage = {str(level): measured.get(str(level)) for level in levels}
    periods = [
        PeriodTold(
            date=row.date,
            step=row.step,
            mean=row.mean,
            intervals=[
                Interval(
                    level=level,
                    low=getattr(row, f"lo_{level}"),
                    high=getattr(row, f"hi_{level}"),
                    coverage=coverage[str(level)],
                )
                for level in levels
            ],
            baseline=row.baseline,
            contributions=dict(row.contributions),
        )
        for row in rows
    ]
    return ForecastTold(node=rows[0].node, level=rows[0].level, coverage=coverage, periods=periods)
