"""Sends tests that share a slow fixture to one of the processes that run them, so that it is made once."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

__all__ = ["BySlowFixture"]

ROOT = Path(__file__).resolve().parent.parent
USES_TRAINED = re.compile(r"^def \w+\([^)]*\btrained\b[^)]*\)", re.MULTILINE)


@cache
def shared_by(path: str) -> str | None:
    """Names what the tests of a file share: the trained workspace, a fixture of the file, or nothing."""
    file = ROOT / path
    source = file.read_text(encoding="utf-8") if path.startswith("tests/") and file.suffix == ".py" else ""
    if USES_TRAINED.search(source):
        return "trained"
    return path if 'scope="module"' in source else None


class BySlowFixture(LoadScopeScheduling):  # type: ignore[misc]  # xdist's schedulers are not typed
    """Keeps together what shares a slow fixture, and deals everything else one by one.

    Groups by a mark (``--dist loadgroup``) are not seen with pytest 9.2, which has no ``_nodeid`` for xdist to change.
    """

    def _split_scope(self, nodeid: str) -> str:
        shared = shared_by(nodeid.partition("::")[0])
        return shared or str(nodeid)
