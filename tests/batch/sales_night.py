"""A made company whose sales are forecast, by members that take milliseconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.batch import customer_night
from typer.testing import CliRunner

from salescope.cli.main import app
from salescope.forecasting import SalesForecaster
from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.project import Workspace, load_workspace

__all__ = ["made_sales", "quick_members", "salescope"]


def salescope(*words: object) -> Any:
    """Runs a command."""
    return CliRunner().invoke(app, [*map(str, words)])


@contextmanager
def quick_members() -> Iterator[None]:
    """Lets baselines forecast: the others are seen to elsewhere, and take longer than what is looked at here."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SalesForecaster, "chosen_members", lambda _: [SeasonalNaive(), SeasonalNaiveGrowth()])
        yield


def made_sales(folder: Path, *, settings: str) -> Workspace:
    """Makes a company's workspace with more settings at the end."""
    written = customer_night.made_workspace(folder).path / "salescope.yaml"
    written.write_text(written.read_text(encoding="utf-8") + settings, encoding="utf-8")
    return load_workspace(written.parent, environment={})
