"""Structural check of NumPy array files, before NumPy reserves the memory that their headers ask for."""

from __future__ import annotations

import io
import math

from numpy.lib import format as npy

from salescope.frames.errors import DamagedBundleError

__all__ = ["check_array"]

_PLAIN_KINDS = "biuf"


def check_array(data: bytes, *, file: str) -> None:
    """Checks that an ``.npy`` file holds plain numbers of exactly the announced shape.

    Parameters
    ----------
    data : bytes
        The file.
    file : str
        Its name, for messages.

    Raises
    ------
    DamagedBundleError
        If the header is malformed, the elements are not booleans, integers or floats (Python objects in
        particular), or the length does not fit the shape.

    Examples
    --------
    >>> import io, numpy as np
    >>> stream = io.BytesIO()
    >>> np.save(stream, np.arange(3.0))
    >>> check_array(stream.getvalue(), file="means.npy")
    >>> check_array(stream.getvalue()[:-1], file="means.npy")
    Traceback (most recent call last):
        ...
    salescope.frames.bundle_errors.DamagedBundleError: Bundle file 'means.npy' is damaged: ...
    """
    stream = io.BytesIO(data)
    try:
        major, _ = npy.read_magic(stream)
        read_header = npy.read_array_header_1_0 if major == 1 else npy.read_array_header_2_0
        shape, _, dtype = read_header(stream)
    except (ValueError, EOFError, SyntaxError) as problem:
        raise DamagedBundleError(file, problem="its header is not that of a NumPy array") from problem
    if dtype.kind not in _PLAIN_KINDS:
        raise DamagedBundleError(file, problem=f"it holds {dtype}; only booleans, integers and floats are accepted")
    needed = math.prod(shape) * dtype.itemsize
    found = len(data) - stream.tell()
    if found != needed or any(length < 0 for length in shape):
        raise DamagedBundleError(
            file, problem=f"shape {shape} of {dtype} needs {needed:,} bytes, and {found:,} follow the header"
        )
