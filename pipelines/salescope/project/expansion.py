"""Paths and addresses in settings: environment variables replaced, SQLite files found beside the settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from salescope.frames.errors import SettingsError

__all__ = ["anchored", "expanded"]

SQLITE_FILE = re.compile(r"^(sqlite(?:\+\w+)?:///)(?!/|:memory:|file:|[A-Za-z]:)(.+)$")
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


def expanded(text: str, environment: Mapping[str, str], *, place: str) -> str:
    """Replaces the environment variables in a path or an address.

    Parameters
    ----------
    text : str
        The text of the setting.
    environment : mapping of str to str
        The variables; an empty one counts as not set, as in a shell's ``:-``.
    place : str
        Where the setting stands, for messages.

    Returns
    -------
    str
        The text with every variable replaced.

    Raises
    ------
    SettingsError
        If a variable is not set and the text gives no default.

    Examples
    --------
    >>> expanded("${DATA:-../data}/leads.csv", {}, place="salescope.yaml, line 4")
    '../data/leads.csv'
    >>> expanded("postgresql+psycopg://crm:${CRM_PASSWORD}@db/crm", {}, place="salescope.yaml, line 4")
    Traceback (most recent call last):
        ...
    salescope.frames.workspace_errors.SettingsError: In salescope.yaml, line 4: the variable 'CRM_PASSWORD' is ...
    """

    def value_of(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        value = environment.get(name) or default
        if value is None:
            fault = f"the variable {name!r} is not set; set it or write ${{{name}:-default}}"
            raise SettingsError(fault, place=place)
        return value

    return VARIABLE.sub(value_of, text)


def anchored(address: str, folder: Path) -> str:
    """Makes the file of a SQLite address absolute, so that it does not depend on the working directory.

    Parameters
    ----------
    address : str
        An SQLAlchemy address.
    folder : Path
        The folder a relative file is meant from; absolute.

    Returns
    -------
    str
        The address; unchanged unless it names a relative SQLite file.

    Examples
    --------
    >>> anchored("sqlite:///crm.db", Path("/srv/acme"))
    'sqlite:////srv/acme/crm.db'
    >>> anchored("http://mlflow.example.com", Path("/srv/acme"))
    'http://mlflow.example.com'
    """
    match = SQLITE_FILE.match(address)
    return f"{match.group(1)}{(folder / match.group(2)).as_posix()}" if match else address
