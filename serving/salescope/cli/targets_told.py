"""What the commands of ``salescope targets`` say of themselves, and the files that they write."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salescope.cli.output import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from salescope.batch import PlanFacts
    from salescope.project import Workspace
    from salescope.store import Publication

__all__ = ["about", "check_plot", "draw", "files", "known_until", "publish_facts", "write_sheet"]


def write_sheet(frame: pd.DataFrame, path: Path | None) -> list[str]:
    """Writes a table for a spreadsheet where a file was asked for, and says so."""
    if path is None:
        return []
    from salescope.sources import write_export

    count = write_export(frame.itertuples(index=False, name=None), path, columns=[str(name) for name in frame])
    return [f"{count:,} rows in [bold]{plain(str(path))}[/]."]


def about(settings: Workspace, facts: PlanFacts) -> dict[str, Any]:
    """Says what a plan was recommended or judged by."""
    grid = facts.futures.grid
    return {
        "publication": facts.publication,
        "version": facts.version,
        "as_of": facts.as_of.isoformat(),
        "currency": settings.currency,
        "levels": list(facts.levels),
        "months": list(grid.months),
        "closed": facts.futures.closed,
        "paths": len(facts.futures.paths),
    }


def known_until(facts: PlanFacts) -> list[str]:
    """Says of published futures what they have seen; nothing where they were forecast now."""
    if facts.publication is None:
        return []
    return [f"[dim]By what was sold before {facts.as_of:%Y-%m-%d}; --anew looks at what was sold since.[/]"]


def files(out: Path | None, *, plot: Path | None = None) -> dict[str, str | None]:
    """Names the files that were written."""
    return {"file": None if out is None else str(out), "plot": None if plot is None else str(plot)}


def check_plot(plot: Path | None) -> None:
    """Checks that a picture can be written, before long work is done for it."""
    if plot is not None:
        from salescope.monitoring import check_picture

        check_picture(plot)


def draw(figure: Figure, path: Path) -> None:
    """Writes a picture."""
    from salescope.monitoring import write_picture

    write_picture(figure, path)


def publish_facts(settings: Workspace, facts: PlanFacts) -> Publication:
    """Lets the service recommend and judge by the same futures."""
    from salescope.batch import publish_plan_facts
    from salescope.store import open_store

    settings.state.mkdir(parents=True, exist_ok=True)
    with closing(open_store(settings.store_url)) as store:
        return publish_plan_facts(settings, facts, store=store)
