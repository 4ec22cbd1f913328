"""Published futures: the very same bits come back, whole or not at all, and what cannot be meant is refused."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import func, select, update
from tests.store.made import futures_edition, made_edition, made_futures

from salescope.store import (
    FUTURES,
    HostileValueError,
    KeptArray,
    StoreUnavailableError,
    current_futures,
    kept_futures,
    publications,
    publish_futures,
    retire_publications,
)
from salescope.store import futures as module
from salescope.store.tables import PUBLISHED_ARRAYS


def values(kept: KeptArray) -> np.ndarray:
    return np.frombuffer(kept.content, dtype=kept.dtype).reshape(kept.shape)


def test_the_same_bits_come_back(store, monkeypatch):
    monkeypatch.setattr(module, "BYTES_A_COMMIT", 1_000)
    assert kept_futures(store) is None
    recipe = {
        "paths": np.array([[5e-324, np.nan], [-0.0, 1 / 3]]),
        "seed": np.array(7),
        "none": np.zeros((0, 3)),
        "turned": np.arange(300, dtype=np.int32).reshape(2, 150).T,
    }
    futures = made_futures(
        arrays=recipe, by_leaf={"potential": np.arange(4.0)}, notes={"誤差": 0.03}, kind="path_model"
    )
    published = publish_futures(store, futures, of=futures_edition())
    kept = kept_futures(store)
    assert kept is not None
    assert kept.publication == published == current_futures(store)
    assert (kept.kind, kept.levels, kept.closed) == ("path_model", ("region", "rep"), 1)
    assert kept.months == tuple(futures.months)
    assert kept.keys == futures.keys
    assert kept.notes == {"誤差": 0.03}
    for name, array in recipe.items():
        assert values(kept.arrays[name]).shape == array.shape
        assert values(kept.arrays[name]).tobytes() == array.astype(kept.arrays[name].dtype).tobytes()
    assert np.array_equal(values(kept.last), futures.last)
    assert np.array_equal(values(kept.fair), futures.fair)
    assert values(kept.by_leaf["potential"]).tolist() == [0.0, 1.0, 2.0, 3.0]


def test_the_newest_is_current_and_older_ones_go_with_their_arrays(store):
    for day in range(3):
        publish_futures(store, made_futures(scale=day + 1.0), of=futures_edition(day))
    newest, middle, oldest = publications(store, name=FUTURES)
    assert kept_futures(store).publication == newest
    assert values(kept_futures(store, oldest).last)[0, 0] == 110.0
    assert [it.id for it in retire_publications(store, keep=1, name=FUTURES)] == [middle.id, oldest.id]
    assert kept_futures(store, oldest) is None
    with store.reading() as connection:
        assert connection.execute(select(func.count(PUBLISHED_ARRAYS.c.publication_id.distinct()))).scalar_one() == 1


def test_other_bytes_than_were_written_are_not_given(store):
    publish_futures(store, made_futures(), of=futures_edition())
    with store.writing() as connection:
        fair = PUBLISHED_ARRAYS.c.name == "fair"
        connection.execute(update(PUBLISHED_ARRAYS).where(fair).values(content=b"\x00" * 96))
    with pytest.raises(StoreUnavailableError, match="other bytes"):
        kept_futures(store)


@pytest.mark.parametrize(
    "changes",
    [
        {"months": ["2026-04", "2026-03", "2026-05"]},
        {"months": ["2026-03", "2026-13", "2026-14"]},
        {"months": []},
        {"closed": 4},
        {"levels": ["region"]},
        {"levels": ["region", "region"]},
        {"keys": {"region": ["a"] * 4, "rep": ["1"]}},
        {"keys": {"region": [], "rep": []}},
        {"keys": {"region": ["a", "b", "c", "\x00"], "rep": list("1234")}},
        {"last": np.full((4, 3), np.nan)},
        {"fair": np.full((4, 3), np.inf)},
        {"fair": np.ones((4, 2))},
        {"by_leaf": {"potential": np.ones(3)}},
        {"arrays": {"a": np.array(["x"])}},
        {"arrays": {"a\x00": np.ones(1)}},
        {"arrays": {str(number): np.ones(1) for number in range(61)}},
        {"arrays": {"a": np.zeros(8_000_001)}},
        {"kind": ""},
        {"notes": {"a": float("nan")}},
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_left(new_store, changes):
    store = new_store()
    with pytest.raises(HostileValueError):
        publish_futures(store, made_futures(**changes), of=futures_edition())
    assert publications(store, name=FUTURES) == []
    store.close()


def test_another_table_is_refused(new_store):
    store = new_store()
    with pytest.raises(HostileValueError, match="another table"):
        publish_futures(store, made_futures(), of=made_edition())
    store.close()
