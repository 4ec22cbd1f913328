"""One tracking store for all tests of the registry: making it costs seconds."""

from __future__ import annotations

import pytest

from salescope.registry.tracking import Tracking


@pytest.fixture(scope="session")
def tracking(tmp_path_factory: pytest.TempPathFactory) -> Tracking:
    """Is a tracking store on an embedded SQLite file."""
    return Tracking(f"sqlite:///{tmp_path_factory.mktemp('tracking')}/mlflow.db")
