"""Windows of the past: at which cutoffs a forecast is chosen and measured, and a backtest judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Windows", "cutoffs_before", "fit_cutoffs", "judged_cutoffs", "planned_cutoffs", "windows_in_words"]

FEWEST_PERIODS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Says by which windows of the past a forecast is chosen and its intervals are measured.

    Parameters
    ----------
    count : int
        At most so many.
    step : int
        Periods from one cutoff to the next.

    Examples
    --------
    >>> fit_cutoffs(60, horizon=12, season=12, windows=Windows(count=2, step=6))
    [48, 42]
    """

    count: int
    step: int


def cutoffs_before(end: int, *, horizon: int, windows: int, step: int, least: int) -> list[int]:
    """Chooses the cutoffs of windows that ended before a moment.

    Parameters
    ----------
    end : int
        So many periods have happened.
    horizon : int
        Periods of a window.
    windows : int
        At most so many.
    step : int
        Periods from one cutoff to the next.
    least : int
        Periods of history that the first needs.

    Returns
    -------
    list of int, shape (n_cutoffs,)
        The newest first. Where history is too short for one whole window, one that ends early, of a third of it.

    Examples
    --------
    >>> cutoffs_before(60, horizon=12, windows=3, step=6, least=24)
    [48, 42, 36]
    >>> cutoffs_before(9, horizon=12, windows=3, step=6, least=4)
    [6]
    """
    whole = [end - horizon - step * window for window in range(windows)]
    enough = [cutoff for cutoff in whole if cutoff >= least]
    short = end - max(1, end // 3)
    return enough or [cutoff for cutoff in [short] if cutoff >= min(least, short) >= 1]


def fit_cutoffs(cutoff: int, *, horizon: int, season: int, windows: Windows) -> list[int]:
    """Chooses the windows of the past by which a forecast is chosen and measured.

    Parameters
    ----------
    cutoff : int
        So many periods are history.
    horizon : int
        Periods of a window.
    season : int
        Periods of a season: members learn one from two whole ones, so the first window begins after them. Where that
        leaves fewer than two windows, shorter histories have to do.
    windows : Windows
        How many at most, and how far apart.

    Returns
    -------
    list of int, shape (n_cutoffs,)
        The newest first.

    Examples
    --------
    >>> fit_cutoffs(60, horizon=12, season=12, windows=Windows(count=6, step=12))
    [48, 36, 24]
    >>> fit_cutoffs(40, horizon=12, season=12, windows=Windows(count=6, step=12))
    [28, 16]
    """
    least = max(2 * season, FEWEST_PERIODS)
    found = cutoffs_before(cutoff, horizon=horizon, windows=windows.count, step=windows.step, least=least)
    if len(found) >= 2:
        return found
    least = max(FEWEST_PERIODS, min(least // 2, cutoff // 2))
    return cutoffs_before(cutoff, horizon=horizon, windows=windows.count, step=windows.step, least=least)


def judged_cutoffs(end: int, *, horizon: int, windows: Windows) -> list[int]:
    """Chooses the windows of a backtest, which may be of a shorter history than those of a fit.

    Parameters
    ----------
    end : int
        So many periods have happened.
    horizon : int
        Periods of a window.
    windows : Windows
        How many at most, and how far apart.

    Returns
    -------
    list of int, shape (n_cutoffs,)
        The newest first.

    Examples
    --------
    >>> judged_cutoffs(30, horizon=12, windows=Windows(count=3, step=12))
    [18, 6]
    """
    return cutoffs_before(end, horizon=horizon, windows=windows.count, step=windows.step, least=FEWEST_PERIODS)


def planned_cutoffs(
    end: int, *, horizon: int, season: int, windows: Windows, judged: Windows | None = None, fit: bool = True
) -> list[int]:
    """Lists every cutoff at which members will forecast, so that progress can be told against a true total.

    Parameters
    ----------
    end : int
        So many periods have happened.
    horizon, season, windows
        As of `fit_cutoffs`.
    judged : Windows, optional
        Those of a backtest on the same origins.
    fit : bool, default True
        Whether there is a forecast of what follows, too.

    Returns
    -------
    list of int, shape (n_cutoffs,)
        Each once, the newest first.

    Examples
    --------
    >>> two = Windows(count=2, step=12)
    >>> planned_cutoffs(72, horizon=12, season=12, windows=two, judged=two)
    [72, 60, 48, 36, 24]
    """
    asked = [end] if fit else []
    if judged is not None:
        asked += judged_cutoffs(end, horizon=horizon, windows=judged)
    found = {one for cutoff in asked for one in fit_cutoffs(cutoff, horizon=horizon, season=season, windows=windows)}
    return sorted(found | set(asked), reverse=True)


def windows_in_words(cutoffs: Sequence[int], *, end: int, horizon: int) -> str:
    """Says on how many windows something was measured.

    Parameters
    ----------
    cutoffs : sequence of int, shape (n_windows,)
        How many periods are history in each.
    end : int
        So many periods have happened.
    horizon : int
        Periods of a whole window.

    Returns
    -------
    str

    Examples
    --------
    >>> windows_in_words([48, 36], end=60, horizon=12)
    'measured on 2 windows'
    >>> windows_in_words([6], end=9, horizon=12)
    'measured on 1 window, which ended after 3 of 12 periods'
    >>> windows_in_words([], end=2, horizon=12)
    'not measured, for history is too short for a window'
    """
    if not cutoffs:
        return "not measured, for history is too short for a window"
    said = f"measured on {len(cutoffs)} window" + ("s" if len(cutoffs) > 1 else "")
    known = end - max(cutoffs)
    return said if known >= horizon else f"{said}, which ended after {known} of {horizon} periods"
