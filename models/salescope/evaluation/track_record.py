"""The track record: what a model foretold against what came, a version and a period at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Literal

import numpy as np
import pandas as pd

from salescope.evaluation.outcomes import Floats, outcome_array, probability_array
from salescope.evaluation.track_figures import Told, chance_figures, interval_figures, value_figures
from salescope.frames.errors import MisalignedError, MissingColumnError, UnknownNameError

__all__ = ["TrackCell", "track_record", "track_table"]

Period = Literal["month", "week", "all"]

PERIODS = {"month": "M", "week": "W-SUN", "all": ""}
ALWAYS = ("model", "version", "as_of", "known_at")
FAMILIES = (("probability", "y"), ("value", "actual"), ("value_low", "value_high", "actual"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackCell:
    """Holds what came of a version's answers whose truth came to be known in one period.

    Parameters
    ----------
    model, version : str
        Whose answers.
    period : str
        As ``2026-03``, ``2026-W10`` (ISO week) or ``all``.
    start : str or None
        The first day of the period, as ``2026-03-01``; None for ``all``.
    n_rows : int
        How many answers.
    figures : mapping of str to float or None
        Finite numbers by name; None where one cannot be told.
    reasons : mapping of str to str
        Why, for each figure that is None.
    """

    model: str
    version: str
    period: str
    start: str | None
    n_rows: int
    figures: Mapping[str, float | None]
    reasons: Mapping[str, str]


def track_record(
    rows: pd.DataFrame, *, period: Period = "month", base_rate: float | None = None, seed: int = 0
) -> tuple[TrackCell, ...]:
    """Judges answers by what happened, each version in each period in which truths came to be known.

    Parameters
    ----------
    rows : DataFrame, shape (n_answers, n_columns)
        ``model``, ``version``, ``as_of`` (what the answer knew is older), ``known_at`` (when its truth was known; NaT
        where it is not yet, which is left out), and one or more of: ``probability`` with ``y`` (0 or 1), ``value`` with
        ``actual``, ``value_low`` and ``value_high`` with ``actual``. A value that is missing, or whose truth is, is
        left out of the figures that need it. Instants are all naive or all aware. One answer a subject and period, as
        the ledger gives them: rows count as independent.
    period : {"month", "week", "all"}, default "month"
        Calendar months, ISO weeks, or everything in one.
    base_rate : float, optional
        The share of positive outcomes in training: the baseline of answers before which no outcome was known.
    seed : int, default 0
        Draws the calibration floors.

    Returns
    -------
    tuple of TrackCell
        By model, version (numbers as numbers) and period. Figures of a column that is not there are left out.

    Raises
    ------
    MissingColumnError
        If a column is missing.
    UnknownNameError
        If the period is none of the three.
    MisalignedError
        If an outcome is not 0 or 1, a probability is outside 0 to 1, or a truth was known before its answer.

    Notes
    -----
    **The period is that of the truth**, not of the answer: by the time of the answer, the newest periods would hold
    quick outcomes only. Nothing but a late outcome changes a period that has passed.

    **The baseline is the base rate before**: for every answer, the rate of all outcomes of its model (whatever version
    answered) that were known strictly before the answer's ``as_of``, as (positive + 1) / (n + 2); for values, their
    mean. Skill is 1 − loss ÷ the baseline's loss on the same rows; 0 or less is no better than no model.

    Examples
    --------
    >>> days = pd.to_datetime(["2026-01-05", "2026-02-03", "2026-02-09"])
    >>> rows = pd.DataFrame(
    ...     {
    ...         "model": "leads",
    ...         "version": "1",
    ...         "as_of": days - pd.Timedelta(days=9),
    ...         "known_at": days,
    ...         "probability": [0.2, 0.4, 0.9],
    ...         "y": [0, 0, 1],
    ...     }
    ... )
    >>> for cell in track_record(rows):
    ...     print(cell.period, cell.n_rows, cell.figures["auc"], cell.reasons.get("auc"))
    2026-01 1 None only one kind of outcome: 0 positive, 1 negative
    2026-02 2 1.0 None
    """
    if period not in PERIODS:
        raise UnknownNameError(period, what="period", where="the track record", accepted=list(PERIODS))
    judged = _judged(rows)
    families = [family for family in FAMILIES if set(family) <= set(judged.columns)]
    judged = _with_baselines(_with_period(judged, period=period), base_rate=base_rate)
    groups = judged.groupby(["model", "version", "period", "start"], sort=True)
    cells = [_cell(cell, families=families, seed=seed) for _, cell in groups]
    return tuple(sorted(cells, key=lambda cell: (cell.model, *_version_order(cell.version))))


def track_table(cells: Sequence[TrackCell]) -> pd.DataFrame:
    """Tabulates a track record.

    Parameters
    ----------
    cells : sequence of TrackCell
        From `track_record`.

    Returns
    -------
    DataFrame, shape (n_cells, 5 + n_figures)
        model, version, period, start (datetime64, NaT for ``all``), n_rows, and every figure as float64, NaN where it
        cannot be told.

    Examples
    --------
    >>> cell = TrackCell(
    ...     model="leads",
    ...     version="1",
    ...     period="2026-01",
    ...     start="2026-01-01",
    ...     n_rows=1,
    ...     figures={"auc": None, "log_loss": 0.5},
    ...     reasons={"auc": "one outcome"},
    ... )
    >>> track_table([cell])[["period", "auc", "log_loss"]].to_dict("list")
    {'period': ['2026-01'], 'auc': [nan], 'log_loss': [0.5]}
    """
    records = [asdict(cell) for cell in cells]
    table = pd.DataFrame(records, columns=["model", "version", "period", "start", "n_rows"])
    names = dict.fromkeys(name for cell in cells for name in cell.figures)
    figures = pd.DataFrame([cell.figures for cell in cells], columns=list(names), index=table.index, dtype=np.float64)
    return pd.concat([table.assign(start=pd.to_datetime(table["start"])), figures], axis=1)


def _judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Takes the answers whose truth is known, with plain UTC instants."""
    families = [family for family in FAMILIES if set(family) <= set(rows.columns)]
    missing = [name for name in ALWAYS if name not in rows.columns]
    if missing or not families:
        present = [str(name) for name in rows.columns]
        raise MissingColumnError(missing or ["probability", "y"], where="the track record", present=present)
    kept = [*ALWAYS, *dict.fromkeys(name for family in families for name in family)]
    judged = rows.loc[rows["known_at"].notna(), kept]
    instants = {name: pd.to_datetime(judged[name], utc=True).dt.tz_localize(None) for name in ("as_of", "known_at")}
    judged = judged.assign(**instants, **{name: judged[name].astype(str) for name in ("model", "version")})
    # Sorted by content, so that neither sums nor draws know the order in which the ledger gave the rows.
    judged = judged.sort_values(kept, ignore_index=True)
    early = np.flatnonzero(judged["known_at"] < judged["as_of"])
    if len(early):
        first = judged.iloc[early[0]]
        found = f"{first['known_at']}, before {first['as_of']}, which the answer is of"
        raise MisalignedError("known_at", found=found, accepted="truths that came to be known after the answer")
    return judged


