"""JSON has one spelling going out, and nothing ambiguous comes in."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salescope.bundle.strict_json import DEEPEST, canonical_json, parse_json
from salescope.frames.errors import DamagedBundleError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | TEXT,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(TEXT, children, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_back_bit_for_bit(value: object) -> None:
    read = parse_json(canonical_json(value), file="x.json")
    assert repr(read) == repr(json.loads(json.dumps(value, sort_keys=True)))


@given(st.dictionaries(TEXT, FINITE, min_size=2, max_size=6))
def test_order_of_keys_does_not_change_the_bytes(value: dict[str, float]) -> None:
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))


@given(st.binary(max_size=64).filter(lambda data: b'"' not in data and b"n" not in data.lower()))
def test_any_bytes_are_read_or_refused_with_the_designed_error(data: bytes) -> None:
    sound = True
    try:
        json.loads(data.decode("utf-8"))
    except ValueError:
        sound = False
    with nullcontext() if sound else pytest.raises(DamagedBundleError, match=r"^Bundle file 'x\.json' is damaged: "):
        parse_json(data, file="x.json")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'{"a": NaN}', "NaN is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b"[1e400]", "beyond the range"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "'c' occurs twice"),
        (b'\xef\xbb\xbf{"a": 1}', "BOM"),
        (b"\xff\xfe", "codec can't decode"),
        (b"[1" + b"0" * 5_000 + b"]", "digit"),
        (b'{"a": 1', "delimiter"),
        (b"", "Expecting value"),
    ],
)
def test_refusals_name_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(DamagedBundleError, match=reason):
        parse_json(data, file="x.json")


@pytest.mark.parametrize("levels", [DEEPEST + 1, 10_000, 200_000])
def test_nesting_beyond_the_limit_is_refused(levels: int) -> None:
    with pytest.raises(DamagedBundleError, match=f"deeper than {DEEPEST} levels"):
        parse_json(b"[" * levels + b"]" * levels, file="x.json")


def test_nesting_at_the_limit_is_read() -> None:
    assert parse_json(b"[" * DEEPEST + b"]" * DEEPEST, file="x.json") != []


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_know_is_never_written(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"a": number})
