"""Forecasts as comma-separated values: for a spreadsheet, and for the supply chain in columns that stay."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import StringIO

from salescope.frames.formulas import inert
from salescope.service.forecast_answers import MONEY
from salescope.store import ForecastPage, ForecastRow, Publication

__all__ = ["CSV_COLUMNS", "SUPPLY_COLUMNS", "SUPPLY_VERSION", "forecast_csv", "supply_csv"]

PARTS = ("trend", "season", "events", "price", "other")
CSV_COLUMNS = (
    *("node", "level", "date", "step", "mean", "lo_80", "hi_80", "lo_95", "hi_95", "coverage_80", "coverage_95"),
    *("baseline", *PARTS, "unit", "currency", "frequency", "as_of", "versions"),
)
# Others read these by name and by place: a column is never renamed, moved or taken away without a new version.
SUPPLY_VERSION = "1"
SUPPLY_COLUMNS = (
    *("format_version", "as_of", "node", "level", "frequency", "period_start", "step", "unit", "currency"),
    *("forecast", "low_80", "high_80", "low_95", "high_95"),
)

Cell = str | float | None


def forecast_csv(page: ForecastPage, *, levels: Sequence[int]) -> str:
    """Writes a page of forecasts for a spreadsheet.

    Parameters
    ----------
    page : ForecastPage
        With a publication.
    levels : sequence of int
        Which intervals; the cells of others are empty, so that columns are the same in every call.

    Returns
    -------
    str
        A heading and one line a node and period, with CRLF; texts that a spreadsheet would run are made inert.
    """
    return _written(CSV_COLUMNS, _csv_lines(page, levels=levels))


def supply_csv(page: ForecastPage) -> str:
    """Writes a page of forecasts for the supply chain, in the columns of ``SUPPLY_VERSION``.

    Parameters
    ----------
    page : ForecastPage
        With a publication.

    Returns
    -------
    str
        A heading and one line a node and period, with CRLF; texts that a spreadsheet would run are made inert.
    """
    return _written(SUPPLY_COLUMNS, _supply_lines(page))


def _csv_lines(page: ForecastPage, *, levels: Sequence[int]) -> Iterator[list[Cell]]:
    publication = _of(page)
    about, last = publication.about, _last_cells(publication)
    for rows in page.nodes:
        coverage = about["coverage"].get(rows[0].level, {})
        held: list[Cell] = [coverage.get(str(level)) if level in levels else None for level in (80, 95)]
        for row in rows:
            parts = [row.contributions.get(part) for part in PARTS]
            yield [*_first_cells(row), *_ends(row, levels=levels), *held, row.baseline, *parts, *last]


def _supply_lines(page: ForecastPage) -> Iterator[list[Cell]]:
    publication = _of(page)
    about, (unit, currency, *_) = publication.about, _last_cells(publication)
    as_of = publication.as_of.isoformat()
    for row in (row for rows in page.nodes for row in rows):
        when: list[Cell] = [about["frequency"], row.date.isoformat(), row.step]
        ends = _ends(row, levels=(80, 95))
        yield [SUPPLY_VERSION, as_of, row.node, row.level, *when, unit, currency, row.mean, *ends]


def _first_cells(row: ForecastRow) -> list[Cell]:
    return [row.node, row.level, row.date.isoformat(), row.step, row.mean]


def _ends(row: ForecastRow, *, levels: Sequence[int]) -> list[Cell]:
    names = (("lo_80", "hi_80", 80), ("lo_95", "hi_95", 95))
    return [getattr(row, end) if level in levels else None for *ends, level in names for end in ends]


def _last_cells(publication: Publication) -> list[Cell]:
    about = publication.about
    currency = publication.currency if about["unit"] == MONEY else None
    versions = " ".join(f"{model}:{version}" for model, version in sorted(publication.versions.items()))
    return [about["unit"], currency, about["frequency"], publication.as_of.isoformat(), versions]


def _of(page: ForecastPage) -> Publication:
    assert page.publication is not None  # noqa: S101 - a page without one is answered before
    return page.publication


def _written(columns: Sequence[str], lines: Iterator[list[Cell]]) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([inert(cell) if isinstance(cell, str) else cell for cell in line] for line in lines)
    return text.getvalue()
