"""The process that answers questions about targets, and what the service sends it of the published futures."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from salescope.service.errors import PlanUnavailableError, WhatIfUnavailableError
from salescope.service.what_if_process import WhatIfProcess
from salescope.store import KeptArray, Publication, Store, kept_futures

__all__ = ["TargetsProcess", "futures_table"]

WORKER = Path(__file__).with_name("targets_worker.py")


class TargetsProcess(WhatIfProcess):
    """Puts questions about targets to one process: started at the first one, killed when it takes too long.

    Parameters
    ----------
    seconds : float
        How long one question may take; starting the process is not counted.
    """

    noun: ClassVar[str] = "questions about targets"
    smaller: ClassVar[str] = "fewer rules"
    refusal: ClassVar[type[WhatIfUnavailableError | PlanUnavailableError]] = PlanUnavailableError

    @property
    def _program(self) -> Path:
        return WORKER


def futures_table(store: Store, publication: Publication) -> Mapping[str, Any]:
    """Reads published futures as the process takes them.

    Parameters
    ----------
    store : Store
        Where they are kept.
    publication : Publication
        Which.

    Returns
    -------
    mapping
        What `salescope.service.targets_worker` draws its paths of; arrays as dtype, shape and base64.

    Raises
    ------
    PlanUnavailableError
        If newer ones were published meanwhile, and these are gone.
    """
    kept = kept_futures(store, publication)
    if kept is None:
        raise PlanUnavailableError(reason="Newer futures were published meanwhile. Send the call again.")
    return {
        "kind": kept.kind,
        "levels": kept.levels,
        "keys": kept.keys,
        "months": kept.months,
        "closed": kept.closed,
        "last": _written(kept.last),
        "fair": _written(kept.fair),
        "by_leaf": {name: _written(array) for name, array in kept.by_leaf.items()},
        "arrays": {name: _written(array) for name, array in kept.arrays.items()},
    }


def _written(array: KeptArray) -> tuple[str, tuple[int, ...], str]:
    return array.dtype, array.shape, base64.b64encode(array.content).decode("ascii")
