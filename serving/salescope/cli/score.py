"""``salescope score …``: score a file, or the workspace's own open leads and customers."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from salescope.cli.output import JsonOption, MomentOption, WorkspaceOption, emit, moment_asked, plain, progress, table
from salescope.project import load_workspace

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["app"]

SHOWN = 10

app = typer.Typer(help="Score a file, or the workspace's own open leads and customers.", no_args_is_help=True)


@app.callback()
def _score() -> None:
    """Score a file, or the workspace's own open leads and customers."""


@app.command("leads")
def leads(
    file: Annotated[
        Path | None,
        typer.Argument(help="CSV, Excel or Parquet with the workspace's columns; its open leads by default."),
    ] = None,
    *,
    out: Annotated[
        Path | None, typer.Option(help=".csv, .xlsx, .parquet or .json; <workspace>/scores/ by default.")
    ] = None,
    as_of: MomentOption = None,
    language: Annotated[str | None, typer.Option(help="en or zh; the workspace's by default.")] = None,
    top: Annotated[int, typer.Option(help="Reasons for and against.", min=0, max=10)] = 3,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Score leads with the model that serves; every answer goes into the ledger."""
    from salescope.batch import score_leads, write_scores
    from salescope.store import open_store

    settings = load_workspace(workspace)
    moment = moment_asked(as_of)
    settings.state.mkdir(parents=True, exist_ok=True)
    with closing(open_store(settings.store_url)) as store, progress() as bar:
        task = bar.add_task("scoring", total=None)
        scored = score_leads(
            settings,
            path=file,
            as_of=moment,
            language=language or settings.language,
            store=store,
            top=top,
            tell=lambda done, total: bar.update(task, completed=done, total=total),
        )
    target = out or settings.path / "scores" / f"{file.stem if file else 'leads'}-{moment:%Y-%m-%d}.csv"
    write_scores(scored.scores, target)
    best = scored.scores.sort_values("score", ascending=False, kind="stable").head(SHOWN)
    columns = ["lead", "#score", "grade", "#change", "most for it", "most against it"]
    names = ["lead_id", "score", "grade", "change", "reasons_for", "reasons_against"]
    best = best.assign(**{name: best[name].str.split("; ").str[0] for name in ("reasons_for", "reasons_against")})
    rows = best[names].astype(object).where(best[names].notna(), "").itertuples(index=False, name=None)
    counted = f"{len(scored.scores):,} scored, {len(scored.checked.rejected):,} quarantined, in [bold]{target}[/]."
    document = {
        "version": scored.published.version,
        "as_of": moment.isoformat(),
        "scored": len(scored.scores),
        "quarantined": len(scored.checked.rejected),
        "file": str(target),
    }
    emit(document, as_json=as_json, people=[table("The best leads", columns=columns, rows=rows), counted])


@app.command("customers")
def customers(
    *,
    out: Annotated[
        Path | None, typer.Option(help=".csv, .xlsx, .parquet or .json; <workspace>/scores/ by default.")
    ] = None,
    as_of: MomentOption = None,
    language: Annotated[str | None, typer.Option(help="en or zh; the workspace's by default.")] = None,
    top: Annotated[int, typer.Option(help="Reasons for and against, and products.", min=0, max=10)] = 3,
    keep: Annotated[int, typer.Option(help="Published tables that are kept, this one among them.", min=1)] = 90,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Describe every customer with the models that serve, and publish the table that the service answers from."""
    from salescope.batch import score_customers, write_scores
    from salescope.store import open_store

    settings = load_workspace(workspace)
    moment = moment_asked(as_of)
    settings.state.mkdir(parents=True, exist_ok=True)
    with closing(open_store(settings.store_url)) as store, progress() as bar:
        task = bar.add_task("describing customers", total=None)
        told = score_customers(
            settings,
            as_of=moment,
            store=store,
            language=language,
            top=top,
            keep=keep,
            tell=lambda done, total: bar.update(task, completed=done, total=total),
        )
    target = out or settings.path / "scores" / f"customers-{moment:%Y-%m-%d}.csv"
    write_scores(told.scores, target)
    document = {
        "publication": told.publication.id,
        "versions": dict(told.publication.versions),
        "as_of": moment.isoformat(),
        "currency": told.publication.currency,
        "customers": len(told.scores),
        "quarantined": told.quarantined,
        "file": str(target),
    }
    counted = f"{len(told.scores):,} customers, {told.quarantined:,} rows quarantined, in [bold]{target}[/]."
    emit(document, as_json=as_json, people=[_best_next(told.scores, currency=told.publication.currency), counted])


def _best_next(scores: pd.DataFrame, *, currency: str) -> Table:
    """Lays out whom to turn to next: those chosen, from the highest gain on."""
    best = scores[scores["rank"].notna()].head(SHOWN)
    names = ["customer_id", "owner", "tier", "step"]
    texts = best[names].astype(object).where(best[names].notna(), "").itertuples(index=False, name=None)
    chances = ["" if leaves != leaves else f"{leaves:.0%}" for leaves in best["churn_probability"]]  # noqa: PLR0124
    gains = [f"{gain:,.0f}" for gain in best["gain"]]
    rows = [
        (*text, chance, gain, plain(reason))
        for text, chance, gain, reason in zip(
            texts, chances, gains, best["reasons"].str.split("; ").str[0], strict=True
        )
    ]
    columns = ["customer", "representative", "tier", "next step", "#leaves", f"#gain, {currency}", "why"]
    return table("Whom to turn to next", columns=columns, rows=rows)
