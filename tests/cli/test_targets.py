"""``salescope targets``: from a goal to a spreadsheet, to what people change in it, to chances, re-plans and scenarios."""

from __future__ import annotations

import json
from importlib import import_module
from io import StringIO
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from rich.console import Console
from tests.batch.sales_night import quick_members, salescope

from salescope.cli.targets_shown import plan_table
from salescope.frames.errors import SalescopeError
from salescope.sources import read_export, write_export

REGIONS = {"R-1": "北區", "R-2": "北區", "R-3": "=南區", "R-4": "=南區"}
SETTINGS = """
workspace: {name: Made, currency: TWD}
tables:
  orders: {path: orders.parquet}
  targets: {path: targets.csv}
  representatives: {path: representatives.csv}
sales: {horizon: 12, windows: 2, hierarchy: {region: region, rep: [region, rep_id]}}
"""


def made_orders() -> pd.DataFrame:
    """Is three and a half years of monthly orders of four representatives, one of whom grows."""
    rng = np.random.default_rng(3)
    days = pd.date_range("2023-07-05", periods=42, freq="MS") + pd.Timedelta(days=4)
    rows = []
    for place, (rep, region) in enumerate(REGIONS.items()):
        level = 1_000.0 * (1 + place) * (1.0 + 0.01 * place) ** np.arange(len(days))
        season = 1.0 + 0.3 * np.sin(2 * np.pi * np.arange(len(days)) / 12)
        for day, money in zip(days, level * season * rng.normal(1.0, 0.08, len(days)), strict=True):
            rows.append((f"O-{rep}-{day:%Y%m}", 1, f"C-{rep}", "P-1", day, 1.0, round(money, 2), region, rep))
    names = [
        "order_id",
        "line",
        "customer_id",
        "product_id",
        "ordered_at",
        "quantity",
        "unit_price",
        "region",
        "rep_id",
    ]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="module", autouse=True)
