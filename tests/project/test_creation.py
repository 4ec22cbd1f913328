"""New workspaces: complete, commented, and never over an old one."""

from __future__ import annotations

import pytest

from salescope.frames.errors import UnknownNameError, WorkspaceExistsError
from salescope.project import PRESETS, init_workspace, load_workspace
from salescope.sources import check_workspace


@pytest.mark.parametrize("preset", [None, *PRESETS])
def test_a_new_workspace_loads_and_explains_itself(tmp_path, preset):
    path = init_workspace(tmp_path / "new", preset=preset)
    workspace = load_workspace(tmp_path / "new", environment={})
    assert workspace.tables["leads"].path
    assert workspace.leads.outcome is not None
    assert path.read_text(encoding="utf-8").count("#") > 10
    assert ".salescope/" in (tmp_path / "new" / ".gitignore").read_text(encoding="utf-8")


def test_the_example_checks_without_a_fault(tmp_path):
    init_workspace(tmp_path, example=True)
    report = check_workspace(load_workspace(tmp_path, environment={}))
    assert not report.has_problems
    assert [table.quarantined for table in report.tables] == [0, 0]


def test_settings_are_never_overwritten(tmp_path):
    (tmp_path / "salescope.yaml").write_text("workspace: {name: Mine}", encoding="utf-8")
    with pytest.raises(WorkspaceExistsError, match="never overwritten"):
        init_workspace(tmp_path)
    assert load_workspace(tmp_path, environment={}).name == "Mine"


def test_an_unknown_preset_writes_nothing(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'salesforce'"):
        init_workspace(tmp_path / "new", preset="salesforse")
    assert not (tmp_path / "new").exists()
