"""What does not fit into the memory: spilled with the same bits where there is a folder, else refused in our words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.features.test_customers import AS_OF, assert_same_bits, drawn_tables

from salescope.features import Engine, customer_features, customer_snapshots
from salescope.frames.errors import OutOfRangeError

# Less than the groups of the lines below take, more than the engine needs to write them out.
LITTLE = 28 * 2**20


@pytest.fixture(scope="module")
def many_lines():
    """Makes few customers, whose answer is small, of many products and days, whose groups are not."""
    rng, rows = np.random.default_rng(0), 400_000
    orders = pd.DataFrame({"customer_id": rng.integers(0, 300, rows), "product_id": rng.integers(0, 20_000, rows)})
    orders["ordered_at"] = AS_OF - pd.to_timedelta(rng.integers(1, 700, rows), unit="D")
    return {"orders": orders.assign(quantity=1.0, unit_price=rng.integers(1, 1_000, rows) / 100)}


def test_what_does_not_fit_is_spilled_and_not_a_bit_changes(many_lines, tmp_path):
    with pytest.raises(OutOfRangeError, match=f"at least {2 * LITTLE}, or a spill_folder"):
        customer_features(many_lines, as_of=AS_OF, engine=Engine(memory_limit=LITTLE, threads=1))
    before = tmp_path.stat().st_mtime_ns
    little = Engine(memory_limit=LITTLE, spill_folder=str(tmp_path), threads=1)
    found = customer_features(many_lines, as_of=AS_OF, engine=little)
    assert tmp_path.stat().st_mtime_ns != before, "no file has ever been in the folder"
    assert not list(tmp_path.iterdir())
    assert_same_bits(found, customer_features(many_lines, as_of=AS_OF))


def test_a_folder_that_cannot_be_made_is_refused(many_lines, tmp_path):
    nowhere = Engine(memory_limit=LITTLE, spill_folder=str(tmp_path / "not" / "there"), threads=1)
    with pytest.raises(OutOfRangeError, match="can be written and has room"):
        customer_features(many_lines, as_of=AS_OF, engine=nowhere)


@pytest.mark.parametrize("threads", [1, 3])
def test_what_fits_touches_no_folder_and_threads_change_no_bit(threads, tmp_path):
    tables, folder = drawn_tables(0), tmp_path / "spill"
    engine = Engine(spill_folder=str(folder), threads=threads)
    assert_same_bits(customer_features(tables, as_of=AS_OF, engine=engine), customer_features(tables, as_of=AS_OF))
    asked = {"as_of": [AS_OF - pd.Timedelta(60, "D"), AS_OF], "outcome_window": 45}
    assert_same_bits(customer_snapshots(tables, **asked, engine=engine), customer_snapshots(tables, **asked))
    assert not folder.exists()


def test_what_an_engine_cannot_be_is_refused():
    with pytest.raises(OutOfRangeError, match="memory_limit"):
        Engine(memory_limit=1_000)
    with pytest.raises(OutOfRangeError, match="threads"):
        Engine(threads=0)
