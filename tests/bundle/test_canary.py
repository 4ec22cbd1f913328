"""Canary rows are reproduced to the last bit, or the bundle is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import pytest

from salescope.bundle.canary import MOST_ROWS, build_canary, check_canary
from salescope.bundle.strict_json import canonical_json, parse_json
from salescope.frames.errors import CanaryError, DamagedBundleError

ROWS = pd.DataFrame(
    {"size": [0.1, 2.0, None], "seen": pd.to_datetime(["2025-01-02", None, "2025-03-04 05:06"], format="ISO8601")}
)


class Affine:
    """Is the smallest scorer there is; its answer is a function of one column."""

    def __init__(self, answer: Callable[[float], float] = lambda size: size / 3) -> None:
        self.answer = answer

    def canary_values(self, records: Sequence[Mapping[str, float | None]]) -> np.ndarray:
        return np.array([self.answer(row["size"] or 0.0) for row in records])


def test_the_same_scorer_passes_and_rows_are_plain_json() -> None:
    canary = build_canary(Affine(), ROWS)
    check_canary(Affine(), canary)
    content = parse_json(canary, file="canary.json")
    assert content["rows"][0] == {"size": 0.1, "seen": "2025-01-02T00:00:00.000"}
    assert [float.fromhex(number) for number in content["values"]] == [0.1 / 3, 2.0 / 3, 0.0, 0.0]


def test_a_row_with_nothing_known_is_always_among_them() -> None:
    content = parse_json(build_canary(Affine(), ROWS.head(1)), file="canary.json")
    assert content["rows"][-1] == {"size": None, "seen": None}


def test_one_bit_is_enough_to_be_refused() -> None:
    canary = build_canary(Affine(), ROWS)
    with pytest.raises(CanaryError, match=r"Canary row 1 has the value 0\.66"):
        check_canary(Affine(lambda size: math.nextafter(size / 3, math.inf) if size == 2 else size / 3), canary)


def test_the_sign_of_zero_counts_and_nan_never_passes_for_a_number() -> None:
    canary = build_canary(Affine(), ROWS)
    for wrong in (-0.0, math.nan):
        with pytest.raises(CanaryError, match="row 2"):
            check_canary(Affine(lambda size, wrong=wrong: size / 3 if size else wrong), canary)


def test_only_so_many_rows_are_kept() -> None:
    content = parse_json(build_canary(Affine(), pd.DataFrame({"size": np.arange(500.0)})), file="canary.json")
    assert len(content["rows"]) == MOST_ROWS


class Wide:
    """Answers several values a record, of which one may not be computable, from facts nested in it."""

    def __init__(self, second: float = -0.0, *, width: int = 3) -> None:
        self.second = second
        self.width = width

    def canary_values(self, records: Sequence[Mapping[str, Sequence[float]]]) -> np.ndarray:
        return np.array([[sum(row["orders"]), self.second, -math.nan][: self.width] for row in records])


RECORDS = [{"orders": [0.1, 0.2]}, {"orders": []}]


def test_a_model_may_answer_several_values_of_nested_records() -> None:
    canary = build_canary(Wide(), RECORDS)
    check_canary(Wide(), canary)
    content = parse_json(canary, file="canary.json")
    assert content["rows"] == RECORDS
    assert content["values"][0] == [float.hex(0.1 + 0.2), "-0x0.0p+0", "nan"]
    with pytest.raises(CanaryError, match=r"Canary row 0 has the value 0\.0"):
        check_canary(Wide(0.0), canary)
    with pytest.raises(DamagedBundleError, match=r"shape \(2, 3\) where the model answers \(2, 2\)"):
        check_canary(Wide(width=2), canary)


def test_bundles_of_leads_that_call_their_values_log_odds_are_read() -> None:
    check_canary(Affine(), canonical_json({"rows": [{"size": 3.0}], "log_odds": ["0x1p+0"]}))


@pytest.mark.parametrize(
    "content",
    [
        {"rows": [{"size": 1}] * 2, "values": [["0x0p+0"], "0x0p+0"]},
        {"rows": [{"size": 1}] * 2, "values": [["0x0p+0"], ["0x0p+0", "0x0p+0"]]},
        {"rows": [{"size": 1}], "values": [[["0x0p+0"]]]},
        {"rows": [], "values": []},
        {"rows": [{"size": 1}], "values": []},
        {"rows": [[1]], "values": ["0x0p+0"]},
        {"rows": [{"size": 1}] * (MOST_ROWS + 1), "values": ["0x0p+0"] * (MOST_ROWS + 1)},
        {"rows": [{"size": 1}], "values": ["zero"]},
        {"rows": [{"size": 1}], "values": ["0x1p+99999"]},
        [],
    ],
)
def test_malformed_canaries_are_refused(content: object) -> None:
    with pytest.raises(DamagedBundleError, match=r"canary\.json"):
        check_canary(Affine(), canonical_json(content))
