"""Errors of a workspace: its settings and its sources; salescope.frames.errors draws the whole tree."""

from __future__ import annotations

from salescope.frames.root_error import SalescopeError

__all__ = ["SettingsError", "SourceError", "WorkspaceExistsError"]


class SettingsError(SalescopeError):
    """Says that salescope.yaml says something that cannot be meant.

    Parameters
    ----------
    fault : str
        What is wrong and what is accepted, as a clause without a full stop.
    place : str
        The file, the line and the dotted key.

    Examples
    --------
    >>> print(SettingsError("'sideways' is not accepted; accepted: 'en', 'zh'", place="salescope.yaml, line 3"))
    In salescope.yaml, line 3: 'sideways' is not accepted; accepted: 'en', 'zh'.
    """

    def __init__(self, fault: str, *, place: str) -> None:
        self.place = place
        super().__init__(f"In {place}: {fault}.")


class WorkspaceExistsError(SettingsError):
    """Says that a new workspace would overwrite the settings of one that is there.

    Parameters
    ----------
    path : str
        The settings file that exists.
    """

    def __init__(self, path: str) -> None:
        super().__init__("the file exists and is never overwritten; choose another folder or move it away", place=path)


class SourceError(SalescopeError):
    """Says that a file, sheet or query cannot be read as a table at all.

    Parameters
    ----------
    source : str
        The file or the masked address, with the sheet or table.
    fault : str
        What is wrong with it, as a clause.
    remedy : str
        What to do, as a sentence without its full stop.

    Examples
    --------
    >>> print(SourceError("leads.csv", fault="is empty", remedy="Export it again with its header"))
    Source 'leads.csv' is empty. Export it again with its header.
    """

    def __init__(self, source: str, *, fault: str, remedy: str) -> None:
        self.source = source
        super().__init__(f"Source {source!r} {fault}. {remedy}.")
