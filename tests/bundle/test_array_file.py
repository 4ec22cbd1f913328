"""Array files hold plain numbers of exactly the announced shape."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from salescope.bundle.array_file import check_array
from salescope.frames.errors import DamagedBundleError


def saved(array: np.ndarray, *, allow_pickle: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=allow_pickle)
    return stream.getvalue()


@given(npst.arrays(st.sampled_from(["f8", "f4", "i8", "u1", "?"]), npst.array_shapes(min_side=0, max_dims=3)))
def test_arrays_of_numbers_pass_and_any_other_length_is_refused(array: np.ndarray) -> None:
    data = saved(array)
    check_array(data, file="a.npy")
    with pytest.raises(DamagedBundleError, match="follow the header"):
        check_array(data + b"\0", file="a.npy")


@pytest.mark.parametrize("array", [np.array([{"a": 1}], dtype=object), np.array(["text"]), np.zeros(2, "M8[s]")])
def test_anything_but_numbers_is_refused(array: np.ndarray) -> None:
    with pytest.raises(DamagedBundleError, match="only booleans, integers and floats"):
        check_array(saved(array, allow_pickle=True), file="a.npy")


def test_a_shape_that_would_fill_the_memory_is_refused_by_its_header() -> None:
    data = saved(np.zeros(3)).replace(b"(3,)", b"(9999999999999,)").replace(b"            \n", b"\n")
    with pytest.raises(DamagedBundleError, match="is damaged"):
        check_array(data, file="a.npy")


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"\x93NUMPY\x01\x00" + tail))
def test_any_bytes_are_read_or_refused_with_the_designed_error(data: bytes) -> None:
    with pytest.raises(DamagedBundleError):
        check_array(data, file="a.npy")
