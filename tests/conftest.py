"""Fixtures shared by every test."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sharing import BySlowFixture

if TYPE_CHECKING:
    from salescope.project import Workspace
    from salescope.training import TrainingResult

ROOT = Path(__file__).resolve().parent.parent


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says why tests were left out, and that CI takes none."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and os.environ.get("CI"):
        terminalreporter.write_line(f"{len(skipped)} tests were left out; in CI nothing may be.", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a run in CI that left anything out."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and os.environ.get("CI") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BySlowFixture:
    """Says which tests go to the same process."""
    return BySlowFixture(config, log)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Finds the folder of real data; absent it skips, except in CI, where that is a failure."""
    folder = Path(os.environ.get("SALESCOPE_DATA", ROOT.parent / "shared" / "data"))
    if folder.is_dir():
        return folder
    message = f"The data folder {folder} is absent; set SALESCOPE_DATA to run the tests that need it."
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def repository() -> Path:
    """Is the root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def made_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Is the workspace of a made company with 1,500 leads; no test changes it."""
    from salescope.project.made import init_made_workspace
    from salescope.simulation import CompanySize

    folder = tmp_path_factory.mktemp("made")
    size = CompanySize(days=365, leads=1_500, customers=120, order_lines=1_500, products=12, representatives=6)
    init_made_workspace(folder, seed=1, size=size)
    return folder


@pytest.fixture(scope="session")
def trained(made_workspace: Path) -> tuple[Workspace, TrainingResult]:
    """Is the made workspace after one training, and what came of it; no test changes it."""
    from salescope.project import load_workspace
    from salescope.training import train_leads

    workspace = load_workspace(made_workspace, environment={})
    return workspace, train_leads(workspace)
