"""A workspace filled with a made company: for the demo, and for trying things out before the own data is mapped."""

from __future__ import annotations

from pathlib import Path

from salescope.project.creation import write_settings
from salescope.simulation import CompanySize, MadeCompany, simulate

__all__ = ["init_made_workspace"]


def init_made_workspace(directory: str | Path, *, seed: int = 0, size: CompanySize | None = None) -> MadeCompany:
    """Writes a workspace whose tables are a simulated company's.

    Parameters
    ----------
    directory : str or Path
        The folder of the new workspace.
    seed : int, default 0
        The seed of the company; one seed always makes the same.
    size : CompanySize, optional
        How large it is; by default the small one of the demo.

    Returns
    -------
    MadeCompany
        What was made. Its tables are in ``data/``, its truth (which no real company knows) in ``truth/``.

    Raises
    ------
    WorkspaceExistsError
        If the folder has a settings file; nothing is ever overwritten.
    """
    settings = write_settings(Path(directory), template="made")
    company = simulate(seed, size=size or CompanySize.small())
    for folder, tables in (("data", company.tables), ("truth", company.truth)):
        place = settings.parent / folder
        place.mkdir(exist_ok=True)
        for name, frame in tables.items():
            frame.to_csv(place / f"{name}.csv", index=False)
    return company
