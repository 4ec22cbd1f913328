"""A short form of acceptance row 15, and proof that its search finds what it looks for."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import pytest
from tests.acceptance.leads_15_no_pickle import (
    holds_pickle,
    pickled_model_is_refused,
    pickles_below,
    registered,
    switches_off,
)
from tests.bundle.made import made_bundle


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [{"a": [1.5, None]}, "text", ValueError])
def test_pickles_of_every_protocol_are_found_under_any_name(value: object, protocol: int) -> None:
    assert holds_pickle("model.json", pickle.dumps(value, protocol))


def test_a_pickle_inside_an_archive_is_found() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("weights", pickle.dumps([1]))
    assert holds_pickle("model.zip", stream.getvalue())


def test_no_file_of_a_bundle_is_taken_for_one() -> None:
    assert not [name for name, data in made_bundle().items() if holds_pickle(name, data)]


def test_what_is_registered_and_published_holds_none_and_the_switches_are_off(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir()
    registered(folder)
    assert list(pickles_below(folder)) == []
    assert switches_off()
    assert pickled_model_is_refused(tmp_path)
