"""What became of a lead: the user's values mapped to won, lost and open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.frames.errors import UnknownNameError
from salescope.project import OutcomeSettings
from salescope.sources.distinct import distinct_values
from salescope.sources.facts import Fault
from salescope.sources.mapping import found_name
from salescope.sources.raw import STRING

__all__ = ["CANONICAL", "mapped_outcomes"]

CANONICAL = OutcomeSettings(column=("outcome",), won=("won",), lost=("lost",), open=("open",))
"""The settings of a source that already speaks our words."""

ANY = "*"


def mapped_outcomes(
    cells: pd.DataFrame, settings: OutcomeSettings, *, column: str, source: str
) -> tuple[pd.Series[Any], Fault | None]:
    """Maps the outcomes of leads.

    Parameters
    ----------
    cells : DataFrame, shape (n_rows, n_columns)
        The cells under the user's names.
    settings : OutcomeSettings
        Which values mean what.
    column : str
        The user's name of the outcome column.
    source : str
        The source, for messages.

    Returns
    -------
    outcome : Series of str, shape (n_rows,)
        ``won``, ``lost`` or ``open``.
    fault : Fault or None
        The rows whose value is none of those named.

    Raises
    ------
    UnknownNameError
        If the only column of `won_when` or of `lost_when` is not in the source; of several, all may be absent.

    Examples
    --------
    >>> cells = pd.DataFrame({"Stage": ["Won", "Proposal", "New"], "Active": ["true", "true", "false"]}, dtype="str")
    >>> settings = OutcomeSettings(column="Stage", won=["Won"], open=["*"], lost_when={"Active": ["false"]})
    >>> mapped_outcomes(cells, settings, column="Stage", source="leads.csv")[0].tolist()
    ['won', 'open', 'lost']
    """
    text = distinct_values(cells[column])
    folded = text.uniques.str.casefold()
    won = text.rows_where(_is_among(folded, settings.won))
    lost = text.rows_where(_is_among(folded, settings.lost))
    is_open = text.rows_where(_is_among(folded, settings.open)) | (text.codes < 0)
    won_first = _when(cells, settings.won_when, source=source)
    lost_first = _when(cells, settings.lost_when, source=source)
    outcome = np.select(
        [won_first, won, lost_first, lost, is_open], ["won", "won", "lost", "lost", "open"], default="open"
    )
    unknown = ~(won_first | won | lost_first | lost | is_open)
    if ANY in settings.open or not unknown.any():
        return pd.Series(outcome, dtype=STRING), None
    accepted = "; ".join(
        f"{name}: {', '.join(values)}"
        for name, values in (("won", settings.won), ("lost", settings.lost), ("open", settings.open))
        if values
    )
    return pd.Series(outcome, dtype=STRING), Fault(column, unknown, f"it is no outcome ({accepted})")


def _is_among(folded: pd.Series[Any], values: Sequence[str]) -> npt.NDArray[np.bool_]:
    return folded.isin([value.casefold() for value in values]).to_numpy(dtype=bool)


def _when(cells: pd.DataFrame, columns: Mapping[str, Sequence[str]], *, source: str) -> npt.NDArray[np.bool_]:
    marked = np.zeros(len(cells), dtype=bool)
    header = [str(name) for name in cells.columns]
    found = {name: found_name(name, header) for name in columns}
    if len(columns) == 1 and not any(found.values()):
        raise UnknownNameError(next(iter(columns)), what="column", where=source, accepted=header)
    for name, given in found.items():
        if given is not None:
            text = distinct_values(cells[given])
            marked |= text.rows_where(_is_among(text.uniques.str.casefold(), columns[name]))
    return marked