def few_paths():
    """Draws as many as tell chances apart here; a thousand take most of the time of a command."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(import_module("salescope.batch.plan_facts"), "MOST_PATHS", 200)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory, few_paths):
    folder = tmp_path_factory.mktemp("targets")
    made_orders().to_parquet(folder / "orders.parquet")
    since = ["2015-03-01", "2026-11-01", "2019-05-01", None]
    force = pd.DataFrame({"rep_id": list(REGIONS), "since": since, "seniority": [12, 0.2, 8, None]})
    force.to_csv(folder / "representatives.csv", index=False)
    (folder / "salescope.yaml").write_text(SETTINGS, encoding="utf-8")
    with quick_members():
        done = salescope(
            "targets", "recommend", "-w", folder, "--growth", 0.05, "--out", folder / "plan.xlsx", "--json"
        )
    assert done.exit_code == 0, done.output
    (folder / "first.json").write_text(done.stdout, encoding="utf-8")
    return folder


def asked(folder: Path, *words: object) -> dict:
    done = salescope("targets", *words, "-w", folder, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_recommendation_adds_up_and_is_published(folder):
    told = json.loads((folder / "first.json").read_text(encoding="utf-8"))
    assert (told["closed"], len(told["months"]), told["levels"]) == (0, 12, ["region", "rep_id"])
    assert told["growth"] == pytest.approx(0.05, abs=1e-6)
    assert [(row["rep_id"], row["first"] < row["last"] <= 1.0) for row in told["newcomers"]] == [("R-2", True)]
    rows = pd.DataFrame(told["targets"])
    whole = rows[rows["period"] == "plan"].set_index("node")["target"]
    assert round(whole[[name for name in whole.index if "/" in name]].sum(), 2) == told["amount"] == whole["all"]
    again = asked(folder, "recommend", "--growth", 0.05)
    assert again["publication"] == 1
    assert again["targets"] == told["targets"]


def test_a_workbook_of_targets_has_text_and_numbers(folder):
    rows = list(openpyxl.load_workbook(folder / "plan.xlsx").active.iter_rows(min_row=2))
    assert {cell.data_type for row in rows for cell in row[2:5]} == {"n"}
    assert {row[0].data_type for row in rows} == {"s"}
    assert "region==南區" in {row[0].value for row in rows}


def test_people_read_the_goal_the_chances_and_where_things_are(folder, tmp_path):
    plot = tmp_path / "plan.png"
    done = salescope("targets", "recommend", "-w", folder, "--probability", 0.6, "--plot", plot, "--level", "rep_id")
    assert done.exit_code == 0, done.output
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert "R-2 is ramping up, and bears less: " in " ".join(done.stdout.split())
    for said in ("The goal of 2027-01 to 2027-12 is", "chance of 60%", "R-1", "--anew looks at", "A picture of it in"):
        assert said in " ".join(done.stdout.split())


def test_no_amount_is_broken_however_narrow_the_screen():
    sheet = pd.DataFrame({"node": ["all", "region=a long name/rep_id=R-1"], "period": "plan", "reason": ["", "leave"]})
    sheet = sheet.assign(target=5_584_003.67, last_year=1_234_567.89, growth=-0.1, chance=0.6, moved=0.0)
    for part in (sheet, sheet.head(1)):
        screen = Console(width=80, file=StringIO())
        screen.print(plan_table(part, nodes=list(sheet["node"]), unit="TWD"))
        said = screen.file.getvalue()
        assert said.count("5,584,003.67") == said.count("1,234,567.89") == said.count("−10.0%") == len(part)
        assert ("reason" in said) == (len(part) == 2)
        assert max(map(len, said.splitlines())) <= 80


def test_what_was_changed_in_a_spreadsheet_is_kept_and_all_else_adds_up(folder, tmp_path):
    first = asked(folder, "import", folder / "plan.xlsx")
    assert (first["changed"], first["file"]) == ([], str(folder / "targets.csv"))
    sheet = read_export(folder / "plan.xlsx")
    chosen = (sheet["node"] == "region==南區/rep_id=R-3") & (sheet["period"] == "2027-Q1")
    sheet.loc[chosen, ["target", "reason"]] = ["5000", "=parental leave"]
    write_export(sheet.itertuples(index=False, name=None), tmp_path / "changed.csv", columns=list(sheet.columns))
    told = asked(folder, "import", tmp_path / "changed.csv", "--out", tmp_path / "targets.csv")
    assert told["amount"] == first["amount"]
    assert told["changed"] == ["override of 'region==南區/rep_id=R-3' in '2027-Q1' (5,000.00)"]
    written = pd.read_csv(tmp_path / "targets.csv", parse_dates=["period"])
    quarter = written[(written["node"] == "region==南區/rep_id=R-3") & (written["period"] < "2027-04-01")]
    assert round(quarter["amount"].sum(), 2) == 5_000.0


def test_chances_are_of_the_workspaces_own_targets(folder, tmp_path):
    asked(folder, "import", folder / "plan.xlsx")
    plot, out = tmp_path / "chances.svg", tmp_path / "chances.csv"
    told = asked(folder, "attainment", "--plot", plot, "--out", out)
    rows = pd.DataFrame(told["chances"])
    assert set(rows["node"]) >= {"all", "region=北區", "region==南區/rep_id=R-4"}
    assert rows["probability"].between(0.0, 1.0).all()
    assert plot.read_text(encoding="utf-8").startswith("<?xml")
    assert len(read_export(out)) == len(rows)
    yearly = tmp_path / "goal.csv"
    write_export([("all", "2027", 1_000_000.0)], yearly, columns=["node", "period", "amount"])
    (goal,) = asked(folder, "attainment", "--targets", yearly)["chances"]
    assert (goal["period"], goal["target"]) == ("2027", 1_000_000.0)
    done = salescope("targets", "attainment", "-w", folder, "--targets", yearly)
    assert "Chances of the targets" in done.stdout


def test_a_year_that_has_begun_counts_what_was_sold(folder, tmp_path):
    with quick_members():
        told = asked(folder, "recommend", "--from", "2026-10", "--no-publish", "--amount", 150_000)
    assert (told["closed"], told["months"][0], told["publication"]) == (3, "2026-10", None)
    month = next(row for row in told["targets"] if (row["node"], row["period"]) == ("all", "2026-10"))
    assert month["chance"] in {0.0, 1.0}


def test_rules_are_kept_and_those_that_clash_are_named(folder, tmp_path):
    rules = tmp_path / "rules.csv"
    names = ["kind", "node", "period", "amount", "least", "most", "reason"]
    rows = [
        ("lock", "region=北區/rep_id=R-1", "2027-Q1", 3_000, None, None, None),
        ("growth", "region=北區", None, None, -0.2, 0.5, None),
    ]
    write_export(rows, rules, columns=names)
    told = asked(folder, "recommend", "--growth", 0.02, "--rules", rules, "--step", 10)
    found = {(row["node"], row["period"]): row["target"] for row in told["targets"]}
    assert found["region=北區/rep_id=R-1", "2027-Q1"] == 3_000.0
    write_export([("cap", "all", "plan", 10, None, None, None)], rules, columns=names)
    done = salescope("targets", "recommend", "-w", folder, "--rules", rules, "--growth", 0.02)
    assert "No targets keep these 2 rules together" in str(done.exception)


def test_a_re_plan_a_scenario_and_fairness_are_of_what_was_agreed(folder, tmp_path):
    hard = tmp_path / "hard.csv"
    plan = read_export(folder / "plan.xlsx")
    leaf = plan["node"].str.contains("/") & (plan["period"] == "plan")
    rows = plan[leaf].assign(target=[5_000, 60_000, 30_000, 40_000])[["node", "period", "target"]]
    write_export(rows.itertuples(index=False, name=None), hard, columns=["node", "period", "target"])
    told = asked(folder, "re-plan", "--targets", hard, "--may-lower", "--out", tmp_path / "moves.xlsx")
    assert told["status"] == "proposed"
    assert told["triggers"]
    people = salescope("targets", "re-plan", "-w", folder, "--targets", hard)
    assert "for a person to approve" in people.stdout
    effects = asked(folder, "scenario", "--targets", hard, "--if", "demand change=-0.1 node=region=北區")["effects"]
    assert min(row["sales"] for row in effects) < 0.0
    assert all(row["effect"] <= 0.0 for row in effects)
    fair = asked(folder, "fairness", "--targets", hard)
    assert fair["groups"][0]["n"] == 4
    bands = {row["name"] for row in fair["groups"] if row["kind"] == "seniority"}
    assert bands == {"under 1 year", "5 to 10 years", "10 years and more", "not known"}
    for command in ("scenario", "fairness"):
        assert salescope("targets", command, "-w", folder, "--targets", hard).exit_code == 0


def test_an_export_of_agreed_targets_is_the_plan_again(folder, tmp_path):
    asked(folder, "import", folder / "plan.xlsx")
    told = asked(folder, "export", tmp_path / "again.csv")
    first, again = read_export(folder / "plan.xlsx"), read_export(tmp_path / "again.csv")
    assert told["rows"] == len(again)
    assert again["target"].astype(float).tolist() == first["target"].astype(float).tolist()


def test_what_cannot_be_meant_says_what_to_do(folder, tmp_path):
    done = salescope("targets", "recommend", "-w", folder, "--growth", 0.1, "--amount", 5)
    assert done.exit_code == 2
    done = salescope("targets", "recommend", "-w", folder, "--level", "team")
    assert "Unknown level 'team' in the plan" in str(done.exception)
    other = tmp_path / "other.csv"
    write_export([("region=西區", "2027", 5)], other, columns=["node", "period", "amount"])
    done = salescope("targets", "attainment", "-w", folder, "--targets", other)
    assert "There is no target from 2027-01 to 2027-12" in str(done.exception)


@pytest.mark.parametrize(
    "said", ["", "demand change=much", "demand 'change=1", "demand", "price change=0.1 colour=red"]
)
def test_a_scenario_that_cannot_be_meant_is_refused_in_one_line(folder, said):
    done = salescope("targets", "scenario", "-w", folder, "--targets", folder / "plan.xlsx", "--if", said)
    assert isinstance(done.exception, SalescopeError)


@pytest.mark.parametrize("amount", [None, "nan", "many", "-5"])
def test_a_rule_without_an_amount_is_refused_in_one_line(folder, tmp_path, amount):
    write_export(
        [("lock", "all", "2027-01", amount)], tmp_path / "r.xlsx", columns=["kind", "node", "period", "amount"]
    )
    done = salescope("targets", "recommend", "-w", folder, "--rules", tmp_path / "r.xlsx")
    assert isinstance(done.exception, SalescopeError)
