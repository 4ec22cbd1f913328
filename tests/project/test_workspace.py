"""A workspace: settings, their faults, paths and the environment."""

from __future__ import annotations

from pathlib import Path

import pydantic
import pytest

from salescope.frames.errors import SettingsError, UnknownNameError
from salescope.project import Workspace, load_workspace

PLAIN = "tables:\n  leads:\n    path: data/leads.csv\n"


def load(folder: Path, text: str, **environment: str) -> Workspace:
    (folder / "salescope.yaml").write_text(text, encoding="utf-8")
    return load_workspace(folder, environment=environment)


def test_an_empty_file_means_the_defaults(tmp_path):
    workspace = load(tmp_path, "")
    assert workspace.tables == {}
    assert workspace.leads.order_by is None
    assert workspace.serve.port == 8080
    assert workspace.language == "en"


def test_a_section_whose_keys_are_all_commented_out_means_its_defaults(tmp_path):
    assert load(tmp_path, "mlflow:\n  # tracking_uri: x\nleads:\n").leads.tune_trials == 0


def test_the_settings_are_frozen(tmp_path):
    workspace = load(tmp_path, PLAIN)
    with pytest.raises(pydantic.ValidationError):
        workspace.leads.seed = 7  # type: ignore[misc]
    with pytest.raises(pydantic.ValidationError):
        workspace.name = "other"  # type: ignore[misc]


def test_paths_are_absolute_and_relative_to_the_workspace(tmp_path, monkeypatch):
    workspace = load(tmp_path, PLAIN + "store: {url: sqlite:///own.db}\n")
    monkeypatch.chdir("/")
    assert workspace.tables["leads"].path == str(tmp_path / "data" / "leads.csv")
    assert workspace.store_url == f"sqlite:///{tmp_path}/own.db"
    assert workspace.mlflow_uri == f"sqlite:///{tmp_path}/.salescope/mlflow.db"
    assert workspace.published == tmp_path / ".salescope" / "published"
    assert workspace.published_of("churn") == workspace.published / "churn"
    assert workspace.quarantine == tmp_path / "quarantine"


def test_the_file_itself_names_the_workspace_as_well(tmp_path):
    load(tmp_path, PLAIN)
    assert load_workspace(tmp_path / "salescope.yaml", environment={}).path == tmp_path


def test_variables_are_replaced_and_have_defaults(tmp_path):
    text = "tables:\n  leads:\n    path: ${DATA:-here}/leads.csv\n"
    assert load(tmp_path, text).tables["leads"].path == str(tmp_path / "here" / "leads.csv")
    assert load(tmp_path, text, DATA="/srv").tables["leads"].path == "/srv/leads.csv"


def test_a_variable_without_a_value_is_refused(tmp_path):
    with pytest.raises(SettingsError, match=r"line 1.*'DB_PASSWORD' is not set"):
        load(tmp_path, "store: {url: 'postgresql+psycopg://u:${DB_PASSWORD}@h/d'}")


def test_the_environment_wins_over_the_file(tmp_path):
    workspace = load(
        tmp_path, "serve: {port: 9000}\nmlflow: {tracking_uri: 'http://file'}\n",
        MLFLOW_TRACKING_URI="http://environment", SALESCOPE_STORE_URL="sqlite:////srv/s.db",
        SALESCOPE_HOST="0.0.0.0", SALESCOPE_PORT="0",
    )  # fmt: skip
    assert workspace.mlflow_uri == "http://environment"
    assert workspace.store_url == "sqlite:////srv/s.db"
    assert (workspace.serve.host, workspace.serve.port) == ("0.0.0.0", 0)


def test_a_port_that_is_none_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="SALESCOPE_PORT: '80a' is not a port"):
        load(tmp_path, "", SALESCOPE_PORT="80a")


@pytest.mark.parametrize(
    ("text", "line", "nearest"),
    [
        ("worksapce: {}", 1, "workspace"),
        ("tables:\n  leads:\n    pth: x", 3, "path"),
        ("tables:\n  leds:\n    path: x", 2, "leads"),
        ("tables:\n  leads:\n    path: x\n    columns:\n      led_id: x", 5, "lead_id"),
        ("leads:\n  order: created_at", 2, "order_by"),
        ("leads:\n  outcome:\n    column: y\n    win: [yes]", 4, "won"),
        ("leads:\n  calibration:\n    bin: 5", 3, "bins"),
        ("tables:\n  leads:\n    path: x\n    dates:\n      created_at: day-first", 5, "day_first"),
    ],
)
def test_a_misspelt_name_gets_its_line_and_the_nearest_valid_name(tmp_path, text, line, nearest):
    with pytest.raises(UnknownNameError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert f"salescope.yaml, line {line}" in message
    assert nearest in caught.value.accepted
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("workspace: {language: fr}", "line 1 (workspace.language): 'fr' is not accepted"),
        ("workspace: {currency: euro}", "workspace.currency"),
        ("tables: {leads: {}}", "give either 'path' or 'url'"),
        ("tables: {leads: {path: a, url: b}}", "give either 'path' or 'url'"),
        ("tables: {leads: {url: 'sqlite://'}}", "either 'table' or 'query'"),
        ("tables: {leads: {path: a, table: b}}", "belong to 'url'"),
        ("tables: {leads: {path: a, encoding: utf-9}}", "the encoding 'utf-9' is not known"),
        ("tables: {leads: {path: a, separator: ab}}", "tables.leads.separator"),
        ("tables: {leads: {path: a, dates: {created_at: '%d/%q/%Y'}}}", "has '%q'"),
        ("leads: {outcome: {won: [a]}}", "the key 'column' is missing"),
        ("leads: {outcome: {column: y}}", "at least one value that means won"),
        ("leads: {outcome: {column: y, won: [a], lost: [A]}}", "'A' is given twice"),
        ("leads: {grades: {A: 50, B: 60, C: 40}}", "falling"),
        ("leads: {newest_share: .nan}", "newest_share"),
        ("leads: {newest_share: 1}", "newest_share"),
        ("leads: {tune_trials: -1}", "tune_trials"),
        ("serve: {port: 70000}", "serve.port"),
        ("serve: []", "serve"),
    ],
)
def test_a_value_that_is_not_accepted_is_said_with_its_place(tmp_path, text, said):
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("In salescope.yaml, line ")


def test_labels_that_are_numbers_are_read_as_words(tmp_path):
    outcome = load(tmp_path, "leads: {outcome: {column: y, won: [1, yes], lost: [0, false]}}").leads.outcome
    assert outcome is not None
    assert (outcome.won, outcome.lost) == (("1", "yes"), ("0", "false"))


def test_a_file_that_is_not_utf8_is_refused(tmp_path):
    (tmp_path / "salescope.yaml").write_bytes("workspace: {name: Köln}".encode("cp1252"))
    with pytest.raises(SettingsError, match="not UTF-8"):
        load_workspace(tmp_path, environment={})


def test_a_missing_file_is_answered_with_what_is_there(tmp_path):
    (tmp_path / "salescop.yaml").touch()
    with pytest.raises(UnknownNameError, match=r"did you mean 'salescop\.yaml'"):
        load_workspace(tmp_path, environment={})
