"""Names of rows and categories as compact text columns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.extensions import ExtensionArray

from salescope.simulation.period import Ints

__all__ = ["TEXT", "labelled", "numbered"]

# The text type that pandas 3 makes its default: Arrow memory, NaN for missing. Ten million order numbers as Python
# objects would take 600 MB and most of the time of a simulation.
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def numbered(prefix: str, numbers: Ints, *, width: int = 6) -> ExtensionArray:
    """Writes row keys such as ``L-000042``.

    Parameters
    ----------
    prefix : str
        What stands before the dash.
    numbers : ndarray of int, shape (n_rows,)
        The numbers.
    width : int, default 6
        Digits to fill with zeros on the left.

    Returns
    -------
    ExtensionArray, shape (n_rows,)
        The keys as text.

    Examples
    --------
    >>> list(numbered("L", np.array([7, 42]), width=3))
    ['L-007', 'L-042']
    """
    digits = pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width=width, padding="0")
    joined = pc.binary_join_element_wise(pa.scalar(f"{prefix}-"), digits, "")
    return pd.Series(joined, dtype=TEXT).array


def labelled(names: Sequence[str], codes: Ints) -> ExtensionArray:
    """Looks names up by position.

    Parameters
    ----------
    names : sequence of str, shape (n_names,)
        The names.
    codes : ndarray of int, shape (n_rows,)
        Positions in ``names``; -1 for missing.

    Returns
    -------
    ExtensionArray, shape (n_rows,)
        The names as text.

    Examples
    --------
    >>> list(labelled(["North", "South"], np.array([1, -1])))
    ['South', nan]
    """
    return pd.Series(names, dtype=TEXT).array.take(codes, allow_fill=True)
