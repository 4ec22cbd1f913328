"""Where each row stands in time: the order of outcomes and the periods of walk-forward evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.frames.errors import UnknownNameError

__all__ = ["KNOWN_AT", "ROW", "order_of", "periods_of"]

ROW, KNOWN_AT = "(row)", "(outcome known at)"
ROW_ORDER, MONTH = "row_order", "month"


def order_of(described: pd.DataFrame, *, by: str) -> npt.NDArray[Any]:
    """Gives the sortable time of each row.

    Parameters
    ----------
    described : DataFrame, shape (n_rows, n_columns)
        Closed leads with the columns `ROW` and `KNOWN_AT`.
    by : str
        ``outcome_at`` (when outcomes were known), ``created_at``, ``row_order`` or a column.

    Returns
    -------
    ndarray, shape (n_rows,)
        Instants (datetime64[ns]), numbers or words that sort.

    Raises
    ------
    UnknownNameError
        If there is no such column.
    """
    name = {ROW_ORDER: ROW, "outcome_at": KNOWN_AT}.get(by, by)
    if name not in described.columns:
        known = [ROW_ORDER, "outcome_at", *(str(column) for column in described.columns)]
        raise UnknownNameError(by, what="column", where="salescope.yaml: leads.order_by", accepted=known)
    return described[name].to_numpy()


def periods_of(leads: pd.DataFrame, described: pd.DataFrame, *, by: str | None) -> npt.NDArray[np.int64] | None:
    """Gives the number of the period of each row.

    Parameters
    ----------
    leads : DataFrame, shape (n_leads, n_columns)
        The accepted leads in the order of the table; runs are counted over all of them, open ones too.
    described : DataFrame, shape (n_rows, n_columns)
        Closed leads with the columns `ROW` and `KNOWN_AT`.
    by : str or None
        A column whose consecutive runs are periods; ``month``, where that is no column, is the calendar month in which
        outcomes were known; None is the same where there are times.

    Returns
    -------
    ndarray of int64, shape (n_rows,), or None
        Rising in time; None without periods.

    Raises
    ------
    UnknownNameError
        If there is no such column.
    """
    if by is not None and by in leads.columns:
        values = leads[by].astype(object).where(leads[by].notna(), None)
        runs = values.ne(values.shift()).cumsum().to_numpy(dtype=np.int64)
        found: npt.NDArray[np.int64] = runs[described[ROW].to_numpy()]
        return found
    known = described[KNOWN_AT] if KNOWN_AT in described.columns else pd.Series(pd.NaT, index=described.index)
    timed = pd.api.types.is_datetime64_any_dtype(known) and bool(known.notna().all())
    if by not in {None, MONTH} or (by == MONTH and not timed):
        present = [MONTH, *(str(name) for name in leads.columns)]
        raise UnknownNameError(str(by), what="column", where="salescope.yaml: leads.period", accepted=present)
    return (known.dt.year * 12 + known.dt.month).to_numpy(dtype=np.int64) if timed else None