def _with_period(judged: pd.DataFrame, *, period: Period) -> pd.DataFrame:
    if period == "all":
        return judged.assign(period="all", start="")
    start = judged["known_at"].dt.to_period(PERIODS[period]).dt.start_time
    iso = start.dt.isocalendar()
    week = iso["year"].astype(str) + "-W" + iso["week"].astype(str).str.zfill(2)
    name = week if period == "week" else start.dt.strftime("%Y-%m")
    return judged.assign(period=name, start=start.dt.strftime("%Y-%m-%d"))


def _with_baselines(judged: pd.DataFrame, *, base_rate: float | None) -> pd.DataFrame:
    baselines = {}
    if "y" in judged:
        rate = _known_before(judged, of="y", smoothed=1)
        baselines["baseline"] = rate if base_rate is None else rate.fillna(base_rate)
    if "actual" in judged:
        baselines["value_baseline"] = _known_before(judged, of="actual", smoothed=0)
    return judged.assign(**baselines)


def _known_before(judged: pd.DataFrame, *, of: str, smoothed: int) -> pd.Series:
    """Gives, for every answer, the mean truth of its model's answers that was known before it; NaN where none was."""
    means = [pd.Series(dtype=np.float64)]
    for _, own in judged.groupby("model"):
        known = own[own[of].notna()].sort_values("known_at", kind="stable")
        totals = np.concatenate(([0.0], known[of].to_numpy(dtype=np.float64).cumsum()))
        count = np.searchsorted(known["known_at"].to_numpy(), own["as_of"].to_numpy(), side="left")
        mean = (totals[count] + smoothed) / np.maximum(count + 2 * smoothed, 1)
        means.append(pd.Series(np.where(count > 0, mean, np.nan), index=own.index))
    together: pd.Series = pd.concat(means)
    return together


def _cell(rows: pd.DataFrame, *, families: Sequence[tuple[str, ...]], seed: int) -> TrackCell:
    told: dict[str, float | str] = {}
    for family in families:
        told |= _told(rows[rows[list(family)].notna().all(axis=1)], of=family[0], seed=seed)
    known = {name: part for name, part in told.items() if not isinstance(part, str) and isfinite(part)}
    return TrackCell(
        model=rows["model"].iloc[0],
        version=rows["version"].iloc[0],
        period=rows["period"].iloc[0],
        start=rows["start"].iloc[0] or None,
        n_rows=len(rows),
        figures={name: known.get(name) for name in told},
        reasons={name: _reason(part) for name, part in told.items() if name not in known},
    )


def _reason(part: float | str) -> str:
    return part if isinstance(part, str) else f"it is {part}, no finite number"


def _told(rows: pd.DataFrame, *, of: str, seed: int) -> Told:
    if of == "probability":
        y = outcome_array(rows["y"]) if len(rows) else np.empty(0, dtype=np.int64)
        p = probability_array(rows["probability"], n_rows=len(rows), name="probability")
        return chance_figures(y, p, baseline=_floats(rows, "baseline"), seed=seed)
    actual = _floats(rows, "actual")
    if of == "value":
        return value_figures(actual, _floats(rows, "value"), baseline=_floats(rows, "value_baseline"))
    return interval_figures(actual, low=_floats(rows, "value_low"), high=_floats(rows, "value_high"))


def _floats(rows: pd.DataFrame, name: str) -> Floats:
    return rows[name].to_numpy(dtype=np.float64)


def _version_order(version: str) -> tuple[float, str]:
    return (float(version) if version.isascii() and version.isdigit() else np.inf, version)
