"""A new workspace: a folder with a commented settings file, for a blank start or for the export of a known CRM."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from salescope.frames.errors import UnknownNameError, WorkspaceExistsError
from salescope.project.workspace import SETTINGS_FILE

__all__ = ["PRESETS", "init_workspace", "write_settings"]

PRESETS = ("salesforce", "hubspot", "dynamics", "odoo")
"""The systems whose lead exports have a mapping ready."""

IGNORED = ".salescope/\nquarantine/\n"


def init_workspace(directory: str | Path, *, preset: str | None = None, example: bool = False) -> Path:
    """Writes a commented salescope.yaml into a folder, which is made where it is missing.

    Parameters
    ----------
    directory : str or Path
        The folder of the new workspace.
    preset : {"salesforce", "hubspot", "dynamics", "odoo"}, optional
        The system whose export is mapped; by default the columns carry our own names.
    example : bool, default False
        Whether a few made rows are written beside it, so that the workspace can be checked at once. They carry our own
        names, so a preset has none.

    Returns
    -------
    Path
        The settings file.

    Raises
    ------
    UnknownNameError
        If there is no such preset.
    WorkspaceExistsError
        If the folder has a settings file; nothing is ever overwritten.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     init_workspace(folder, preset="odoo").name
    'salescope.yaml'
    >>> init_workspace(".", preset="oodo")
    Traceback (most recent call last):
        ...
    salescope.frames.errors.UnknownNameError: Unknown preset 'oodo' in init: did you mean 'odoo'? ...
    """
    if preset is not None and preset not in PRESETS:
        raise UnknownNameError(preset, what="preset", where="init", accepted=PRESETS)
    settings = write_settings(Path(directory), template=preset or "blank")
    if example and preset is None:
        _write_example(settings.parent)
    return settings


def write_settings(folder: Path, *, template: str) -> Path:
    """Writes the settings file of a template into a folder, which is made where it is missing.

    Parameters
    ----------
    folder : Path
        The folder of the new workspace.
    template : str
        One of our templates: a preset, "blank" or "made".

    Returns
    -------
    Path
        The settings file.

    Raises
    ------
    WorkspaceExistsError
        If the folder has a settings file; nothing is ever overwritten.
    """
    settings = folder / SETTINGS_FILE
    folder.mkdir(parents=True, exist_ok=True)
    _write_new(settings, text=_template(f"{template}.yaml") + _template("operation.yaml"))
    ignored = folder / ".gitignore"
    if not ignored.exists():
        ignored.write_text(IGNORED, encoding="utf-8")
    return settings


def _write_new(path: Path, *, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise WorkspaceExistsError(str(path)) from None


def _write_example(folder: Path) -> None:
    data = folder / "data"
    data.mkdir(exist_ok=True)
    for name in ("leads.csv", "lead_events.csv"):
        if not (data / name).exists():
            _write_new(data / name, text=_template(name))


def _template(name: str) -> str:
    return files("salescope.project").joinpath("templates", name).read_text(encoding="utf-8")
