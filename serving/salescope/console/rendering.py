"""Rendering: templates of the package, with the filters that write numbers and instants for people."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

__all__ = ["ASSETS", "asset", "environment"]

ASSETS = {"console.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


@cache
def environment() -> Environment:
    """Makes the environment of the templates once.

    Returns
    -------
    Environment
        Escapes everything, and fails on a name that is not given.
    """
    templates = Environment(
        loader=PackageLoader("salescope.console"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"share": share, "decimals": decimals, "count": count, "instant": instant}
    templates.filters |= {"moment": moment, "address": address, "amount": amount, "node_name": node_name}
    return templates


@cache
def asset(name: str) -> bytes:
    """Reads a stylesheet or picture of the package once.

    Parameters
    ----------
    name : str
        A key of `ASSETS`.

    Returns
    -------
    bytes
        The file.
    """
    return files("salescope.console").joinpath("assets", name).read_bytes()


def share(value: float | None) -> str:
    """Writes a share as a percentage, finer where it is small.

    Parameters
    ----------
    value : float or None
        0 to 1.

    Returns
    -------
    str

    Examples
    --------
    >>> share(0.337), share(0.0042), share(None)
    ('34 %', '0.4 %', '–')
    """
    if value is None:
        return "–"
    return f"{value:.1%}".replace("%", " %") if 0 < value < 0.1 else f"{value:.0%}".replace("%", " %")


def decimals(value: float | None, places: int = 3) -> str:
    """Writes a number with fixed decimals.

    Parameters
    ----------
    value : float or None
        The number.
    places : int, default 3
        Decimals.

    Returns
    -------
    str

    Examples
    --------
    >>> decimals(0.84551), decimals(None)
    ('0.846', '–')
    """
    return "–" if value is None else f"{value:.{places}f}"


def count(value: int) -> str:
    """Writes a count with separated thousands.

    Parameters
    ----------
    value : int
        The count.

    Returns
    -------
    str

    Examples
    --------
    >>> count(12345)
    '12,345'
    """
    return f"{value:,}"


def instant(value: datetime) -> str:
    """Writes an instant in UTC, to the minute.

    Parameters
    ----------
    value : datetime
        An aware instant.

    Returns
    -------
    str

    Examples
    --------
    >>> instant(datetime(2026, 3, 1, 9, 5, tzinfo=UTC))
    '2026-03-01 09:05 UTC'
    """
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def moment(value: str | float) -> str:
    """Writes when something was known, as a model card has it: to the minute, without a zone.

    Parameters
    ----------
    value : str, int or float
        An instant or date in ISO 8601, or the number of a row.

    Returns
    -------
    str
        Anything else unchanged.

    Examples
    --------
    >>> moment("2025-06-30T20:54:30"), moment("2025-06-30"), moment(5270), moment("–")
    ('2025-06-30 20:54', '2025-06-30', '5270', '–')
    """
    text = str(value)
    try:
        return text if len(text) <= len("2025-06-30") else f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}"
    except ValueError:
        return text


def address(value: str) -> str:
    """Writes an id as a value in an address.

    Parameters
    ----------
    value : str
        Any text.

    Returns
    -------
    str

    Examples
    --------
    >>> address("L/1 ?")
    'L%2F1%20%3F'
    """
    return quote(value, safe="")


def amount(value: float | None) -> str:
    """Writes an amount of money or pieces.

    Parameters
    ----------
    value : float or None
        The amount.

    Returns
    -------
    str
        Small ones with two decimals, from a hundred on whole, thousands apart.

    Examples
    --------
    >>> amount(1234567.8), amount(-12.5), amount(None)
    ('1,234,568', '−12.50', '–')
    """
    if value is None:
        return "–"
    written = f"{value:,.0f}" if abs(value) >= 100 else f"{round(value, 2) + 0.0:.2f}"
    return written.replace("-", "−")


def node_name(value: str) -> str:
    """Writes a node of a tree of sales without the names of its columns.

    Parameters
    ----------
    value : str
        As "region=North/rep=R-017".

    Returns
    -------
    str

    Examples
    --------
    >>> node_name("region=North/rep=R-017")
    'North / R-017'
    """
    return " / ".join(part.partition("=")[2] or part for part in value.split("/"))
