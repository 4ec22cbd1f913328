"""``salescope demo``: from nothing to a scored lead with reasons and a forecast of sales, on a made company."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from salescope.cli.output import table
from salescope.cli.running import RunningService, running_service
from salescope.project import SETTINGS_FILE, Workspace, load_workspace

__all__ = ["demo"]


def demo(
    *,
    workspace: Annotated[Path, typer.Option("--workspace", "-w", help="The folder of the demo.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="The seed of the company.", min=0)] = 0,
    port: Annotated[int, typer.Option(help="The port of the service; 0 takes a free one.", min=0, max=65_535)] = 8080,
    stay: Annotated[
        bool | None, typer.Option("--stay/--end", help="Keep serving at the end; by default on a terminal only.")
    ] = None,
) -> None:
    """Make a company, train on it, forecast its sales, start the service and score a lead."""
    from salescope.cli.train import result_for_people, trained
    from salescope.training import train_leads

    out = Console()
    _say(out, "Making a company: leads, customers, orders, incidents, and the truth about them", number=1)
    settings = _company(workspace, seed=seed)
    _say(out, "Checking its tables", number=2)
    _check(settings, out)
    _say(out, "Training a lead scorer: audit, judge on the newest outcomes, calibrate, compare, promote", number=3)
    for part in result_for_people(trained(train_leads, workspace=settings), name="Leads"):
        out.print(part, highlight=False)
    _say(out, "Scoring every open lead", number=4)
    _score_open(settings)
    _say(out, "Forecasting sales by region and representative: judge on the past, compare, promote, publish", number=5)
    _forecast(settings, out)
    _say(out, "Starting the service and asking it for one lead, as a CRM would", number=6)
    key = _key(settings)
    with running_service(settings, port=port) as service:
        _show_answer(out, service, key=key, lead={**_a_lead(settings), "as_of": _moment(settings).isoformat()})
        _addresses(out, service.address, key=key, workspace=settings)
        if sys.stdout.isatty() if stay is None else stay:
            out.print("\nServing until you press Ctrl-C.", style="bold")
            _until_interrupted()
    out.print(f"\nDone. Look again at any time with: [bold]salescope serve -w {workspace}[/]", highlight=False)


def _say(out: Console, text: str, *, number: int) -> None:
    out.print(f"\n[bold cyan]{number}/6[/] [bold]{text}[/]", highlight=False)


def _company(workspace: Path, *, seed: int) -> Workspace:
    from salescope.project.made import init_made_workspace

    if not (workspace / SETTINGS_FILE).exists():
        init_made_workspace(workspace, seed=seed)
    return load_workspace(workspace)


def _check(settings: Workspace, out: Console) -> None:
    from salescope.cli.check import tables_of
    from salescope.sources import check_workspace

    for part in tables_of(check_workspace(settings), str(settings.path)):
        out.print(part, highlight=False)


def _score_open(settings: Workspace) -> None:
    from salescope.cli.score import leads

    leads(workspace=str(settings.path), as_of=_moment(settings))


def _forecast(settings: Workspace, out: Console) -> None:
    from salescope.cli.forecast import forecast
    from salescope.cli.train import trained
    from salescope.training import train_sales

    result = trained(train_sales, workspace=settings)
    out.print(f"{result.card['verdict']['message']} {result.decision.message}", highlight=False)
    forecast(workspace=str(settings.path))


def _moment(settings: Workspace) -> datetime:
    """Gives the morning after the made history ends, the only moment at which its open leads make sense."""
    from salescope.sources import read_table

    newest: datetime = read_table(settings, "leads").frame["created_at"].max().normalize().to_pydatetime()
    return newest.replace(hour=6)


def _a_lead(settings: Workspace) -> dict[str, Any]:
    """Takes the open lead with most events, as a CRM would send it."""
    from salescope.sources import read_table

    events = read_table(settings, "lead_events").frame
    leads = read_table(settings, "leads").frame
    still_open = leads.loc[leads["outcome"] == "open"]
    busiest = events.loc[events["lead_id"].isin(still_open["lead_id"]), "lead_id"].value_counts().index[0]
    row = still_open.loc[still_open["lead_id"] == busiest].drop(columns=["outcome", "outcome_at", "amount"]).iloc[0]
    happened = events.loc[events["lead_id"] == busiest].drop(columns="lead_id")
    record: dict[str, Any] = json.loads(row.dropna().to_json(date_format="iso", date_unit="s"))
    record["events"] = json.loads(happened.to_json(orient="records", date_format="iso", date_unit="s"))
    return record


def _key(settings: Workspace) -> str:
    from salescope.store import create_key, open_store

    scopes = ["leads:score", "forecasts:read", "models:read", "console:read"]
    with closing(open_store(settings.store_url)) as store:
        return create_key(store, label="demo", scopes=scopes, at=datetime.now(UTC)).secret


def _show_answer(out: Console, service: RunningService, *, key: str, lead: Mapping[str, Any]) -> None:
    answer = service.post("/v1/leads:score", {"records": [lead], "top": 3}, key=key)
    result = answer["results"][0]
    said = f"score {result['score']}, grade {result['grade']}, chance {result['probability']:.0%}"
    title = f"Lead {result['lead_id']}: {said}"
    rows = [(f"{reason['contribution']:+.2f}", reason["text"]) for reason in result["reasons"]]
    out.print(table(title, columns=["#log-odds", "reason"], rows=rows))
    out.print(f"by {answer['model']} version {answer['version']}, as of {result['as_of']}", style="dim")


def _addresses(out: Console, address: str, *, key: str, workspace: Workspace) -> None:
    lines = [
        ("Pages for people", f"{address}/"),
        ("  sign in with", key),
        ("Interface to try", f"{address}/docs"),
        ("Health", f"{address}/readyz"),
        ("Runs and versions", f"mlflow ui --backend-store-uri {workspace.mlflow_uri}"),
    ]
    out.print("\nWhere to look", style="bold")
    for what, where in lines:
        # Addresses and keys are copied from here, so nothing may break them into two lines.
        out.print(f"  {what:18} {where}", highlight=False, soft_wrap=True)


def _until_interrupted() -> None:
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
