"""Planned newcomers: what products that are to be launched, and people who are to start, add to a forecast."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.cold_start import ColdStart, cold_start
from salescope.forecasting.forecaster import SalesForecaster
from salescope.forecasting.tree import Tree
from salescope.frames.errors import MisalignedError, MissingColumnError, NotFittedModelError

__all__ = ["Newcomers", "with_newcomers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """Holds a forecast with its planned newcomers, and what they stand on.

    Parameters
    ----------
    forecast : DataFrame, shape (n_nodes * horizon, 6 + 2 * n_levels)
        ``node``, ``level``, ``date``, ``step``, ``mean`` with newcomers, ``added`` (what of it they bring), and the
        intervals of the forecaster, moved by as much; missing for nodes that are new, for nothing measured those.
    newcomers : DataFrame, shape (n_newcomers, n_attributes + 5)
        The attributes, ``starts``, ``node``, ``scale`` (sales of a mean period), ``planned`` (whether that was given)
        and ``look_alikes``, how many series the shape, and the scale that was not given, come from.
    """

    forecast: pd.DataFrame
    newcomers: pd.DataFrame


def with_newcomers(forecaster: SalesForecaster, newcomers: pd.DataFrame) -> Newcomers:
    """Adds planned newcomers to a forecast, so that every node is still the sum of its parts.

    Parameters
    ----------
    forecaster : SalesForecaster
        Fitted.
    newcomers : DataFrame, shape (n_newcomers, n_columns)
        The attributes that make a series of the forecaster, as ``region`` and ``rep_id``; ``starts``, the first day of
        sale; and optionally ``expected``, the sales of a mean period.

    Returns
    -------
    Newcomers

    Raises
    ------
    MissingColumnError
        If an attribute or ``starts`` is not there.
    MisalignedError
        If a newcomer is there twice, sells already, or starts before the first period ahead.
    NotFittedModelError
        Before `fit`.

    Notes
    -----
    Whatever is not given comes from the series that share most attributes, as in `cold_start`: the shape of the season
    is their mean, the scale their median. A period in which somebody starts counts by its days. What newcomers bring is
    added on top: where a company launches every year as much as it plans to, its trend has that already.

    Examples
    --------
    >>> from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
    >>> dates = pd.date_range("2022-01-01", periods=36, freq="MS")
    >>> sales = pd.concat(
    ...     pd.DataFrame({"region": region, "rep": rep, "date": dates, "y": y})
    ...     for region, rep, y in (("N", "1", 10.0), ("N", "2", 10.0), ("N", "3", 10.0), ("S", "4", 99.0))
    ... )
    >>> forecaster = SalesForecaster(
    ...     2,
    ...     hierarchy={"region": ["region"], "rep": ["region", "rep"]},
    ...     windows=2,
    ...     members=[SeasonalNaive(), SeasonalNaiveGrowth()],
    ... ).fit(sales)
    >>> plan = pd.DataFrame({"region": ["N"], "rep": ["5"], "starts": pd.to_datetime(["2025-02-15"])})
    >>> told = with_newcomers(forecaster, plan).forecast
    >>> told[told["node"].isin(["all", "region=S", "region=N/rep=5"])].pivot(
    ...     index="node", columns="step", values="mean"
    ... )
    step                1      2
    node
    all             129.0  134.0
    region=N/rep=5    0.0    5.0
    region=S         99.0   99.0
    """
    if not hasattr(forecaster, "prepared_"):
        raise NotFittedModelError(type(forecaster).__name__)
    old, attributes = forecaster.prepared_.keys, list(forecaster.prepared_.keys)
    plan = _checked(newcomers, old=old, first=forecaster.dates_ahead()[0])
    keys = pd.concat([old, plan[attributes]], ignore_index=True)
    tree = Tree.of(keys, levels=forecaster.hierarchy or {})
    new = np.arange(len(old), len(keys), dtype=np.int64)
    like = _looked_up(forecaster, keys=keys, new=new)
    scale = np.where(plan["expected"].isna(), like.level, plan["expected"].to_numpy(dtype=np.float64))
    # Of a mean period, so that what look-alikes say and what is planned are of one kind.
    shape = np.divide(
        like.forecast, like.level[:, None], out=np.ones_like(like.forecast), where=like.level[:, None] > 0
    )
    bottom = scale[:, None] * shape * _present(forecaster, starts=pd.DatetimeIndex(plan["starts"]))
    added = np.asarray(tree.sums[:, new] @ bottom, dtype=np.float64)
    told = plan[[*attributes, "starts"]].assign(
        node=np.asarray(tree.nodes, dtype=object)[tree.bottom[new]],
        scale=scale,
        planned=plan["expected"].notna().to_numpy(),
        look_alikes=like.look_alikes,
    )
    return Newcomers(forecast=_forecast(forecaster, tree=tree, added=added), newcomers=told)


def _checked(newcomers: pd.DataFrame, *, old: pd.DataFrame, first: pd.Timestamp) -> pd.DataFrame:
    attributes = [str(name) for name in old]
    missing = [name for name in (*attributes, "starts") if name not in newcomers]
    if missing:
        raise MissingColumnError(missing, present=[str(name) for name in newcomers], where="the newcomers")
    words = newcomers[attributes].astype(str).reset_index(drop=True)
    there = pd.concat([old.astype(str), words], ignore_index=True).duplicated().to_numpy()[len(old) :]
    if there.any():
        found = "/".join(words.loc[there].iloc[0])
        raise MisalignedError("newcomers", found=f"{found!r} again", accepted="series that sell nothing yet, each once")
    starts = pd.to_datetime(newcomers["starts"]).reset_index(drop=True)
    if not (starts >= first).all():
        found = f"{starts[~(starts >= first)].iloc[0]}"
        raise MisalignedError("starts", found=found, accepted=f"days from {first:%Y-%m-%d} on")
    expected = newcomers["expected"].reset_index(drop=True) if "expected" in newcomers else np.nan
    return words.assign(starts=starts, expected=pd.Series(expected, index=words.index, dtype=np.float64))


def _looked_up(forecaster: SalesForecaster, *, keys: pd.DataFrame, new: Ints) -> ColdStart:
    """Lets the look-alikes among the series speak for those that have sold nothing."""
    panel = forecaster.prepared_.panel
    values = panel.values  # noqa: PD011 - an array
    nothing = np.full((len(new), values.shape[1]), np.nan)
    names = (*panel.series, *(f"newcomer {row}" for row in new))
    wider = replace(panel, series=names, values=np.concatenate([values, nothing]), group=None)
    return cold_start(wider, keys=keys.astype(str), horizon=forecaster.horizon, rows=new)


def _present(forecaster: SalesForecaster, *, starts: pd.DatetimeIndex) -> Floats:
    """Says by which share of its days each newcomer is there in each period."""
    dates = forecaster.dates_ahead()
    edges = forecaster.panel_.frequency.starts(dates[0], count=len(dates) + 1).to_numpy()
    days = np.diff(edges) / np.timedelta64(1, "D")
    left = (edges[None, 1:] - starts.normalize().to_numpy()[:, None]) / np.timedelta64(1, "D")
    return np.asarray(np.clip(left / days, 0.0, 1.0), dtype=np.float64)


def _forecast(forecaster: SalesForecaster, *, tree: Tree, added: Floats) -> pd.DataFrame:
    known = forecaster.predict().drop(columns="baseline")
    horizon, nodes = added.shape[1], np.asarray(tree.nodes, dtype=object)
    frame = pd.DataFrame(
        {
            "node": np.repeat(nodes, horizon),
            "level": np.repeat(np.asarray(tree.level, dtype=object), horizon),
            "date": np.tile(forecaster.dates_ahead(), len(nodes)),
            "step": np.tile(np.arange(1, horizon + 1), len(nodes)),
        }
    ).merge(known.drop(columns=["level", "date"]), on=["node", "step"], how="left", validate="one_to_one")
    bands = [str(name) for name in frame if str(name).startswith(("lo_", "hi_"))]
    brought = added.ravel()
    moved = {name: frame[name] + brought for name in bands}
    return frame.assign(mean=frame["mean"].fillna(0.0) + brought, added=brought, **moved)[
        ["node", "level", "date", "step", "mean", "added", *bands]
    ]
