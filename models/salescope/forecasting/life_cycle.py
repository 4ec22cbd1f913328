"""The life cycle of products: which stage each is in, and when its level shifted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.panel import Panel
from salescope.forecasting.sales_notes import states
from salescope.forecasting.seasonal_shape import seasonal_shapes
from salescope.forecasting.segmentation import noise_variance, segments
from salescope.frames.errors import OutOfRangeError
from salescope.frames.languages import names_in

__all__ = ["STAGES", "level_shifts", "life_cycle", "stage_names", "stage_since"]

STAGES: Mapping[str, Mapping[str, str]] = {
    "launch": {"en": "Launch", "zh": "導入期"},
    "growth": {"en": "Growth", "zh": "成長期"},
    "maturity": {"en": "Maturity", "zh": "成熟期"},
    "decline": {"en": "Decline", "zh": "衰退期"},
    "ended": {"en": "Ended", "zh": "已停售"},
}
"""Every stage with its name by language, in the order of a life."""


def stage_names(language: str) -> dict[str, str]:
    """Gives the names of the stages.

    Parameters
    ----------
    language : {"en", "zh"}

    Returns
    -------
    dict of str to str
        From the stage to its name.

    Raises
    ------
    UnknownNameError
        When the language is not known.

    Examples
    --------
    >>> stage_names("zh")["growth"]
    '成長期'
    """
    return names_in(STAGES, language, where="life-cycle stages")


def life_cycle(panel: Panel, *, threshold: float = 0.1) -> pd.DataFrame:
    """Says which stage of its life each series is in.

    Parameters
    ----------
    panel : Panel
        Histories of products, best by week, month or quarter.
    threshold : float
        The change from one year to the next, as a share, above which a product grows or declines.

    Returns
    -------
    DataFrame, shape (n_series, 6)
        ``series_id``, ``stage``, ``since`` (first sale), ``periods`` (since then), ``change`` (NaN in launch and when
        ended) and ``error``, its standard error.

    Raises
    ------
    OutOfRangeError
        If the threshold is negative.

    Notes
    -----
    A product is in launch for two quarters after its first sale, and ended when it has been silent for long (see
    `states`). Otherwise its newest year is set against the year before, or the newer half of a shorter history, without
    season, against the older: a change beyond both the threshold and 1.645 standard errors is growth or decline, and
    the rest is maturity. To tell stages by the change of yearly sales around zero is the rule of R. Polli and V. Cook,
    "Validity of the product life cycle", Journal of Business, 1969.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> panel = monthly([[10.0] * 12 + [20.0] * 12, [10.0] * 24, [0.0] * 20 + [1.0] * 4])
    >>> life_cycle(panel)["stage"].tolist()
    ['growth', 'maturity', 'launch']
    """
    if threshold < 0:
        raise OutOfRangeError(threshold, name="threshold", where="life_cycle", least=0)
    pace, values = panel.frequency, panel.values  # noqa: PD011 - an array
    sold = np.nan_to_num(values) != 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), panel.began)
    lived = values.shape[1] - first
    change, error = _changes(np.where(np.arange(values.shape[1]) < first[:, None], np.nan, values), panel)
    clear = np.abs(change) > np.maximum(threshold, 1.645 * error)
    state = states(panel, gaps=np.zeros(len(lived), dtype=np.int64))["state"].to_numpy()
    rules = {
        "ended": (state == "ended") | ((state == "silent") & (lived >= 2 * pace.quarter)),
        "launch": lived < 2 * pace.quarter,
        "growth": clear & (change > 0),
        "decline": clear & (change < 0),
    }
    stage = np.select(list(rules.values()), list(rules), default="maturity").astype(object)
    told = np.isin(stage, ["growth", "maturity", "decline"])
    return pd.DataFrame(
        {
            "series_id": np.asarray(panel.series, dtype=object),
            "stage": stage,
            "since": panel.dates.append(pd.DatetimeIndex([pd.NaT]))[first],
            "periods": lived,
            "change": np.where(told, change, np.nan),
            "error": np.where(told, error, np.nan),
        }
    )


def stage_since(panel: Panel, *, threshold: float = 0.1) -> pd.DatetimeIndex:
    """Says since when each series has been in the stage it is in.

    Parameters
    ----------
    panel : Panel
        Histories of products, best by week, month or quarter.
    threshold : float
        As in `life_cycle`.

    Returns
    -------
    DatetimeIndex, shape (n_series,)
        First days of periods: of the first sale in launch, of the silence when ended, else of the first period after
        which `life_cycle` said so and never again otherwise; days and weeks are looked at a month apart. Missing where
        nothing was ever sold.

    Raises
    ------
    OutOfRangeError
        If the threshold is negative.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> panel = monthly([[10.0] * 18 + [20.0] * 8, [10.0] * 12 + [0.0] * 14, [0.0] * 22 + [1.0] * 4])
    >>> stage_since(panel).strftime("%Y-%m").tolist()
    ['2021-07', '2021-01', '2021-11']
    """
    now = life_cycle(panel, threshold=threshold)
    stage, pace, periods = now["stage"].to_numpy(), panel.frequency, len(panel.dates)
    sold = np.nan_to_num(panel.values) != 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), periods)
    place = np.where(stage == "ended", periods - sold[:, ::-1].argmax(axis=1), first)
    open_rows = np.flatnonzero(~np.isin(stage, ["ended", "launch"]))
    place[open_rows] = periods - 1
    for end in range(periods - 1, 0, -max(pace.quarter // 3, 1)):
        if not len(open_rows):
            break
        # The season is the panel's, so that every series is looked at again with all others.
        then = life_cycle(panel.until(end), threshold=threshold)["stage"].to_numpy()
        # What sold when the panel begins was launched earlier, whatever its first periods look like.
        same = (then == stage) | ((then == "launch") & (first < pace.quarter))
        open_rows = open_rows[same[open_rows]]
        place[open_rows] = np.maximum(end - 1, first[open_rows])
    place = np.where(sold.any(axis=1), place, periods)
    return pd.DatetimeIndex(panel.dates.append(pd.DatetimeIndex([pd.NaT]))[place])


def level_shifts(panel: Panel, *, penalty: float = 3.0) -> pd.DataFrame:
    """Finds the periods in which the level of series shifted.

    Parameters
    ----------
    panel : Panel
        Histories.
    penalty : float
        What a shift must save; see `segments`.

    Returns
    -------
    DataFrame, shape (n_shifts, 4)
        ``series_id``, ``date`` (first day of the first period on the new level), ``before`` and ``after`` (means of a
        period without season, of the segments on either side).

    Notes
    -----
    Periods count in proportion to their seasonal index, for the sales of a weak season vary most against it. Of series
    of months that are noise alone, with seasons of several strengths, 8 to 15 in a hundred are told a shift after three
    years, 2 to 10 after five and 1 to 4 after ten; a shift by 3 standard deviations is found in 7 to 9 of ten, but of
    series of small counts in 4 to 5 of ten after three years.
    A steady trend is told as a stair of shifts. Days keep the season of the year: give weeks or months.

    Examples
    --------
    >>> from salescope.forecasting.examples import monthly
    >>> level_shifts(monthly([[10.0] * 7 + [4.0] * 7]))
      series_id       date  before  after
    0  series 0 2020-08-01    10.0    4.0
    """
    plain, index = _without_season(panel.values, panel)
    least = max(panel.frequency.quarter, 2)
    found = segments(plain, least=least, penalty=penalty, weights=index)
    owner = np.repeat(np.arange(len(found)), [len(places) for places in found])
    means = [_means(series, places) for series, places in zip(plain, found, strict=True)]
    return pd.DataFrame(
        {
            "series_id": np.asarray(panel.series, dtype=object)[owner],
            "date": panel.dates[np.concatenate([np.zeros(0, dtype=np.int64), *found])],
            "before": np.concatenate([np.zeros(0), *(mean[:-1] for mean in means)]),
            "after": np.concatenate([np.zeros(0), *(mean[1:] for mean in means)]),
        }
    )


def _means(series: Floats, places: Ints) -> Floats:
    known = ~np.isnan(series)
    parts = zip(np.split(series, places), np.split(known, places), strict=True)
    return np.array([part[seen].mean() if seen.any() else np.nan for part, seen in parts])


def _changes(values: Floats, panel: Panel) -> tuple[Floats, Floats]:
    """The newer window against the older one, as a share of both, and its standard error."""
    periods, year = values.shape[1], panel.frequency.year
    lived = (~np.isnan(values)).sum(axis=1)
    plain, index = _without_season(values, panel)
    used = np.where((lived >= 2 * year)[:, None], values, plain)
    width = np.maximum(np.minimum(lived // 2, year), 1)
    back = periods - 1 - np.arange(periods)
    newer, older = back < width[:, None], (back >= width[:, None]) & (back < 2 * width[:, None])
    after, before = (np.where(part, np.nan_to_num(used), 0.0).sum(axis=1) / width for part in (newer, older))
    middle = (np.abs(after) + np.abs(before)) / 2
    some = middle > 0
    scale = np.where(some, middle, 1.0)
    error = np.sqrt(2 * noise_variance(plain, weights=index) / width) / scale
    return np.where(some, (after - before) / scale, 0.0), error


def _without_season(values: Floats, panel: Panel) -> tuple[Floats, Floats]:
    """Sales over the seasonal index, own after three seasons, else the panel's, where it calms; and the index."""
    season = panel.frequency.season
    shapes = seasonal_shapes(values, season=season, most=10)
    whole = ~np.isnan(shapes).any(axis=1)
    pooled = np.median(shapes[whole], axis=0) if whole.any() else np.ones(season)
    own = whole & ((~np.isnan(values)).sum(axis=1) >= 3 * season)
    index = np.where(own[:, None], np.nan_to_num(shapes), pooled)[:, np.arange(values.shape[1]) % season]
    index = np.maximum(index, 0.1)
    calmer = noise_variance(values / index, weights=index) < noise_variance(values)
    index = np.where(calmer[:, None], index, 1.0)
    return values / index, index
