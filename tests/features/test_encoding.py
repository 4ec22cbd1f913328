"""The encoder: one definition for frames and records, state as plain JSON."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.features.encoding import AttributeEncoder
from salescope.frames.errors import MissingColumnError, NotFittedModelError

CELLS = {
    "staff": st.one_of(st.none(), st.integers(-5, 10**6), st.floats(allow_infinity=True)),
    "revenue": st.one_of(st.none(), st.sampled_from(["1,200", "950", "$ 12.5", "unknown", ""])),
    "source": st.one_of(st.none(), st.sampled_from(["web", "fair", " web ", "call"])),
    "asked": st.one_of(st.none(), st.booleans()),
    "created_at": st.one_of(st.none(), st.sampled_from(["2024-01-01", "2024-03-05T10:30:00"])),
    "renewal": st.one_of(st.none(), st.datetimes(pd.Timestamp("2020-01-01"), pd.Timestamp("2030-01-01"))),
}
RECORDS = st.lists(st.fixed_dictionaries(CELLS), min_size=1, max_size=30)


def same_bits(left: np.ndarray, right: np.ndarray) -> bool:
    return left.shape == right.shape and np.array_equal(left, right, equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(RECORDS, RECORDS)
def test_a_frame_and_its_records_give_the_same_bits(known, new):
    encoder = AttributeEncoder().fit(pd.DataFrame(known, dtype=object))
    assert same_bits(encoder.encode(pd.DataFrame(new, dtype=object)), encoder.encode(new))


@settings(max_examples=30, deadline=None)
@given(RECORDS)
def test_state_survives_json(known):
    encoder = AttributeEncoder(exclude=["asked"]).fit(pd.DataFrame(known, dtype=object))
    read = AttributeEncoder.from_state(json.loads(json.dumps(encoder.to_state(), allow_nan=False)))
    assert same_bits(read.encode(known), encoder.encode(known))
    assert (read.features_, read.notes_, read.columns_) == (encoder.features_, encoder.notes_, encoder.columns_)


def test_typed_columns_and_records_agree():
    frame = pd.DataFrame(
        {
            "staff": pd.array([1, None, 3], dtype="Int64"),
            "source": pd.Categorical(["web", None, "fair"]),
            "asked": pd.array([True, None, False], dtype="boolean"),
            "created_at": pd.to_datetime(["2024-01-01 08:00:00.123456", None, "2024-02-01"], format="ISO8601"),
            "area": np.array([0.1, np.nan, np.inf]),
        }
    )
    encoder = AttributeEncoder().fit(frame)
    assert same_bits(encoder.encode(frame), encoder.encode(frame.astype(object).to_dict("records")))


def test_dates_are_days_before_the_moment_of_each_row():
    frame = pd.DataFrame(
        {
            "as_of": pd.to_datetime(["2024-01-11", None]),
            "created_at": pd.to_datetime(["2024-01-01", "2024-01-03"]),
            "renewal": ["2024-01-21", "2024-01-01"],
        }
    )
    encoder = AttributeEncoder().fit(frame)
    names = [feature.name for feature in encoder.features_]
    table = pd.DataFrame(encoder.encode(frame), columns=names)
    assert table["created_at: days before"].tolist() == [10.0, 0.0]
    assert table["renewal: days before"].tolist() == [-10.0, 2.0]
    assert table["created_at: weekday"].tolist() == [0.0, 2.0]


def test_true_and_one_do_not_share_a_code():
    frame = pd.DataFrame({"answer": pd.Series(["1", "True", "1", "True"], dtype=object)})
    encoder = AttributeEncoder().fit(frame.assign(other="x"))
    mixed = pd.DataFrame({"answer": pd.Series([1, True, 1.0], dtype=object)})
    assert same_bits(encoder.encode(mixed), encoder.encode(mixed.to_dict("records")))


def test_order_and_further_columns_do_not_matter():
    frame = pd.DataFrame({"staff": [1, 2], "source": ["web", "fair"]})
    encoder = AttributeEncoder().fit(frame)
    assert same_bits(encoder.encode(frame[["source", "staff"]].assign(more=1)), encoder.encode(frame))


def test_the_frame_is_not_changed():
    frame = pd.DataFrame({"staff": [1, None], "source": ["web", None], "tags": [["a"], ["b"]]})
    before = frame.copy(deep=True)
    AttributeEncoder().fit(frame).encode(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_notes_say_what_was_dropped():
    frame = pd.DataFrame({"lead": [f"L{n}" for n in range(50)], "same": "x", "staff": range(0, 500, 10)})
    encoder = AttributeEncoder().fit(frame)
    assert set(encoder.notes_) == {"lead", "same"}
    assert [feature.source for feature in encoder.features_] == ["staff"]


def test_missing_column_is_named():
    encoder = AttributeEncoder().fit(pd.DataFrame({"staff": [1, 2]}))
    with pytest.raises(MissingColumnError, match="'staff'"):
        encoder.encode(pd.DataFrame({"other": [1]}))


def test_unfitted_is_said():
    with pytest.raises(NotFittedModelError, match="not fitted"):
        AttributeEncoder().encode([{}])
