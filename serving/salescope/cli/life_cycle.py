"""``salescope life-cycle``: which stage of its life each product is in, since when, and where its sales shifted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli.backtest import HistoryOption, records
from salescope.cli.output import JsonOption, WorkspaceOption, emit, moment_asked, plain, table
from salescope.frames.languages import in_language
from salescope.project import load_workspace

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from salescope.batch import LifeCycles
    from salescope.project import Workspace

__all__ = ["life_cycle"]

Words = Mapping[str, str]
_TWO_YEARS = 730
WORDS: Mapping[str, Words] = {
    "en": {
        "stages": "Stages of life, {first} to {last}",
        "shifts": "Newest shifts of level, without season",
        "stage": "stage",
        "count": "#count",
        "year": "#last year, {unit}",
        "share": "#share",
        "product": "product",
        "since": "in it since",
        "began": "first sale",
        "last": "last sale",
        "growth": "#growth",
        "shift": "newest shift",
        "ahead": "#year to come, {unit}",
        "alike": "#from look-alikes",
        "from": "from",
        "before": "#before, {unit} a {period}",
        "after": "#after",
        "change": "#change",
        "month": "month",
        "week": "week",
        "quarter": "quarter",
        "pieces": "pieces",
        "earlier": "{day} or earlier",
        "more": "… and {count:,} more; --top shows more of each stage.",
        "told": "Growth is of the newest {compared:,} {period}s, or half of a shorter life, over as many before them. "
        "{least:.0%} beyond chance is growth or decline.",
        "short": "Less than two years of sales are known: growth is of half a history, and its season is guessed.",
        "steady": "A steady trend is told as a stair of shifts; of products that only vary, a few in a hundred are "
        "told one.",
        "quarantined": "{count:,} rows quarantined.",
        "file": "Every one of them in [bold]{file}[/].",
    },
    "zh": {
        "stages": "生命週期階段，{first} 至 {last}",
        "shifts": "最近的水準變動（已扣除季節）",
        "stage": "階段",
        "count": "#數量",
        "year": "#近一年銷售，{unit}",
        "share": "#占比",
        "product": "產品",
        "since": "進入此階段",
        "began": "首次銷售",
        "last": "最後銷售",
        "growth": "#成長率",
        "shift": "最近一次變動",
        "ahead": "#未來一年，{unit}",
        "alike": "#參考相似品數",
        "from": "自",
        "before": "#變動前，每{period} {unit}",
        "after": "#變動後",
        "change": "#變動幅度",
        "month": "月",
        "week": "週",
        "quarter": "季",
        "pieces": "件",
        "earlier": "{day} 或更早",
        "more": "……另有 {count:,} 項；--top 可顯示更多。",
        "told": "成長率以最近 {compared:,} 個{period}（歷史較短者取一半）對比之前同樣長的期間。"
        "超過 {least:.0%} 且非偶然者，列為成長或衰退。",
        "short": "已知銷售不足兩年：成長率只比較前後兩半，季節為推估。",
        "steady": "持續的趨勢會呈現為連續數次變動；僅有隨機波動的產品，每百項也有少數被判為變動。",
        "quarantined": "{count:,} 列資料已隔離。",
        "file": "完整清單在 [bold]{file}[/]。",
    },
}


def life_cycle(
    *,
    level: Annotated[
        str, typer.Option(help="product, a level of the hierarchy in salescope.yaml, or a column as category.")
    ] = "product",
    as_of: HistoryOption = None,
    out: Annotated[
        Path | None, typer.Option(help=".csv, .xlsx, .parquet or .json; <workspace>/scores/ by default.")
    ] = None,
    threshold: Annotated[
        float, typer.Option(help="The change, as a share, above which a product grows or declines.", min=0)
    ] = 0.1,
    language: Annotated[str | None, typer.Option(help="en or zh; the workspace's by default.")] = None,
    top: Annotated[int, typer.Option(help="Products of each stage that are shown, and shifts.", min=0)] = 8,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Say which stage of its life each product is in, since when, where sales shifted, and what launches promise."""
    import pandas as pd

    from salescope.batch import read_life_cycles, write_scores
    from salescope.forecasting import stage_names

    settings = load_workspace(workspace)
    words = in_language(WORDS, language or settings.language, where="life cycles")
    stages = stage_names(language or settings.language)
    moment = None if as_of is None else pd.Timestamp(moment_asked(as_of))
    told = read_life_cycles(settings, level=level, as_of=moment, threshold=threshold)
    target = out or settings.path / "scores" / f"life-cycle-{level}-{told.end:%Y-%m-%d}.csv"
    named = told.lives.assign(stage_name=told.lives["stage"].map(stages))
    write_scores(named, target)
    unit = settings.currency if settings.sales.measure == "money" else words["pieces"]
    document = {**_document(told, stages=stages, workspace=settings), "file": str(target)}
    shown = _shown(told, stages=stages, words={**words, "unit": unit}, top=top, threshold=threshold)
    emit(document, as_json=as_json, people=[*shown, words["file"].format(file=plain(str(target)))])


