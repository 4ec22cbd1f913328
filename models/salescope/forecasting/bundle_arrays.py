"""Arrays of numbers as JSON keeps them: every bit, no more than they claim, and nothing that is run."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from salescope.forecasting.calendar import Floats
from salescope.frames.errors import MisalignedError

__all__ = ["read_array", "written_array"]


def written_array(values: Floats) -> dict[str, Any]:
    """Writes an array down.

    Parameters
    ----------
    values : ndarray of float
        Of any shape; NaN and infinities keep their bits.

    Returns
    -------
    dict
        ``shape``, and ``float64``: little-endian bytes, row by row, in base64.

    Examples
    --------
    >>> written_array(np.array([[1.0, np.nan]]))
    {'shape': [1, 2], 'float64': 'AAAAAAAA8D8AAAAAAAD4fw=='}
    """
    data = np.ascontiguousarray(values, dtype="<f8").tobytes()
    return {"shape": list(values.shape), "float64": base64.b64encode(data).decode("ascii")}


def read_array(content: Mapping[str, Any], *, shape: tuple[int, ...], name: str) -> Floats:
    """Reads what `written_array` wrote.

    Parameters
    ----------
    content : mapping
        What was written.
    shape : tuple of int
        What it has to be.
    name : str
        What it is, for messages.

    Returns
    -------
    ndarray of float

    Raises
    ------
    MisalignedError
        If it is of another shape, or its bytes are not as many as that takes.

    Examples
    --------
    >>> read_array(written_array(np.array([0.1, -0.0])), shape=(2,), name="scale")
    array([ 0.1, -0. ])
    """
    try:
        found = tuple(int(length) for length in content["shape"])
        data = base64.b64decode(content["float64"], validate=True)
    except (binascii.Error, KeyError, TypeError, ValueError) as problem:
        raise MisalignedError(name, found="no array", accepted="a shape and its bytes") from problem
    if found != shape or len(data) != 8 * math.prod(shape):
        raise MisalignedError(name, found=f"the shape {found} and {len(data)} bytes", accepted=f"the shape {shape}")
    return np.frombuffer(data, dtype="<f8").astype(np.float64).reshape(shape)
