"""What boosted trees see of drivers known ahead: values, neighbours, and what was sold under the same events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from salescope.forecasting.calendar import Floats, Ints
from salescope.forecasting.panel import Panel

__all__ = ["EventCodes", "closed", "driver_features"]

# Half-lives in periods, and how many phases of the season are told apart: weekdays, at first, among days.
MEMORIES = {"day": ((28.0, 7), (28.0, 1), (182.0, 7)), "week": ((26.0, 1),)}
MOST_CODES = 64
Bools = NDArray[np.bool_]
ON = 0.5
NOTHING = 0.01


class EventCodes:
    """Numbers the sets of events that series have in each period.

    Parameters
    ----------
    panel : Panel
        Histories, and events known over them and ahead.

    Attributes
    ----------
    codes : ndarray of int, shape (n_series, n_known), or None
        The set that holds in each period; None without events, and where periods are so long that sets hardly recur.
    count : int
        How many sets there are: the 64 most frequent, and one for all others.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from salescope.forecasting import Known, frequency_named
    >>> from salescope.forecasting.examples import monthly
    >>> known = Known(values={"promotion": np.array([[0.0, 1.0, 0.0]])}, kinds={"promotion": "event"})
    >>> EventCodes(replace(monthly([[1.0, 2.0]]), known=known, frequency=frequency_named("week"))).codes
    array([[0, 1, 0]])
    """

    def __init__(self, panel: Panel) -> None:
        known = panel.known
        names = sorted(name for name in known.values if known.kinds[name] == "event")
        self.panel = panel
        self.codes: Ints | None = None
        self.count = 0
        if not names or panel.frequency.name not in MEMORIES or not len(panel.series):
            return
        code = np.zeros(known.values[names[0]].shape, dtype=np.int64)
        for name in names:
            on = (known.values[name] > ON).astype(np.int64)
            # Numbered anew after each event, so that many of them cannot overflow.
            code = np.unique(2 * code + on, return_inverse=True)[1].reshape(code.shape).astype(np.int64)
        often = np.bincount(code.ravel())
        kept = np.sort(np.argsort(-often, kind="stable")[:MOST_CODES])
        number = np.full(len(often), len(kept), dtype=np.int64)
        number[kept] = np.arange(len(kept))
        self.codes, self.count = number[code], len(kept) + 1


def closed(panel: Panel) -> Floats:
    """Finds the share of periods in which an event lets nothing be sold: closed shops, outages.

    Parameters
    ----------
    panel : Panel
        Histories, and events known over them and ahead.

    Returns
    -------
    ndarray of float, shape (n_series, n_known)
        The share that is filled by events under which, where they fill a period of a series, less than a hundredth of
        the usual was ever sold; 0 to 1. A node some of whose shops are closed has a share between.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from salescope.forecasting import Known
    >>> from salescope.forecasting.examples import monthly
    >>> known = Known(values={"shut": np.array([[0.0, 1.0, 0.0, 0.5]])}, kinds={"shut": "event"})
    >>> closed(replace(monthly([[5.0, 0.0, 5.0]]), known=known))
    array([[0. , 1. , 0. , 0.5]])
    """
    periods = panel.values.shape[1]
    answer: Floats = np.zeros((len(panel.series), periods))
    size = np.abs(panel.values) / _positive(np.nan_to_num(np.abs(panel.values)).max(axis=1, initial=0.0))[:, None]
    for name in sorted(panel.known.values):
        share = np.clip(np.nan_to_num(panel.known.values[name]), 0.0, 1.0)
        then = (share[:, :periods] >= 1.0) & ~np.isnan(size)
        other = (share[:, :periods] <= 0.0) & ~np.isnan(size)
        if panel.known.kinds[name] != "event" or not then.any() or not other.any():
            continue
        if size[then].mean() < NOTHING * size[other].mean():
            longer = max(answer.shape[1], share.shape[1])
            answer = np.maximum(_wide(answer, longer), _wide(share, longer))
    return answer


def _wide(share: Floats, periods: int) -> Floats:
    return np.pad(share, ((0, 0), (0, periods - share.shape[1])))


def _positive(values: Floats) -> Floats:
    return np.where(values > 0, values, 1.0)


def driver_features(found: EventCodes, *, ratios: Floats, cutoff: int, steps: Ints) -> dict[str, Floats]:
    """Describes what is known of the periods ahead.

    Parameters
    ----------
    found : EventCodes
        Of the panel.
    ratios : ndarray of float, shape (n_series, cutoff)
        History over the recent level.
    cutoff : int
        Periods of history.
    steps : ndarray of int, shape (n_steps,)
        Steps ahead, from 1 on.

    Returns
    -------
    dict of str to ndarray of float, each of shape (n_series, n_steps)
        Drivers of the period itself and, for events of days, of the days beside it; drivers against their usual value
        of the last year; what was sold in past periods of the same events.
    """
    return _values(found.panel, cutoff=cutoff, steps=steps) | _alike(found, ratios=ratios, cutoff=cutoff, steps=steps)


def _values(panel: Panel, *, cutoff: int, steps: Ints) -> dict[str, Floats]:
    answer, known = {}, panel.known
    for place, name in enumerate(sorted(known.values)):
        values = known.values[name]
        at = cutoff + steps - 1
        answer[f"known_{place}"] = _at(values, at)
        if known.kinds[name] == "event":
            if panel.frequency.name == "day":
                answer |= {f"before_{place}": _at(values, at - 1), f"after_{place}": _at(values, at + 1)}
            continue
        past = values[:, max(0, cutoff - panel.frequency.year) : cutoff]
        seen = ~np.isnan(past)
        usual = (np.nan_to_num(past).sum(axis=1) / np.maximum(seen.sum(axis=1), 1))[:, None]
        usual = np.where(seen.any(axis=1, keepdims=True), usual, np.nan)
        apart = known.kinds[name] != "price"
        divisor = np.where(np.abs(usual) > 1e-12, usual, np.nan)
        answer[f"change_{place}"] = answer[f"known_{place}"] - usual if apart else answer[f"known_{place}"] / divisor
    return answer


def _at(values: Floats, place: Ints) -> Floats:
    there: Bools = np.asarray((place >= 0) & (place < values.shape[1]), dtype=np.bool_)
    return np.where(there, values[:, np.clip(place, 0, values.shape[1] - 1)], np.nan)


def _alike(found: EventCodes, *, ratios: Floats, cutoff: int, steps: Ints) -> dict[str, Floats]:
    """Averages signed roots of ratios over past periods of the same events, the newest counting most."""
    if found.codes is None:
        return {}
    frequency, codes = found.panel.frequency, found.codes
    first, at = max(0, cutoff - frequency.year), cutoff + steps - 1
    past = ratios[:, first:]
    seen = ~np.isnan(past)
    root = np.where(seen, np.sign(past) * np.sqrt(np.abs(np.nan_to_num(past))), 0.0)
    ahead = np.where(at < codes.shape[1], codes[:, np.minimum(at, codes.shape[1] - 1)], 0)
    age = cutoff - 1 - np.arange(first, cutoff)
    answer: dict[str, Floats] = {}
    for place, (life, phases) in enumerate(MEMORIES[frequency.name]):
        row = np.arange(len(codes))[:, None] * found.count
        past_key = (row + codes[:, first:cutoff]) * phases + np.arange(first, cutoff) % phases
        asked = (row + ahead) * phases + at % phases
        weight, size = np.where(seen, 0.5 ** (age / life), 0.0), len(codes) * found.count * phases
        total = np.bincount(past_key.ravel(), (weight * root).ravel(), size)[asked]
        count = np.bincount(past_key.ravel(), weight.ravel(), size)[asked]
        known: Bools = np.asarray(count > 1e-9, dtype=np.bool_)
        answer[f"alike_{place}"] = np.where(known, total / np.where(known, count, 1.0), np.nan)
        if not place or MEMORIES[frequency.name][place - 1][0] == life:
            answer[f"alike_count_{place}"] = count
    return answer
