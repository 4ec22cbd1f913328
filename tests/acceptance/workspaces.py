"""Copies of the example workspaces, so that a check leaves nothing behind in the checkout."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["DATA", "example_copy"]

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SALESCOPE_DATA", ROOT.parent / "shared" / "data")).resolve()


def example_copy(name: str, folder: Path) -> Path:
    """Copies the settings of an example workspace; its paths then name the data folder itself."""
    text = (ROOT / "notebooks" / "examples" / name / "salescope.yaml").read_text(encoding="utf-8")
    (folder / "salescope.yaml").write_text(text, encoding="utf-8")
    os.environ["SALESCOPE_DATA"] = str(DATA)
    return folder
