"""``salescope life-cycle``: tables in both languages, a document for programs, a file of every product."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from tests.batch import customer_night
from typer.testing import CliRunner

from salescope.batch import read_life_cycles
from salescope.cli.life_cycle import WORDS
from salescope.cli.main import app
from salescope.forecasting import stage_names
from salescope.frames.errors import UnknownNameError


def salescope(*words):
    return CliRunner().invoke(app, ["life-cycle", *map(str, words)])


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return customer_night.made_workspace(tmp_path_factory.mktemp("company"))


def test_programs_read_one_document_and_the_file_has_every_product(workspace, tmp_path):
    done = salescope("-w", workspace.path, "--json", "--out", tmp_path / "a.csv")
    assert done.exit_code == 0, done.output
    told, wanted = json.loads(done.stdout), read_life_cycles(workspace)
    assert [life["node"] for life in told["lives"]] == wanted.lives["node"].tolist()
    assert told["stages"] == {
        stage: int((wanted.lives["stage"] == stage).sum()) for stage in ("launch", "growth", "maturity", "decline", "ended")
    }  # fmt: skip
    assert len(told["shifts"]) == len(wanted.shifts)
    assert (told["currency"], told["frequency"]) == (workspace.currency, "month")
    written = pd.read_csv(told["file"], float_precision="round_trip")
    assert written["sales"].tolist() == wanted.lives["sales"].tolist()
    assert written["stage_name"].isin(stage_names("en").values()).all()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_people_read_stages_and_shifts_in_their_language(workspace, tmp_path, monkeypatch, language):
    monkeypatch.setenv("COLUMNS", "200")
    shown = salescope("-w", workspace.path, "--language", language, "--top", 1, "--out", tmp_path / "a.xlsx")
    assert shown.exit_code == 0, shown.output
    told = read_life_cycles(workspace)
    for stage, name in stage_names(language).items():
        assert (name in shown.stdout) == (told.lives["stage"] == stage).any()
    assert WORDS[language]["shifts"] in shown.stdout
    assert WORDS[language]["short"] in shown.stdout
    assert "{" not in shown.stdout
    assert "nan" not in shown.stdout


def test_both_languages_say_the_same_things():
    assert WORDS["en"].keys() == WORDS["zh"].keys()


def test_what_is_not_there_is_refused(workspace):
    assert isinstance(salescope("-w", workspace.path, "--language", "fr").exception, UnknownNameError)
    assert isinstance(salescope("-w", workspace.path, "--level", "nowhere").exception, UnknownNameError)