def _document(told: LifeCycles, *, stages: Words, workspace: Workspace) -> dict[str, Any]:
    counts = told.lives["stage"].value_counts()
    return {
        "level": told.level,
        "from": f"{told.first:%Y-%m-%d}",
        "as_of": told.end.isoformat(),
        "frequency": told.frequency,
        "measure": workspace.sales.measure,
        "currency": workspace.currency if workspace.sales.measure == "money" else None,
        "stages": {stage: int(counts.get(stage, 0)) for stage in stages},
        "stage_names": dict(stages),
        "lives": records(told.lives),
        "shifts": records(told.shifts),
        "notes": records(told.notes),
        "quarantined": told.quarantined,
    }


def _shown(told: LifeCycles, *, stages: Words, words: Words, top: int, threshold: float) -> Iterator[object]:
    yield _stages(told, stages=stages, words=words)
    for stage, name in stages.items():
        lives = told.lives[told.lives["stage"] == stage]
        if len(lives) and top:
            yield _lives(lives.head(top), stage=stage, words={**words, "title": name, "node": _level(told, words)})
            if len(lives) > top:
                yield f"[dim]{words['more'].format(count=len(lives) - top)}[/]"
    if len(told.shifts) and top:
        yield _shifts(told.shifts.head(top), told=told, words=words)
    compared = int(told.lives["compared"].max())
    yield words["told"].format(compared=compared, period=words[told.frequency], least=threshold)
    if (told.end - told.first).days < _TWO_YEARS:
        yield f"[yellow]{words['short']}[/]"
    if len(told.shifts):
        yield f"[dim]{words['steady']}[/]"
    if told.quarantined:
        yield words["quarantined"].format(count=told.quarantined)


def _stages(told: LifeCycles, *, stages: Words, words: Words) -> Table:
    rows = []
    for stage, name in stages.items():
        lives = told.lives[told.lives["stage"] == stage]
        if len(lives):
            rows.append((name, f"{len(lives):,}", f"{lives['sales'].sum():,.0f}", _share(lives["share"].sum())))
    title = words["stages"].format(first=f"{told.first:%Y-%m}", last=f"{told.end - timedelta(days=1):%Y-%m}")
    columns = [words[name].format_map(words) for name in ("stage", "count", "year", "share")]
    return table(title, columns=columns, rows=rows)


def _lives(lives: pd.DataFrame, *, stage: str, words: Words) -> Table:
    """Lays the products of one stage out; launches and those that ended are told by other figures than the rest."""
    names = {"launch": ("ahead", "alike"), "ended": ("last", "shift")}.get(stage, ("growth", "shift"))
    rows = []
    for life in lives.to_dict("records"):
        told = {
            "ahead": _money(life["ahead"]),
            "alike": f"{life['look_alikes']:,}",
            "last": _month(life["last_sale"]),
            "growth": _change(life["growth"]),
            "shift": "" if life["shifts"] == 0 else f"{_month(life['shifted'])} {_change(life['shift'])}",
        }
        began = _month(life["began"])
        began = words["earlier"].format(day=began) if life["began_earlier"] else began
        sold = (_money(life["sales"]), _share(life["share"]))
        rows.append((_plain_node(life["node"]), began, _month(life["since"]), *sold, *(told[name] for name in names)))
    columns = [words[name].format_map(words) for name in ("began", "since", "year", "share", *names)]
    return table(words["title"], columns=[words["node"], *columns], rows=rows)


def _level(told: LifeCycles, words: Words) -> str:
    return plain(words.get(told.level, told.level))


def _shifts(shifts: pd.DataFrame, *, told: LifeCycles, words: Words) -> Table:
    rows = []
    for shift in shifts.to_dict("records"):
        change = shift["after"] / shift["before"] - 1 if shift["before"] > 0 else math.nan
        levels = (_money(shift["before"]), _money(shift["after"]), _change(change))
        rows.append((_plain_node(shift["node"]), _month(shift["date"]), *levels))
    filled = {**words, "period": words[told.frequency]}
    columns = [words[name].format_map(filled) for name in ("from", "before", "after", "change")]
    return table(words["shifts"], columns=[_level(told, words), *columns], rows=rows)


def _plain_node(node: str) -> str:
    return plain(" / ".join(part.partition("=")[2] or part for part in node.split("/")))


def _month(day: pd.Timestamp) -> str:
    return "–" if day != day else f"{day:%Y-%m}"  # noqa: PLR0124 - NaT, without importing pandas


def _money(amount: float) -> str:
    return "–" if math.isnan(amount) else f"{amount:,.0f}"


def _share(share: float) -> str:
    return "–" if math.isnan(share) else f"{share:.1%}"


def _change(change: float) -> str:
    return "–" if math.isnan(change) else f"{change:+.0%}".replace("-", "−")
