"""The notebooks run from the first cell to the last, on a small made company, and are committed without what they showed.

They are tested here and not in a folder ``notebooks``, because pytest is told to leave folders of that name alone.
"""

from __future__ import annotations

import re
import shutil
import sys

import nbformat
import pytest
from tests.docs.programs import run
from tests.docs.reading import ROOT

from salescope.project import load_workspace
from salescope.registry import load_current
from salescope.registry.tracking import Tracking

FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MOST_CELLS = 10
# A planner's year has more steps than a training.
OF_A_YEAR = {"plan_targets.ipynb": 16}


def executed(path, *, workspace, folder):
    variables = {"SALESCOPE_WORKSPACE": str(workspace)}
    command = [sys.executable, "-m", "tests.docs.execute_notebook", path, folder / "executed.ipynb"]
    done = run(command, cwd=folder, variables=variables)
    assert done.returncode == 0, done.stderr
    return nbformat.read(folder / "executed.ipynb", as_version=4)


def test_there_are_notebooks():
    names = ["backtest_sales.ipynb", "plan_targets.ipynb", "retrain_churn.ipynb", "retrain_leads.ipynb"]
    assert [path.name for path in NOTEBOOKS] == names


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_short_valid_and_committed_without_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(notebook.cells) <= OF_A_YEAR.get(path.name, MOST_CELLS)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None or cell.metadata] == []
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.language_info == {"name": "python"}, "a version here would differ on every machine"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_named_in_the_readme(path):
    assert f"]({path.name})" in (FOLDER / "README.md").read_text(encoding="utf-8")


def outputs_of(path, *, made_workspace, folder, **settings):
    """Runs a notebook on a copy of a workspace, some words of whose settings are others, and gives what it showed."""
    shutil.copytree(made_workspace, folder / "shop", ignore=shutil.ignore_patterns(".salescope"))
    file = folder / "shop" / "salescope.yaml"
    text = file.read_text(encoding="utf-8")
    for word, other in settings.items():
        assert f"  {word}: " in text
        text = re.sub(rf"  {word}: \S+", f"  {word}: {other}", text)
    file.write_text(text, encoding="utf-8")
    return shown(executed(path, workspace=folder / "shop", folder=folder))


def shown(notebook, *, drawings=2):
    """Gives what a notebook showed: its drawings, no error, no warning."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert [output.output_type for output in outputs if output.output_type == "error"] == []
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    assert sum("image/png" in output.get("data", {}) for output in outputs) == drawings
    return outputs


def test_retraining_leads_runs_and_leaves_a_champion(made_workspace, tmp_path):
    outputs = outputs_of(FOLDER / "retrain_leads.ipynb", made_workspace=made_workspace, folder=tmp_path)
    workspace = load_workspace(tmp_path / "shop", environment={})
    champion = Tracking(workspace.mlflow_uri).champion("leads")
    published, files = load_current(workspace.published_of("leads"))
    assert champion is not None
    assert (champion.version, champion.digest) == (published.version, published.digest) == ("1", published.digest)
    assert {"scorer.json", "card.json"} <= set(files)
    assert f"leads version {published.version} serves now" in outputs[-1].text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["executed.ipynb", "shop"]


def test_retraining_churn_runs_and_registers_what_it_judged(made_workspace, tmp_path):
    # Few moments, far apart: fitting takes the time, and how good the scorer is is not what is tested here.
    path = FOLDER / "retrain_churn.ipynb"
    outputs = outputs_of(path, made_workspace=made_workspace, folder=tmp_path, every="60\n  moments: 3")
    workspace = load_workspace(tmp_path / "shop", environment={})
    version = Tracking(workspace.mlflow_uri).find("churn", version="@challenger").version
    assert version == "1"
    serves = (workspace.published_of("churn") / "current.json").exists()
    assert outputs[-1].text.startswith(f"churn version {version} serves now" if serves else "What serves stays.")


def test_backtesting_sales_runs_and_weighs_a_member_of_ones_own(tmp_path):
    # Without a workspace: it makes a company whose history is long enough for several windows.
    outputs = shown(executed(FOLDER / "backtest_sales.ipynb", workspace=tmp_path / "made", folder=tmp_path))
    tables = [output.data["text/plain"] for output in outputs if "text/html" in output.get("data", {})]
    windows, shares, compared = tables[1], tables[2], tables[-1]
    assert "coverage_95" in windows
    assert "seasonal_naive_growth" in shares
    assert "with mine" in compared
    assert "two_years" not in shares
    assert {line.split()[0] for line in compared.splitlines()[-3:]} == {"all", "region", "rep"}


def test_planning_targets_runs_from_the_goal_to_who_was_asked_too_much(tmp_path):
    outputs = shown(executed(FOLDER / "plan_targets.ipynb", workspace=tmp_path / "none", folder=tmp_path), drawings=10)
    tables = [output.data["text/plain"] for output in outputs if "text/html" in output.get("data", {})]
    said = "".join(output.text for output in outputs if output.get("name") == "stdout")
    assert tables[0].splitlines()[-1].split()[-1] == "0.600"
    assert "No targets keep these 3 rules together" in said
    assert "proposed: " in said
    assert "times what independent draws say" in said
    assert {"last year + x %", "potential and capacity"} <= {line[:23].strip() for line in tables[-1].splitlines()}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["executed.ipynb"]
