"""From cells to values: each column in the contract's kind, each attribute in the kind it proves to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from salescope.frames import Column
from salescope.project import TableSettings
from salescope.sources.dates import DateStyle, agreed_styles, date_style, parse_dates
from salescope.sources.distinct import MISSING_IN_MEASURES, Distinct, distinct_values
from salescope.sources.facts import ColumnFacts, Fault
from salescope.sources.numerals import NumberStyle, ParsedNumbers, is_code, parse_numbers
from salescope.sources.raw import STRING, cell_text

__all__ = ["Cells", "Understood", "prepared", "understand"]

TRUE = frozenset({"true", "yes", "y", "t", "1", "是"})
FALSE = frozenset({"false", "no", "n", "f", "0", "否"})
NEARLY_ALL = 0.9
SHOWN = {"%Y": "YYYY", "%y": "YY", "%m": "MM", "%d": "DD", "%b": "Mon", "%B": "Month"}


@dataclass(frozen=True, slots=True)
class Cells:
    """Holds a column on its way: with a type the source gave it, or as the distinct values of its text.

    Parameters
    ----------
    facts : ColumnFacts
        What is known of it.
    meaning : Column or None
        The contract's description; None for an attribute.
    typed : Series or None, shape (n_rows,)
        The values, where the source's own type will do.
    text : Distinct
        The text otherwise.
    """

    facts: ColumnFacts
    meaning: Column | None
    typed: pd.Series[Any] | None
    text: Distinct


@dataclass(frozen=True, slots=True)
class Understood:
    """Holds one column after it was understood.

    Parameters
    ----------
    content : Series, shape (n_rows,)
        The values: text, float64, boolean or datetime64[ns].
    facts : ColumnFacts
        What it was found to be.
    fault : Fault or None
        The rows whose cell means nothing of the kind.
    note : str
        What was assumed, as a sentence; else empty.
    """

    content: pd.Series[Any]
    facts: ColumnFacts
    fault: Fault | None = None
    note: str = ""


def prepared(cells: pd.Series[Any], facts: ColumnFacts, *, meaning: Column | None, settings: TableSettings) -> Cells:
    """Keeps the type of a column where it will do, and finds the distinct values of its text otherwise.

    Parameters
    ----------
    cells : Series, shape (n_rows,)
        The cells as they stand in the source.
    facts : ColumnFacts
        What is known of the column.
    meaning : Column or None
        The contract's description; None for an attribute.
    settings : TableSettings
        Marks of missing values.

    Returns
    -------
    Cells
        The column on its way.
    """
    if cells.dtype != STRING and _will_do(cells, meaning):
        nothing = Distinct(pd.Series([], dtype=STRING), np.full(len(cells), -1, dtype=np.int64))
        return Cells(facts, meaning, cells.reset_index(drop=True), nothing)
    text = cells if cells.dtype == STRING else pd.Series([cell_text(value) for value in cells], dtype=STRING)
    return Cells(facts, meaning, None, distinct_values(text, missing=settings.missing))


def _will_do(cells: pd.Series[Any], meaning: Column | None) -> bool:
    if meaning is None:
        # A flag among attributes becomes the words true and false, as a text file has them.
        return not pd.api.types.is_bool_dtype(cells.dtype)
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return meaning.is_time
    if pd.api.types.is_bool_dtype(cells.dtype):
        return meaning.kind == "flag"
    return pd.api.types.is_numeric_dtype(cells.dtype) and meaning.is_number


def understand(columns: Mapping[str, Cells], *, settings: TableSettings, separator: str = "") -> dict[str, Understood]:
    """Understands all columns of a source together, because one column's dates settle those of another.

    Parameters
    ----------
    columns : mapping of str to Cells
        The columns by our name.
    settings : TableSettings
        The decimal mark, date formats and the meaning of times.
    separator : str, default ""
        What separates the cells; a semicolon makes the decimal comma the likelier one.

    Returns
    -------
    dict of str to Understood
        The columns in the same order.
    """
    styles = agreed_styles({name: _style_of(name, column, settings=settings) for name, column in columns.items()})
    prefer = "," if separator == ";" else "."
    return {
        name: _understood(column, style=styles[name], settings=settings, prefer=prefer)
        for name, column in columns.items()
    }


def _style_of(name: str, column: Cells, *, settings: TableSettings) -> DateStyle | None:
    asked = settings.dates.get(name)
    if column.typed is not None or (column.meaning is not None and not column.meaning.is_time):
        return None
    values = column.text.without(MISSING_IN_MEASURES).uniques
    if values.empty:
        return None
    if column.meaning is not None or asked is not None:
        return date_style(values, asked=asked)
    # An attribute is a date only if every value is; the sample spares the others the whole search.
    if date_style(values.head(50), numeric=False) is None:
        return None
    style = date_style(values, numeric=False)
    return style if style is not None and not parse_dates(values, style).wrong.any() else None


def _understood(column: Cells, *, style: DateStyle | None, settings: TableSettings, prefer: str) -> Understood:
    if column.typed is not None:
        return _typed(column, column.typed)
    if column.meaning is None:
        return _attribute(column, style=style, settings=settings, prefer=prefer)
    if column.meaning.is_time:
        return _times(column, style=style, settings=settings)
    if column.meaning.is_number:
        text = column.text.without(MISSING_IN_MEASURES)
        parsed = parse_numbers(text.uniques, decimal=settings.decimal, prefer=prefer)
        return _numbers(column, text, parsed=parsed)
    return _flags(column) if column.meaning.kind == "flag" else _words(column)


def _typed(column: Cells, values: pd.Series[Any]) -> Understood:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        kind, style = "instant", "typed by the source"
    elif pd.api.types.is_bool_dtype(values.dtype):
        kind, style = "flag", ""
    else:
        kind, style = "number", ""
        values = values.where(np.isfinite(values.to_numpy(dtype="float64", na_value=np.nan)))
    if column.meaning is not None and column.meaning.kind == "date":
        values = values.dt.normalize()
    return _done(column, values, kind=kind, style=style)


def _attribute(column: Cells, *, style: DateStyle | None, settings: TableSettings, prefer: str) -> Understood:
    text = column.text.without(MISSING_IN_MEASURES)
    if text.uniques.empty:
        return _words(column)
    if style is not None:
        return _times(column, style=style, settings=settings)
    if is_code(text.uniques):
        return _words(column)
    numbers = parse_numbers(text.uniques, decimal=settings.decimal, prefer=prefer)
    if not numbers.wrong.any():
        return _numbers(column, text, parsed=numbers)
    words = _words(column)
    if numbers.wrong.mean() > 1.0 - NEARLY_ALL:
        return words
    example = text.uniques[numbers.wrong].iloc[0]
    note = f"Column {column.facts.source!r} is kept as text, because {example!r} is no number; most other values are."
    return replace(words, note=note)


def _times(column: Cells, *, style: DateStyle | None, settings: TableSettings) -> Understood:
    text = column.text.without(MISSING_IN_MEASURES)
    if style is None:
        empty = pd.Series(np.full(len(text.codes), np.datetime64("NaT"), dtype="datetime64[ns]"))
        return _done(
            column, empty, kind="instant", wrong=text.codes >= 0, reason="it is not a date in any known format"
        )
    parsed = parse_dates(text.uniques, style, keep_local=settings.time == "naive")
    values = text.spread(parsed.times)
    is_utc = settings.time == "utc" or (settings.time is None and style.has_offset)
    if column.meaning is not None and column.meaning.kind == "date":
        values, zone = values.dt.normalize(), ""
    else:
        zone = ", UTC" if is_utc else ", naive local"
    shown = _shown(style)
    note = ""
    if style.is_ambiguous:
        order = style.order.replace("_", " ")
        note = (
            f"Column {column.facts.source!r} could be day or month first; it was read {order}. "
            f"Set 'dates: {{{column.facts.name}: day_first}}' or month_first in salescope.yaml to be sure."
        )
    reason = f"it is not a date written as {shown}"
    done = _done(column, values, kind="instant", style=shown + zone, wrong=text.rows_where(parsed.wrong), reason=reason)
    return replace(done, note=note)


def _shown(style: DateStyle) -> str:
    words = {"iso": "ISO 8601", "excel": "Excel serial", "epoch_s": "seconds since 1970", "epoch_ms": "ms since 1970"}
    shown = words.get(style.name, style.name)
    for directive, letters in SHOWN.items():
        shown = shown.replace(directive, letters)
    return f"{shown} (ambiguous)" if style.is_ambiguous else shown


def _numbers(column: Cells, text: Distinct, *, parsed: ParsedNumbers) -> Understood:
    wrong = text.rows_where(parsed.wrong)
    style = parsed.style
    mark = "comma" if style.decimal == "," else "point"
    done = _done(
        column,
        text.spread(parsed.numbers),
        kind="number",
        style="" if style == NumberStyle(".") else str(style),
        wrong=wrong,
        reason=f"it is not a number with a decimal {mark}",
    )
    if not style.is_ambiguous:
        return done
    note = (
        f"Column {column.facts.source!r} could have a decimal comma or point; it was read with a {mark}. "
        "Set 'decimal' in salescope.yaml to be sure."
    )
    return replace(done, note=note)


def _flags(column: Cells) -> Understood:
    text = column.text.without(MISSING_IN_MEASURES)
    lower = text.uniques.str.lower()
    meant = pd.Series(pd.NA, index=lower.index, dtype="boolean")
    meant[lower.isin(list(TRUE)).to_numpy(dtype=bool)] = True
    meant[lower.isin(list(FALSE)).to_numpy(dtype=bool)] = False
    wrong = text.rows_where(meant.isna().to_numpy(dtype=bool))
    reason = "it is neither true (true, yes, 1) nor false (false, no, 0)"
    return _done(column, text.spread(meant), kind="flag", wrong=wrong, reason=reason)


def _words(column: Cells) -> Understood:
    return _done(column, column.text.spread(column.text.uniques), kind="text" if len(column.text.uniques) else "empty")


def _done(
    column: Cells,
    values: pd.Series[Any],
    *,
    kind: str,
    style: str = "",
    wrong: np.ndarray[Any, np.dtype[np.bool_]] | None = None,
    reason: str = "",
) -> Understood:
    low, high = _range(values)
    facts = replace(
        column.facts,
        kind=kind if column.meaning is None else column.meaning.kind,
        missing=round(float(values.isna().mean()), 6) if len(values) else 0.0,
        style=style,
        low=low,
        high=high,
    )
    fault = Fault(column.facts.source, wrong, reason) if wrong is not None and wrong.any() else None
    return Understood(values, facts, fault)


def _range(values: pd.Series[Any]) -> tuple[str, str]:
    is_time = pd.api.types.is_datetime64_any_dtype(values.dtype)
    is_number = pd.api.types.is_float_dtype(values.dtype)
    if not (is_time or is_number) or values.isna().all():
        return "", ""
    low, high = values.min(), values.max()
    if is_number:
        return f"{low:g}", f"{high:g}"
    return _moment(low), _moment(high)


def _moment(time: pd.Timestamp) -> str:
    return time.date().isoformat() if time == time.normalize() else time.isoformat(sep=" ", timespec="seconds")
