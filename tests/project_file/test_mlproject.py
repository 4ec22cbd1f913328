"""mlproject.yaml is a true MLflow project: MLflow's own loader reads it, our program knows its commands, and one really runs."""

from __future__ import annotations

import re
import shlex
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import mlflow.projects.utils
import pytest
from tests.docs.command_lines import understand
from tests.docs.programs import run

from salescope.project import load_workspace
from salescope.registry import load_current
from salescope.registry.tracking import Tracking

ROOT = Path(__file__).resolve().parents[2]
TRAININGS = ("train_leads", "train_churn", "train_payments", "train_customers")
ENTRY_POINTS = ("main", *TRAININGS, "score_leads", "forecast", "backtest", "growth", "life_cycle", "targets", "serve")
GIVEN = {
    "workspace": "shop",
    "file": "new.csv",
    "trials": "0",
    "out": "forecast.csv",
    "windows": "3",
    "probability": "0.6",
}


def project():
    return mlflow.projects.utils.load_project(str(ROOT))


def test_mlflow_finds_the_file_by_its_own_name():
    assert (ROOT / "MLproject").is_symlink()
    assert (ROOT / "MLproject").readlink() == Path("mlproject.yaml")
    assert project().name == "salescope"


def test_every_pipeline_is_an_entry_point():
    assert set(project()._entry_points) == set(ENTRY_POINTS)


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_the_program_knows_the_commands_of_an_entry_point(name, tmp_path):
    entry = project().get_entry_point(name)
    given = {parameter: GIVEN[parameter] for parameter in entry.parameters}
    steps = entry.compute_command(given, str(tmp_path)).split("&&")
    for step in steps:
        program, *words = shlex.split(step)
        assert program == "salescope"
        understand(words)


def test_every_parameter_is_used_and_no_other():
    for entry in project()._entry_points.values():
        assert set(re.findall(r"{(\w+)}", entry.command)) == set(entry.parameters)


def runs_of(database: Path) -> dict[str, dict[str, str]]:
    """Reads runs with their tags out of MLflow's own tables, by the name of the run."""
    with closing(sqlite3.connect(database)) as connection:
        runs = connection.execute("SELECT run_uuid, name, status FROM runs").fetchall()
        tags = connection.execute("SELECT run_uuid, key, value FROM tags").fetchall()
    of_run = {run_id: {key: value for owner, key, value in tags if owner == run_id} for run_id, _, _ in runs}
    return {name: {**of_run[run_id], "run_id": run_id, "status": status} for run_id, name, status in runs}


def test_a_training_runs_as_a_project(made_workspace, tmp_path):
    workspace = tmp_path / "shop"
    shutil.copytree(made_workspace, workspace, ignore=shutil.ignore_patterns(".salescope"))
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    program = Path(sys.executable).parent / "mlflow"
    given = ["--env-manager", "local", "-P", f"workspace={workspace}"]
    done = run([program, "run", ".", "-e", "train_leads", *given], cwd=ROOT, variables={"MLFLOW_TRACKING_URI": uri})
    assert done.returncode == 0, done.stdout + done.stderr
    runs = runs_of(tmp_path / "mlflow.db")
    ours = runs.pop("train leads")
    (outer,) = runs.values()
    assert {outer["status"], ours["status"]} == {"FINISHED"}
    assert ours["mlflow.parentRunId"] == outer["run_id"]
    assert outer["mlflow.project.entryPoint"] == "train_leads"
    published, _ = load_current(load_workspace(workspace, environment={}).published_of("leads"))
    champion = Tracking(uri).champion("leads")
    assert champion is not None
    assert (champion.version, champion.digest) == ("1", published.digest)
